//! Uploads: the form, what is refused, and what is read from the answer.

use common_http::Prepared;
use http::HeaderMap;
use medreader_client::FolderId;
use medreader_client::prescriptions::{PrescriptionFile, Upload};
use serde_json::{Value, json};

use crate::support::{FOLDER, UPLOAD, calls, client, folder, idle_client, refusal, told, vendor};

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
