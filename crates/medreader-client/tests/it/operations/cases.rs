//! The operations, each with a call, an answer and the errors that the document has for it.

use common_http::{Operation, Result};
use futures_util::future::{BoxFuture, FutureExt};
use medreader_client::prescriptions::PrescriptionFile;
use medreader_client::{MedReaderClient, OPERATIONS};

use crate::support::folder;

pub(super) struct Case {
    pub(super) operation: &'static Operation,
    /// The body of a success.
    pub(super) success: &'static str,
    /// Status, code and the kind that they mean.
    pub(super) errors: &'static [(u16, &'static str, &'static str)],
    pub(super) send: fn(MedReaderClient) -> BoxFuture<'static, Result<()>>,
}

fn operation(id: &str) -> &'static Operation {
    OPERATIONS
        .iter()
        .find(|operation| operation.id() == id)
        .unwrap()
}

const ID: &str = r#"{"id":"00000000-0000-4000-8000-000000000001"}"#;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            operation: operation("medreader.folders.create"),
            success: ID,
            errors: &[
                (400, "validation_error", "rejected"),
                (401, "unauthorized", "unauthenticated"),
                (409, "folder_name_duplicate", "conflict"),
                (409, "parent_folder_not_found", "not_found"),
            ],
            send: |client| {
                async move { client.folders().create("Pasta").send().await.map(drop) }.boxed()
            },
        },
        Case {
            operation: operation("medreader.folders.get"),
            success: ID,
            errors: &[
                (400, "bad_request", "rejected"),
                (401, "unauthorized", "unauthenticated"),
                (404, "folder_not_found", "not_found"),
            ],
            send: |client| {
                async move { client.folders().get(&folder()).send().await.map(drop) }.boxed()
            },
        },
        Case {
            operation: operation("medreader.prescriptions.upload"),
            success: ID,
            errors: &[
                (400, "bad_request", "rejected"),
                (401, "unauthorized", "unauthenticated"),
            ],
            send: |client| {
                let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 exemplo");
                async move {
                    client
                        .prescriptions()
                        .upload(&folder(), file)
                        .send()
                        .await
                        .map(drop)
                }
                .boxed()
            },
        },
        Case {
            operation: operation("medreader.prescriptions.result"),
            success: ID,
            errors: &[
                (400, "bad_request", "rejected"),
                (401, "unauthorized", "unauthenticated"),
                (404, "prescription_file_not_found", "not_found"),
            ],
            send: |client| {
                async move {
                    client
                        .prescriptions()
                        .result(&"1".into())
                        .send()
                        .await
                        .map(drop)
                }
                .boxed()
            },
        },
        Case {
            operation: operation("medreader.prescriptions.results"),
            success: r#"{"results":[]}"#,
            errors: &[
                (400, "bad_request", "rejected"),
                (401, "unauthorized", "unauthenticated"),
            ],
            send: |client| {
                async move {
                    client
                        .prescriptions()
                        .results(&folder())
                        .send()
                        .await
                        .map(drop)
                }
                .boxed()
            },
        },
        Case {
            operation: operation("medreader.configuration.get"),
            success: "{}",
            errors: &[
                (401, "unauthorized", "permission_denied"),
                (404, "tenant_configuration_not_found", "not_found"),
            ],
            send: |client| {
                async move { client.configuration().get().send().await.map(drop) }.boxed()
            },
        },
        Case {
            operation: operation("medreader.configuration.update"),
            success: "{}",
            errors: &[
                (400, "invalid_json", "rejected"),
                (400, "no_fields_to_update", "rejected"),
                (401, "unauthorized", "permission_denied"),
                (404, "tenant_configuration_not_found", "not_found"),
            ],
            send: |client| {
                async move {
                    client
                        .configuration()
                        .update()
                        .s3_region("a")
                        .send()
                        .await
                        .map(drop)
                }
                .boxed()
            },
        },
    ]
}
