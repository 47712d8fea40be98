//! The operations, each with a call and an answer.

use common_http::{Operation, Result};
use futures_util::future::{BoxFuture, FutureExt};
use medreader_client::prescriptions::PrescriptionFile;
use medreader_client::{MedReaderClient, OPERATIONS};

use crate::support::folder;

pub(super) struct Case {
    pub(super) operation: &'static Operation,
    /// The body of a success.
    pub(super) success: &'static str,
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
            send: |client| {
                async move { client.folders().create("Pasta").send().await.map(drop) }.boxed()
            },
        },
        Case {
            operation: operation("medreader.folders.get"),
            success: ID,
            send: |client| {
                async move { client.folders().get(&folder()).send().await.map(drop) }.boxed()
            },
        },
        Case {
            operation: operation("medreader.prescriptions.upload"),
            success: ID,
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
            send: |client| {
                async move { client.configuration().get().send().await.map(drop) }.boxed()
            },
        },
        Case {
            operation: operation("medreader.configuration.update"),
            success: "{}",
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
