//! Prism answers the clients from the OpenAPI documents: each operation with each documented
//! answer. Prism also checks each request against the document.

mod asking;
mod expected;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use biologix_client::BiologixClient;
use common_http::{Body, HttpOptions, Operation, RetryPolicy};
use erp_files_client::ErpFilesClient;
use erp_files_client::files::SendFlagIn;
use gensoft_client::GensoftClient;
use http::StatusCode;
use medreader_client::MedReaderClient;
use specs::{Document, DocumentedAnswer};

use self::asking::Asking;
use crate::clients::{Client, Erp};
use crate::component::{Running, bare_command, listens, program};
use crate::support::{eager, files_of};

/// What `default` in a document is asked for as, unless the status has an answer of its own.
const STATUSES: [u16; 12] = [400, 401, 403, 404, 409, 410, 413, 418, 422, 429, 500, 503];

struct Prism {
    running: Running<1>,
    document: Document,
}

impl Prism {
    async fn start(name: &str) -> Option<Self> {
        let program = program("prism")?;
        let file = format!("../specs/{name}.yaml");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let running = Running::start(
            |_, [port]| {
                let mut command = bare_command(&program);
                command.args(["mock", "--errors", "--host", "127.0.0.1", "--port"]);
                command.arg(port.to_string()).arg(&file);
                command
            },
            async |[port]| listens(port).await,
        );
        let running = running.await;
        let document = Document::read(name);
        Some(Self { running, document })
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.running.ports[0])
    }

    fn asking(&self) -> Arc<Asking> {
        Arc::new(Asking::new(&self.url()))
    }

    /// All answers to ask for, each with a status. The operations are those of the code.
    fn answers(&self, operations: &[&Operation]) -> Vec<(u16, DocumentedAnswer)> {
        let all = self.document.answers();
        let documented: BTreeSet<_> = all.iter().map(|answer| answer.operation.as_str()).collect();
        let coded: BTreeSet<_> = operations.iter().map(|operation| operation.id()).collect();
        assert_eq!(documented, coded);
        let has_own = |operation: &str, status| {
            let mut answers = all.iter().filter(|answer| answer.operation == operation);
            answers.any(|answer| answer.status == Some(status))
        };
        let asked = all.iter().flat_map(|answer| match answer.status {
            Some(status) => vec![(status, answer.clone())],
            None => STATUSES
                .into_iter()
                .filter(|status| !has_own(&answer.operation, *status))
                .map(|status| (status, answer.clone()))
                .collect(),
        });
        asked.collect()
    }
}

/// Sends each request once.
fn through(asking: &Arc<Asking>) -> HttpOptions {
    eager()
        .retry(RetryPolicy::never())
        .transport(asking.clone())
}

/// Asks for every answer.
async fn every_answer<C: Client>() {
    let Some(prism) = Prism::start(C::DOCUMENT).await else {
        return;
    };
    let asking = prism.asking();
    let answers = prism.answers(C::OPERATIONS);
    println!("{}: {} answers", C::DOCUMENT, answers.len());
    for (status, answer) in answers {
        let what = format!("{} {status} {answer:?}", answer.operation);
        asking.ask_for_nothing();
        let mut client = C::new(&prism.url(), through(&asking));
        client.prepare(&answer.operation).await;
        asking.ask_for(status, &answer);
        let ended = client.call(&answer.operation).await;
        asking.assert_fitting(status, &what);
        let is_success = StatusCode::from_u16(status).unwrap().is_success();
        match ended {
            Ok(value) if is_success => {
                let example = answer.value.clone().unwrap_or_default();
                let example = C::expected(&answer.operation, example);
                assert_eq!(expected::plain(&value), expected::plain(&example), "{what}");
            }
            Err(error) if !is_success => {
                expected::assert_error(&error, status, &answer, &what);
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn biologix() {
    every_answer::<BiologixClient>().await;
}

#[tokio::test]
async fn medreader() {
    every_answer::<MedReaderClient>().await;
}

#[tokio::test]
async fn gensoft() {
    every_answer::<GensoftClient>().await;
}

#[tokio::test]
async fn erp() {
    every_answer::<Erp>().await;
}

#[tokio::test]
async fn a_report_as_a_form_fits_the_document_too() {
    let Some(prism) = Prism::start(GensoftClient::DOCUMENT).await else {
        return;
    };
    let asking = prism.asking();
    let client = GensoftClient::new(&prism.url(), through(&asking));
    let pdf = Body::from("%PDF-1.7 EXAMPLE %%EOF");
    let upload = client.reports().upload(&"10".into(), pdf);
    upload.multipart("file").await.unwrap();
    asking.assert_fitting(200, "a form");
}

#[tokio::test]
async fn a_flag_in_the_body_fits_the_document_too() {
    let Some(prism) = Prism::start(Erp::DOCUMENT).await else {
        return;
    };
    let asking = prism.asking();
    let builder = ErpFilesClient::builder().base_url(prism.url());
    let builder = builder.access_token("EXAMPLE-TOKEN").http(through(&asking));
    let client = builder.send_flag_in(SendFlagIn::Body).build().unwrap();
    files_of(&client).set_send(&1.into(), true).await.unwrap();
    asking.assert_fitting(200, "in the body");
}
