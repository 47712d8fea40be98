//! Files: what is refused before it is sent, and what a caller can force.

use common_http::transport::FakeAnswer;
use common_http::{ErrorKind, Result};
use medreader_client::prescriptions::PrescriptionFile;

use crate::support::{UPLOAD, answers, calls, client, folder, told};

/// Uploads, and counts the requests.
async fn upload(file: PrescriptionFile) -> (Result<()>, usize) {
    let network = answers(vec![|| FakeAnswer::json(format!(r#"{{"id":"{UPLOAD}"}}"#))]);
    let outcome = client(&network)
        .prescriptions()
        .upload(&folder(), file)
        .send()
        .await;
    (outcome.map(drop), network.count())
}

async fn assert_refused(file: PrescriptionFile) {
    let (outcome, requests) = upload(file).await;
    let error = outcome.unwrap_err();
    assert_eq!(
        told(&error),
        ("invalid_input", None, Some("bad_request"), 0, "not_sent")
    );
    assert_eq!(error.printable_code(), Some("bad_request"));
    assert_eq!(error.operation(), Some("medreader.prescriptions.upload"));
    assert_eq!(requests, 0);
}

#[tokio::test(start_paused = true)]
async fn what_has_no_supported_format_is_refused() {
    for content in ["GIF89a", "<html>", "PK\x03\x04", "%PD", "texto"] {
        assert_refused(PrescriptionFile::from_bytes("receita.pdf", content)).await;
        let stream =
            PrescriptionFile::from_stream("receita.pdf", std::io::Cursor::new(content), None);
        assert_refused(stream).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_empty_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vazia.pdf");
    std::fs::write(&path, "").unwrap();
    assert_refused(PrescriptionFile::from_path(path).await.unwrap()).await;
    assert_refused(PrescriptionFile::from_bytes("vazia.pdf", "")).await;
    assert_refused(PrescriptionFile::from_stream(
        "vazia.pdf",
        tokio::io::empty(),
        None,
    ))
    .await;
    assert_refused(PrescriptionFile::from_stream(
        "vazia.pdf",
        tokio::io::empty(),
        0,
    ))
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_unusable_name_is_refused_even_with_a_media_type_of_the_callers() {
    for name in ["", "a\nb.pdf", "a\0.pdf"] {
        assert_refused(PrescriptionFile::from_bytes(name, "%PDF-1.7")).await;
        assert_refused(PrescriptionFile::from_bytes(name, "x").content_type("image/webp")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_media_type_of_the_callers_anything_is_sent() {
    for content in ["", "RIFF....WEBP"] {
        let network = answers(vec![|| FakeAnswer::json(format!(r#"{{"id":"{UPLOAD}"}}"#))]);
        let file = PrescriptionFile::from_bytes("receita.webp", content).content_type("image/webp");
        client(&network)
            .prescriptions()
            .upload(&folder(), file)
            .send()
            .await
            .unwrap();
        let sent = String::from_utf8_lossy(&calls(&network)[0].body).into_owned();
        assert!(
            sent.contains(&format!("Content-Type: image/webp\r\n\r\n{content}\r\n--")),
            "{sent}"
        );
    }
    assert_refused(
        PrescriptionFile::from_bytes("a.pdf", "x").content_type("image/webp\r\nX-Evil: 1"),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_file_that_cannot_be_read_is_a_local_failure() {
    let directory = tempfile::tempdir().unwrap();
    for path in [
        directory.path().join("nenhuma.pdf"),
        directory.path().to_owned(),
    ] {
        let error = PrescriptionFile::from_path(path)
            .await
            .map(drop)
            .unwrap_err();
        assert_eq!(told(&error), ("local_io", None, None, 0, "not_sent"));
        assert_eq!(error.operation(), Some("medreader.prescriptions.upload"));
    }
    let error = PrescriptionFile::from_path("/")
        .await
        .map(drop)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);

    // It exists when it is opened, and is gone when it is to be sent.
    let path = directory.path().join("receita.pdf");
    std::fs::write(&path, "%PDF-1.7").unwrap();
    let file = PrescriptionFile::from_path(&path).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    let (outcome, requests) = upload(file).await;
    let error = outcome.unwrap_err();
    assert_eq!(told(&error), ("local_io", None, None, 0, "not_sent"));
    assert_eq!(error.io_kind(), Some(std::io::ErrorKind::NotFound));
    assert_eq!(error.operation(), Some("medreader.prescriptions.upload"));
    assert_eq!(requests, 0);
}
