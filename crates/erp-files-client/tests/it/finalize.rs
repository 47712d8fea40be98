//! The last step by hand.

use common_http::{Body, Delivery, ErrorKind};
use erp_files_client::sandbox::{NothingUploaded, Sandbox, Settings};

use crate::support::{NAME, PDF, files, only, started};

#[tokio::test]
async fn says_that_the_file_is_there() {
    let sandbox = Sandbox::start().await.unwrap();
    let files = files(&sandbox.client());
    let target = files.initialize("знімок 1.jpg").send().await.unwrap();
    files
        .transfer(&target, Body::from(PDF))
        .send()
        .await
        .unwrap();
    assert!(sandbox.files("7", "12").is_empty());
    files.finalize("знімок 1.jpg").send().await.unwrap();
    let sent = only(&sandbox, "erp.files.finalize");
    let name = "%D0%B7%D0%BD%D1%96%D0%BC%D0%BE%D0%BA%201.jpg";
    assert_eq!(
        sent.target,
        format!("/api/erp/v1/patients/7/analysis/12/files/{name}")
    );
    assert_eq!((sent.method.as_str(), sent.body.len()), ("POST", 0));
    assert_eq!(sandbox.files("7", "12")[0].name, "знімок 1.jpg");
}

/// `nothing-uploaded-is-404-or-409`.
#[tokio::test]
async fn without_a_file_it_is_an_error_either_way() {
    for (answer, kind) in [
        (NothingUploaded::NotFound, ErrorKind::NotFound),
        (NothingUploaded::Conflict, ErrorKind::Conflict),
    ] {
        let sandbox = started(Settings {
            nothing_uploaded: answer,
            ..Settings::default()
        })
        .await;
        let files = files(&sandbox.client());
        let error = files.finalize(NAME).send().await.unwrap_err();
        let is = (error.kind(), error.attempts(), error.delivery());
        assert_eq!(is, (kind, 1, Delivery::Answered));
        // Started, but nothing was transferred.
        files.initialize(NAME).send().await.unwrap();
        assert_eq!(files.finalize(NAME).send().await.unwrap_err().kind(), kind);
    }
}
