//! Nothing secret or personal is printed of uploads, of what is never sent, or by the sandbox.

use std::sync::Arc;
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{Body, CallOptions, Error, HttpOptions};
use erp_files_client::files::{Files, OnConflict};
use erp_files_client::sandbox::{Sandbox, Settings};
use erp_files_client::{AccessToken, ClientCredentials, ErpFilesClient, ErpFilesClientBuilder};
use serde_json::{Value, json};
use testing::journal::Journal;

use crate::support::store::OneUpload;
use crate::support::{Op, network, on};
use testing::privacy::{NUMBER, Printed, TEXT, assert_no_marker};

/// The modules whose log is kept.
const OURS: &str = "common_http=trace,erp_files_client=trace";
const NAME: &str = "MARKER 1.pdf";
const ADDRESS: &str = "https://storage.example/MARKER/MARKER%201.pdf?sv=2030-01-01&sig=MARKER%3D";

fn credentials() -> ClientCredentials {
    ClientCredentials::new("MARKERID", "MARKERSECRET")
        .token_url("https://id.example/MARKER/connect/token")
        .scope("gambit:erp MARKER")
}

fn builder(erp: &Arc<FakeTransport>) -> ErpFilesClientBuilder {
    // Short time limits rather than a small budget.
    let limit = Duration::from_secs(5);
    let http = HttpOptions::default()
        .head_timeout(limit)
        .idle_timeout(limit)
        .user_agent("MARKERAGENT");
    ErpFilesClient::builder()
        .base_url("https://clinic.example/MARKER")
        .credentials(credentials())
        .http(http.transport(Arc::clone(erp) as _))
}

fn files(client: &ErpFilesClient) -> Files {
    client.files(&NUMBER.into(), &TEXT.into())
}

fn pdf() -> Body {
    Body::from(format!("%PDF-1.7 {TEXT} {NUMBER}"))
}

/// All goes well, and everything but ids is marked.
fn marked(op: Op) -> FakeAnswer {
    let answer = match op {
        Op::Token => {
            json!({ "access_token": "MARKER.TOKEN", "expires_in": 3600, "scope": TEXT, TEXT: TEXT })
        }
        Op::Initialize => json!({ "Url": ADDRESS, TEXT: NUMBER }),
        Op::List => json!([
            { "Id": 1, "FileName": NAME, "IsSend": false, "DateCr": TEXT, TEXT: { TEXT: NUMBER } },
            { "Id": 2, "FileName": TEXT, "PatientId": NUMBER },
        ]),
        _ => json!({ TEXT: TEXT, "number": NUMBER }),
    };
    FakeAnswer::json(answer.to_string())
        .header("set-cookie", TEXT)
        .header("x-request-id", TEXT)
}

/// A network with these answers. The token endpoint has another path than in other tests.
fn answering(answer: impl Fn(Op) -> FakeAnswer + Send + Sync + 'static) -> Arc<FakeTransport> {
    FakeTransport::new(move |request| {
        let is_token = request.target.ends_with("/connect/token");
        let op = if is_token { Op::Token } else { Op::of(request) };
        answer(op)
    })
}

fn state() -> Value {
    json!({
        "version": 1, "patient": NUMBER.to_string(), "analysis": TEXT, "name": NAME,
        "address": ADDRESS, "length": 23, "fingerprint": TEXT, "transferred": false,
        "replaces": false,
    })
}

/// Uploads a file in each way, and prints how it ended.
async fn upload_all(client: &ErpFilesClient, printed: &mut Printed) {
    let files = files(client);
    for on_conflict in [OnConflict::Error, OnConflict::Skip, OnConflict::Replace] {
        let upload = files
            .upload(NAME, pdf())
            .on_conflict(on_conflict)
            .fingerprint(TEXT);
        printed.result(&upload.resumable(&OneUpload::empty()).await);
    }
    let resumed = files.upload(NAME, pdf());
    printed.result(&resumed.resumable(&OneUpload::holding(&state())).await);
}

/// An upload whose steps go well, and one of whose steps fails: the steps by themselves are in
/// `tests/matrix`.
#[tokio::test(start_paused = true)]
async fn nothing_is_printed_of_an_upload() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let mut printed = Printed::default();
    let erp = answering(marked);
    upload_all(&builder(&erp).build().unwrap(), &mut printed).await;
    assert!(printed.errors.is_empty(), "{}", printed.text);
    let sent = erp.requests();
    assert!(sent.iter().all(|request| request.target.contains(TEXT)));
    for status in [200, 400, 403, 409, 500] {
        for body in [r#"{"title":"MARKER"}"#, "https://10.0.0.1/MARKER", "MARKER"] {
            for op in Op::ALL {
                let failed = move || {
                    let answer = FakeAnswer::status(status).header("x-request-id", TEXT);
                    answer.chunk(Duration::ZERO, body)
                };
                let erp = answering(
                    move |asked| {
                        if asked == op { failed() } else { marked(asked) }
                    },
                );
                upload_all(&builder(&erp).build().unwrap(), &mut printed).await;
            }
        }
    }
    let hidden = |error: &&Error| error.request_id() == Some(TEXT) && !error.body().is_empty();
    assert!(printed.errors.iter().filter(hidden).count() > 100);
    let text = journal.text();
    assert!(text.contains("storage.example") && text.contains("failed"));
    assert_no_marker(&text);
    assert_no_marker(&printed.text);
}

/// What is refused locally.
#[tokio::test]
async fn nothing_is_printed_of_what_never_left() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let erp = network(|_, _| None);
    let client = on(&erp);
    let mut printed = Printed::default();
    let folder = tempfile::Builder::new().prefix(TEXT).tempdir().unwrap();
    let file = folder.path().join(NAME);
    printed.result(&Body::from_path(&file).await);
    std::fs::write(&file, "%PDF-1.7").unwrap();
    let gone = Body::from_path(&file).await.unwrap();
    printed.value(&gone);
    std::fs::remove_file(&file).unwrap();
    printed.result(&files(&client).upload(NAME, gone).send().await);
    printed.result(&files(&client).upload("MARKER\n", pdf()).send().await);
    printed.result(
        &files(&client)
            .upload(NAME, Body::single_pass(TEXT.as_bytes(), None))
            .send()
            .await,
    );
    printed.result(&files(&client).initialize("MARKER\n").send().await);
    printed.result(
        &files(&client)
            .delete(&"MARKER\n".into())
            .options(CallOptions::default())
            .send()
            .await,
    );
    printed.result(
        &client
            .files(&"MARKER\n".into(), &TEXT.into())
            .list()
            .send()
            .await,
    );
    printed.result(
        &client
            .files(&8.into(), &TEXT.into())
            .upload(NAME, pdf())
            .resumable(&OneUpload::holding(&state()))
            .await,
    );
    for base in [
        "MARKER",
        "https://MARKER:MARKER@clinic.example",
        "https://clinic.example/?MARKER",
        "http://MARKER.example/MARKER",
    ] {
        let builder = ErpFilesClient::builder().base_url(base).access_token(TEXT);
        printed.error(&builder.build().unwrap_err());
        let builder = ErpFilesClient::builder().base_url("https://clinic.example");
        let built = builder.credentials(credentials().token_url(base)).build();
        printed.error(&built.unwrap_err());
    }
    let unfit = ErpFilesClient::builder()
        .base_url("https://clinic.example")
        .access_token("MARKER\n");
    printed.error(&unfit.build().unwrap_err());
    assert_eq!((printed.errors.len(), erp.count()), (17, 0));
    assert_no_marker(&journal.text());
    assert_no_marker(&printed.text);
}

/// Nor by what is not sent yet.
#[tokio::test]
async fn nothing_is_printed_of_builders() {
    let erp = answering(marked);
    let builder = builder(&erp);
    let mut printed = Printed::default();
    printed.value(&builder);
    printed.value(&(credentials(), pdf()));
    printed.value(&AccessToken::new(TEXT).lifetime(Duration::from_secs(1)));
    let files = files(&builder.build().unwrap());
    let target = files.initialize(NAME).send().await.unwrap();
    let upload = files.upload(NAME, pdf()).content_type(TEXT);
    let upload = upload.fingerprint(TEXT).on_conflict(OnConflict::Replace);
    printed.value(&(&files, files.list(), files.initialize(NAME)));
    printed.value(&(files.finalize(NAME), files.transfer(&target, pdf())));
    printed.value(&(files.delete(&1.into()), files.set_send(&1.into(), true)));
    printed.value(&upload);
    assert!(printed.text.contains("Replace"), "{}", printed.text);
    assert_no_marker(&printed.text);
}

/// Nor by the sandbox, which a test may print.
#[tokio::test]
async fn nothing_is_printed_by_the_sandbox() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let settings = Settings {
        client_id: "MARKERID".to_owned(),
        client_secret: "MARKERSECRET".to_owned(),
        ..Settings::default()
    };
    let mut printed = Printed::default();
    printed.value(&settings);
    let sandbox = Sandbox::with(settings).await.unwrap();
    let client = sandbox.client();
    files(&client)
        .upload(NAME, pdf())
        .content_type(TEXT)
        .send()
        .await
        .unwrap();
    let requests = sandbox.requests();
    let at_storage = requests.iter().filter(|request| request.address == 1);
    assert_eq!((requests.len(), at_storage.count()), (5, 1));
    let stored = sandbox.files(&NUMBER.to_string(), TEXT);
    assert_eq!(stored[0].name, NAME);
    printed.value(&(&sandbox, &*sandbox, &client, requests, stored));
    assert_no_marker(&journal.text());
    assert_no_marker(&printed.text);
}
