//! Uploads: the form on the wire, progress, and what is read from the answer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common_http::transport::{FakeAnswer, TransportError};
use common_http::{CallOptions, Prepared};
use http::HeaderMap;
use medreader_client::FolderId;
use medreader_client::prescriptions::{PrescriptionFile, Upload};
use serde_json::{Value, json};
use tokio::time::advance;

use crate::support::{
    FOLDER, UPLOAD, answers, calls, client, folder, idle_client, logins, refusal, told, vendor,
};

fn pdf() -> PrescriptionFile {
    PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 exemplo")
}

/// The document's sample, ids and names made synthetic.
fn taken() -> Value {
    json!({
        "id": UPLOAD,
        "folder_id": FOLDER,
        "file_path": "prescriptions/2030/01/02/exemplo.pdf",
        "file_type": "application/pdf",
        "file_size": 16,
        "original_filename": "receita.pdf",
        "processed": false,
        "uploaded_at": "2030-01-02T03:04:05Z",
        "message": "File uploaded successfully and will be processed asynchronously"
    })
}

fn boundary(headers: &HeaderMap) -> &str {
    let content_type = headers["content-type"].to_str().unwrap();
    content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap()
}

fn form(boundary: &str, name: &str, content_type: &str, content: &str) -> String {
    format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"folder_id\"\r\n\r\n{FOLDER}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: {content_type}\r\n\r\n{content}\r\n--{boundary}--\r\n"
    )
}

#[tokio::test(start_paused = true)]
async fn the_upload_as_it_is_on_the_wire() {
    let network = answers(vec![|| {
        FakeAnswer::status(202).chunk(Duration::ZERO, taken().to_string())
    }]);
    let upload = client(&network)
        .prescriptions()
        .upload(&folder(), pdf())
        .send()
        .await
        .unwrap();
    assert_eq!(upload.id.as_str(), UPLOAD);
    assert_eq!(upload.folder_id, Some(folder()));
    assert_eq!(
        (upload.file_size, upload.processed),
        (Some(16), Some(false))
    );
    assert_eq!(upload.raw().as_str(), taken().to_string());

    let sent = &calls(&network)[0];
    assert_eq!(
        (sent.method.as_str(), sent.target.as_str()),
        ("POST", "/api/v1/prescription-files")
    );
    let expected = form(
        boundary(&sent.headers),
        "receita.pdf",
        "application/pdf",
        "%PDF-1.7 exemplo",
    );
    assert_eq!(sent.body, expected);
    assert_eq!(sent.headers["content-length"], expected.len().to_string());
}

async fn prepared(file: PrescriptionFile) -> Prepared {
    let upload = idle_client().prescriptions().upload(&folder(), file);
    upload.prepare().await.unwrap()
}

async fn content(prepared: &Prepared) -> String {
    let whole = prepared.body().peek(1 << 20).await.unwrap();
    String::from_utf8(whole.to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn bytes_files_and_streams_make_the_same_form() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("receita.pdf");
    std::fs::write(&path, "%PDF-1.7 exemplo").unwrap();
    let stream = || std::io::Cursor::new("%PDF-1.7 exemplo");
    for (file, length_known, replayable) in [
        (pdf(), true, true),
        (
            PrescriptionFile::from_path(&path).await.unwrap(),
            true,
            true,
        ),
        (
            PrescriptionFile::from_stream("receita.pdf", stream(), 16),
            true,
            false,
        ),
        (
            PrescriptionFile::from_stream("receita.pdf", stream(), None),
            false,
            false,
        ),
    ] {
        let prepared = prepared(file).await;
        let expected = form(
            boundary(&prepared.headers()),
            "receita.pdf",
            "application/pdf",
            "%PDF-1.7 exemplo",
        );
        assert_eq!(content(&prepared).await, expected);
        let length = length_known.then_some(expected.len() as u64);
        assert_eq!(prepared.body().len(), length);
        assert_eq!(
            prepared.headers().contains_key("content-length"),
            length_known
        );
        assert_eq!(prepared.body().is_replayable(), replayable);
    }
}

#[tokio::test(start_paused = true)]
async fn the_media_type_is_the_contents_not_the_names() {
    for (content_of_file, media_type) in [
        ("%PDF-2.0", "application/pdf"),
        ("II*\0....", "image/tiff"),
        ("MM\0*....", "image/tiff"),
    ] {
        let prepared = prepared(PrescriptionFile::from_bytes("receita.jpg", content_of_file)).await;
        let expected = form(
            boundary(&prepared.headers()),
            "receita.jpg",
            media_type,
            content_of_file,
        );
        assert_eq!(content(&prepared).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_media_type_can_be_known_at_run_time_only() {
    let read = String::from("image/webp");
    let file = PrescriptionFile::from_bytes("receita.webp", "RIFF....WEBP").content_type(read);
    let prepared = prepared(file).await;
    let headers = prepared.headers();
    let boundary = boundary(&headers);
    let expected = form(boundary, "receita.webp", "image/webp", "RIFF....WEBP");
    assert_eq!(content(&prepared).await, expected);
}

#[tokio::test(start_paused = true)]
async fn progress_is_told_and_names_its_attempt() {
    let told_to = Arc::new(Mutex::new(Vec::new()));
    let teller = told_to.clone();
    let options = CallOptions::default().on_progress(move |at| teller.lock().unwrap().push(at));
    let network = answers(vec![|| refusal(429, "muitas"), || {
        FakeAnswer::json(taken().to_string())
    }]);
    let upload = client(&network)
        .prescriptions()
        .upload(&folder(), pdf())
        .options(options);
    upload.send().await.unwrap();
    let length = calls(&network)[0].body.len() as u64;
    let ends: Vec<_> = told_to
        .lock()
        .unwrap()
        .iter()
        .filter(|at| at.sent == length)
        .map(|at| (at.attempt, at.total))
        .collect();
    assert_eq!(ends, [(1, Some(length)), (2, Some(length))]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_sent_once() {
    let stream =
        || PrescriptionFile::from_stream("receita.pdf", std::io::Cursor::new("%PDF-1.7"), 8);
    // Not even after a refusal after which a file would be sent again: the stream was read.
    let network = answers(vec![|| refusal(429, "muitas"), || {
        FakeAnswer::json(taken().to_string())
    }]);
    let upload = client(&network).prescriptions().upload(&folder(), stream());
    let error = upload.send().await.unwrap_err();
    assert_eq!(
        told(&error),
        ("rate_limited", Some(429), Some("muitas"), 1, "answered")
    );
    assert_eq!(calls(&network).len(), 1);

    let network = answers(vec![|| refusal(401, "unauthorized"), || {
        FakeAnswer::json(taken().to_string())
    }]);
    let client = client(&network);
    client.sessions().open().send().await.unwrap();
    advance(Duration::from_secs(61)).await;
    let error = client
        .prescriptions()
        .upload(&folder(), stream())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind().as_str(), "unauthenticated");
    assert_eq!((logins(&network), calls(&network).len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_not_read_is_sent_again() {
    let network = answers(vec![
        || FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused)).read_at_most(0),
        || FakeAnswer::json(taken().to_string()),
    ]);
    let file = PrescriptionFile::from_stream("receita.pdf", std::io::Cursor::new("%PDF-1.7"), 8);
    client(&network)
        .prescriptions()
        .upload(&folder(), file)
        .send()
        .await
        .unwrap();
    let sent = calls(&network);
    assert_eq!(sent.len(), 2);
    assert!(String::from_utf8_lossy(&sent[1].body).contains("%PDF-1.7"));
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_cannot_be_is_refused() {
    for id in ["", ".", "..", "a\r\nb"] {
        let upload = idle_client()
            .prescriptions()
            .upload(&FolderId::from(id), pdf());
        let error = upload.send().await.unwrap_err();
        assert_eq!(
            told(&error),
            ("invalid_input", None, None, 0, "not_sent"),
            "{id:?}"
        );
        assert_eq!(error.operation(), Some("medreader.prescriptions.upload"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_unknown_folder_is_answered_with_decides() {
    for (status, code, kind) in [
        (400, "bad_request", "rejected"),
        (404, "folder_not_found", "not_found"),
        (409, "parent_folder_not_found", "not_found"),
        (422, "outra", "rejected"),
    ] {
        let network = vendor(move |_, _| refusal(status, code));
        let upload = client(&network).prescriptions().upload(&folder(), pdf());
        let error = upload.send().await.unwrap_err();
        assert_eq!(
            told(&error),
            (kind, Some(status), Some(code), 1, "answered")
        );
        assert_eq!(calls(&network).len(), 1);
    }
}

#[test]
fn only_the_id_must_be_there_and_nothing_is_lost() {
    let bare: Upload = serde_json::from_value(json!({"id": UPLOAD})).unwrap();
    let mut nulls = taken();
    for (name, value) in nulls.as_object_mut().unwrap() {
        if name != "id" {
            *value = Value::Null;
        }
    }
    assert_eq!(serde_json::from_value::<Upload>(nulls).unwrap(), bare);
    let mut tree = taken();
    tree["novo"] = json!({"a": [1, null]});
    let upload: Upload = serde_json::from_value(tree.clone()).unwrap();
    assert_eq!(serde_json::to_value(&upload).unwrap(), tree);
    tree["file_size"] = json!(16.0);
    assert_eq!(serde_json::from_value::<Upload>(tree).unwrap(), upload);
}

#[test]
fn an_upload_prints_ids_and_sizes_only() {
    let mut tree = taken();
    for name in [
        "file_path",
        "file_type",
        "original_filename",
        "uploaded_at",
        "message",
        "novo",
    ] {
        tree[name] = "MARKER".into();
    }
    let upload: Upload = serde_json::from_value(tree).unwrap();
    let shown = format!("{upload:?}");
    assert!(
        shown.contains(UPLOAD) && !shown.contains("MARKER"),
        "{shown}"
    );
    let file = PrescriptionFile::from_bytes("MARKER.pdf", "%PDF-MARKER");
    let shown = format!(
        "{:?}",
        idle_client().prescriptions().upload(&folder(), file)
    );
    assert!(
        shown.contains(FOLDER) && !shown.contains("MARKER"),
        "{shown}"
    );
}
