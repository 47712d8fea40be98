//! The last step by hand.

use common_http::{Delivery, ErrorKind};
use erp_files_client::sandbox::{NothingUploaded, Settings};

use crate::support::{NAME, files, started};

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
