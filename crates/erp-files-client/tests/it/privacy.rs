//! Nothing secret or personal is printed by values, errors or logs, on success or on any fault.

use std::sync::Arc;
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use common_http::{Body, CallOptions, Error, HttpOptions, RetryPolicy};
use erp_files_client::files::{Files, OnConflict, UploadTarget};
use erp_files_client::sandbox::{Sandbox, Settings};
use erp_files_client::{
    AccessToken, AnalysisId, ClientCredentials, ErpFilesClient, ErpFilesClientBuilder, PatientId,
};
use http::Method;
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

async fn target() -> UploadTarget {
    let erp = answering(marked);
    let target = files(&builder(&erp).build().unwrap())
        .initialize(NAME)
        .send()
        .await;
    target.unwrap()
}

/// Makes every call and prints all results.
async fn call_all(client: &ErpFilesClient, target: &UploadTarget, printed: &mut Printed) {
    let files = files(client);
    printed.result(&files.list().send().await);
    printed.result(&files.initialize(NAME).send().await);
    printed.result(
        &files
            .transfer(target, pdf())
            .content_type(TEXT)
            .send()
            .await,
    );
    printed.result(&files.finalize(NAME).send().await);
    printed.result(&files.set_send(&1.into(), true).send().await);
    printed.result(&files.delete(&1.into()).send().await);
    for on_conflict in [OnConflict::Error, OnConflict::Skip, OnConflict::Replace] {
        let upload = files
            .upload(NAME, pdf())
            .on_conflict(on_conflict)
            .fingerprint(TEXT);
        printed.result(&upload.resumable(OneUpload::empty()).await);
    }
    let resumed = files.upload(NAME, pdf());
    printed.result(&resumed.resumable(OneUpload::holding(&state())).await);
    let any = client
        .request(Method::POST, "/api/{any}")
        .path("any", TEXT)
        .query(TEXT, TEXT);
    let any = any.json(&json!({ TEXT: NUMBER })).send().await;
    printed.result(&any);
    if let Ok(answer) = any {
        printed.result(&answer.json::<Vec<bool>>());
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_printed_of_what_went_well() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let erp = answering(marked);
    let client = builder(&erp).build().unwrap();
    let target = target().await;
    let mut printed = Printed::default();
    call_all(&client, &target, &mut printed).await;
    // The requests show that all of it was sent.
    assert_eq!(
        printed.errors.len(),
        1,
        "the answer that is no list of flags"
    );
    let sent = erp.requests();
    assert!(
        sent.iter()
            .filter(|request| request.target.contains(TEXT))
            .count()
            > 20
    );
    assert!(
        sent.iter()
            .any(|request| request.target.contains(&NUMBER.to_string()))
    );

    printed.value(&(&client, files(&client), &target, pdf(), credentials()));
    printed.value(&(PatientId::from(NUMBER), AnalysisId::from(TEXT)));
    printed.value(&AccessToken::new(TEXT).lifetime(Duration::from_secs(1)));
    let listed = files(&client).list().send().await.unwrap();
    let file = listed[0].value().unwrap();
    assert!(listed[0].raw().as_str().contains(TEXT) && file.name.as_deref() == Some(NAME));
    printed.value(&(&listed, listed[0].raw(), file.created()));
    let files = files(&client);
    printed.value(&(
        files.initialize(NAME).prepare(),
        files.transfer(&target, pdf()).prepare(),
    ));

    // What the log may have shows that it was kept.
    let text = journal.text();
    for op in Op::ALL {
        assert!(text.contains(op.id()), "{op:?}");
    }
    assert!(text.contains("storage.example") && text.contains("answered"));
    assert!(printed.text.contains("is_send: Some(false)"));
    assert_no_marker(&text);
    assert_no_marker(&printed.text);
}

/// The answers to each operation in turn, while all others go well.
fn faults() -> Vec<Box<dyn Fn(Op) -> FakeAnswer + Send + Sync>> {
    type Fault = Box<dyn Fn(Op) -> FakeAnswer + Send + Sync>;
    let mut faults: Vec<Fault> = vec![
        Box::new(|_| FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused))),
        Box::new(|_| FakeAnswer::error(TransportError::Interrupted)),
        Box::new(|_| FakeAnswer::never()),
        Box::new(|op| marked(op).hang()),
        Box::new(|op| marked(op).cut()),
        Box::new(|op| marked(op).header("content-encoding", TEXT)),
        Box::new(|_| {
            FakeAnswer::status(302).header("location", "https://MARKER.example/MARKER?MARKER")
        }),
        Box::new(|_| FakeAnswer::status(429).header("retry-after", TEXT)),
        Box::new(|_| {
            FakeAnswer::status(503)
                .header("retry-after", "0")
                .header("www-authenticate", TEXT)
        }),
    ];
    for status in [200, 400, 401, 403, 404, 409, 429, 500] {
        for body in [
            r#"{"error":"MARKER","error_description":"MARKER"}"#,
            r#"{"error":"invalid_client","error_description":"MARKER"}"#,
            r#"{"type":"MARKER","title":"MARKER","detail":"MARKER 7351735","errors":{"MARKER":["MARKER"]}}"#,
            "<Error><Code>MARKER</Code><Message>MARKER</Message></Error>",
            "<Error><Code>AccessDenied</Code><Message>MARKER has expired</Message></Error>",
            r#""MARKER""#,
            "MARKER 7351735",
            "http://MARKER.example/MARKER?sig=MARKER",
            "https://user:MARKER@storage.example/MARKER",
            "https://10.0.0.1/MARKER?sig=MARKER",
            r#"[{"MARKER"#,
            r#"["MARKER"]"#,
            r#"{"access_token":"MARKER\n"}"#,
        ] {
            faults.push(Box::new(move |_| {
                let answer = FakeAnswer::status(status).header("x-request-id", TEXT);
                let answer = answer.chunk(Duration::ZERO, body);
                if body.starts_with('<') {
                    answer
                } else {
                    answer.header("x-ms-error-code", TEXT)
                }
            }));
        }
    }
    faults
}

#[tokio::test(start_paused = true)]
async fn nothing_is_printed_of_what_failed() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let target = target().await;
    let mut printed = Printed::default();
    let retry = RetryPolicy::default()
        .max_attempts(2)
        .max_transfer_attempts(2);
    for op in Op::ALL {
        for fault in faults() {
            let erp = answering(move |asked| {
                if asked == op {
                    fault(op)
                } else {
                    marked(asked)
                }
            });
            let limit = Duration::from_secs(5);
            let http = HttpOptions::default()
                .head_timeout(limit)
                .idle_timeout(limit)
                .retry(retry.clone());
            let client = builder(&erp)
                .http(http.transport(erp.clone()))
                .build()
                .unwrap();
            call_all(&client, &target, &mut printed).await;
        }
    }
    // What is hidden was there to be printed.
    let has = |of: fn(&Error) -> bool| printed.errors.iter().filter(|error| of(error)).count();
    assert!(has(|error| error.body().windows(6).any(|part| part == TEXT.as_bytes())) > 500);
    assert!(
        has(|error| error
            .message()
            .is_some_and(|message| message.contains(TEXT)))
            > 200
    );
    assert!(has(|error| error.code() == Some(TEXT)) > 50);
    assert!(has(|error| error.request_id() == Some(TEXT)) > 500);
    let text = journal.text();
    assert!(text.contains("repeating") && text.contains("failed"));
    assert!(printed.text.contains("unrecognised"));
    for code in [
        "invalid_client",
        "upload_url_expired",
        "file_exists",
        "AccessDenied",
    ] {
        assert!(printed.text.contains(code), "{code}");
    }
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
            .resumable(OneUpload::holding(&state()))
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
