//! Uploads: the form, what is refused, what is kept.

use medreader_client::sandbox::{Sandbox, Settings};
use serde_json::json;

use crate::sandbox::wire::{END, FORM, PDF, Refusal as _, field, file, log_in};

#[tokio::test]
async fn an_upload_is_answered_as_documented() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    let got = caller
        .upload_as(&folder, "receita fictícia%22.pdf", "application/pdf", PDF)
        .await;
    let upload = got.json();
    let uploaded_at = upload["uploaded_at"].as_str().unwrap();
    let id = upload["id"].as_str().unwrap();
    assert_eq!(id, "00000000-0000-4000-8000-030000000003");
    let date = uploaded_at[..10].replace('-', "/");
    assert_eq!(
        (got.status, &upload),
        (
            202,
            &json!({
                "id": id,
                "folder_id": folder,
                "file_path": format!("prescriptions/{date}/{id}.pdf"),
                "file_type": "application/pdf",
                "file_size": PDF.len(),
                "original_filename": "receita fictícia\".pdf",
                "processed": false,
                "uploaded_at": uploaded_at,
                "message": "File uploaded successfully and will be processed asynchronously",
            })
        )
    );
    let uploads = sandbox.uploads();
    assert_eq!(uploads.len(), 1);
    assert_eq!(
        (uploads[0].id.as_str(), uploads[0].folder_id.as_str()),
        (id, folder.as_str())
    );
    assert_eq!(uploads[0].file_name, "receita fictícia\".pdf");
    assert_eq!(uploads[0].content_type, "application/pdf");
    assert_eq!(&uploads[0].content[..], PDF);
    assert!(!format!("{uploads:?}").contains("receita"));
}

#[tokio::test]
async fn the_four_formats_are_taken_and_no_other() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    for (kind, extension, content) in [
        ("application/pdf", ".pdf", &b"junk before %PDF-1.7"[..]),
        ("image/jpeg", ".jpg", b"\xff\xd8\xff\xe0"),
        ("image/png", ".png", b"\x89PNG\r\n\x1a\n\r\n--"),
        ("image/tiff", ".tiff", b"II*\0"),
        ("image/tiff", ".tiff", b"MM\0*"),
    ] {
        let got = caller.upload_as(&folder, "a", kind, content).await;
        assert_eq!(got.status, 202, "{kind}");
        let path = got.json()["file_path"].as_str().unwrap().to_owned();
        assert!(path.ends_with(extension), "{path}");
    }
    assert_eq!(
        &sandbox.uploads()[2].content[..],
        b"\x89PNG\r\n\x1a\n\r\n--"
    );
    let late = [vec![b' '; 1024], b"%PDF-".to_vec()].concat();
    for (kind, content) in [
        ("text/plain", PDF),
        ("application/octet-stream", PDF),
        ("application/pdf", b"no PDF"),
        ("application/pdf", &late),
        ("image/jpg", b"\xff\xd8\xff"),
        ("application/pdf", b""),
    ] {
        let got = caller.upload_as(&folder, "a.pdf", kind, content).await;
        assert_eq!(got.error(), (400, "bad_request".to_owned()), "{kind}");
    }
    assert_eq!(sandbox.uploads().len(), 5);

    let blind = Sandbox::with(Settings {
        check_content: false,
        ..Settings::default()
    })
    .await
    .unwrap();
    let caller = log_in(&blind).await;
    let folder = blind.folder("Pacientes").unwrap();
    let taken = caller
        .upload_as(&folder, "a.pdf", "application/pdf", b"no PDF")
        .await;
    let refused = caller
        .upload_as(&folder, "a.txt", "text/plain", b"no PDF")
        .await;
    assert_eq!((taken.status, refused.status), (202, 400));
}

#[tokio::test]
async fn a_form_that_is_not_right_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    let folder_id = field("folder_id", &folder);
    let pdf = file("file", "a.pdf", "application/pdf", PDF);
    let end = END.to_vec();
    let untyped = field("file", "%PDF-1.4");
    for form in [
        vec![end.clone()],
        vec![folder_id.clone(), end.clone()],
        vec![pdf.clone(), end.clone()],
        vec![folder_id.clone(), untyped, end.clone()],
        vec![
            folder_id.clone(),
            folder_id.clone(),
            pdf.clone(),
            end.clone(),
        ],
        vec![folder_id.clone(), pdf.clone(), pdf.clone(), end.clone()],
        vec![field("folder-id", &folder), pdf.clone(), end.clone()],
        vec![field("folder_id", ""), pdf.clone(), end.clone()],
        vec![field("folder_id", "unknown"), pdf.clone(), end.clone()],
        vec![
            field("folder_id", &format!("{folder} ")),
            pdf.clone(),
            end.clone(),
        ],
        vec![folder_id.clone(), pdf.clone()],
    ] {
        let got = caller.send_form(FORM, &form.concat()).await;
        assert_eq!(got.error(), (400, "bad_request".to_owned()));
    }
    let whole = [folder_id.clone(), pdf.clone(), end.clone()].concat();
    for kind in [
        "multipart/form-data",
        "multipart/mixed; boundary=EXAMPLE-BOUNDARY",
        "application/pdf",
    ] {
        let got = caller.send_form(kind, &whole).await;
        assert_eq!(got.error(), (400, "bad_request".to_owned()), "{kind}");
    }
    assert_eq!(sandbox.uploads().len(), 0);
    // The parts may be in any order, and there may be more.
    let extra = field("extra", "1");
    let form = [pdf, extra, folder_id, end].concat();
    assert_eq!(caller.send_form(FORM, &form).await.status, 202);
    assert_eq!(sandbox.uploads().len(), 1);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let sandbox = Sandbox::with(Settings {
        body_limit: 1000,
        ..Settings::default()
    })
    .await
    .unwrap();
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    caller.upload(&folder).await;
    let big = [PDF, &vec![b'x'; 1000]].concat();
    let got = caller
        .upload_as(&folder, "a.pdf", "application/pdf", &big)
        .await;
    assert_eq!(got.error(), (413, "payload_too_large".to_owned()));
    assert_eq!(sandbox.uploads().len(), 1);
    let log = sandbox.requests_for("medreader.prescriptions.upload");
    assert_eq!(
        log.iter().map(|entry| entry.complete).collect::<Vec<_>>(),
        [true, false]
    );
}
