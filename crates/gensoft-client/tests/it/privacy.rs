//! Nothing secret or personal is printed of what is not sent, or by the sandbox.

use gensoft_client::attendances::{Attachment, Attendance, Moment, Part};
use gensoft_client::sandbox::{AnswerShape, Sandbox, Settings};
use gensoft_client::{
    Body, CallOptions, ExecutionId, GensoftClient, Provider, RawJson, Result, Secret, async_trait,
};
use serde_json::{Value, json};
use testing::journal::Journal;
use testing::privacy::{NUMBER, Printed, TEXT, assert_no_marker};

use crate::support::{client, eager, of_all_forms, soon};

/// What the journal keeps.
const OURS: &str = "common_http=trace,gensoft_client=trace";

fn marked() -> Value {
    json!({ TEXT: TEXT, "number": NUMBER, "list": [TEXT, { TEXT: NUMBER }] })
}

fn attendance() -> Attendance {
    let part = || Part::of(&marked()).unwrap();
    let mut attendance = Attendance::new(Moment::Created)
        .attendance(part())
        .patient(part())
        .procedure(part())
        .sample(part())
        .requester(part())
        .clinical_data(part())
        .attachment(Attachment::from_bytes(
            "MARKER.pdf",
            "MARKER/x",
            TEXT.as_bytes(),
        ));
    attendance.extra.insert(TEXT.to_owned(), marked());
    attendance
}

fn execution() -> ExecutionId {
    ExecutionId::from("MARKER;?%")
}

fn pdf() -> Body {
    Body::from(format!("%PDF-1.7 {TEXT} {NUMBER}"))
}

async fn sandbox() -> Sandbox {
    let answer = AnswerShape::Json(json!([marked(), TEXT, NUMBER]));
    let settings = Settings {
        api_key: "MARKERKEY".to_owned(),
        attendance_answer: answer.clone(),
        report_answer: answer,
        ..of_all_forms()
    };
    Sandbox::with(settings).await.unwrap()
}

/// What `tests/matrix` does not call: the other form of a report, and the sandbox.
#[tokio::test]
async fn nothing_personal_is_printed_by_the_sandbox() {
    let sandbox = sandbox().await;
    let client = client(&sandbox, eager());
    let mut printed = Printed::default();
    let form = client.reports().upload(&execution(), pdf());
    let form = form.file_name("MARKER.pdf").multipart("file");
    printed.value(&form);
    printed.result(&soon(form.send()).await);
    let reply = soon(client.attendances().send(&attendance()).send()).await;
    printed.result(&reply.unwrap().json::<Vec<bool>>());
    assert!(sandbox.attendances()[0].text.matches(TEXT).count() > 30);
    printed.value(&(&sandbox, sandbox.requests(), sandbox.attendances()));
    printed.value(&(sandbox.state(), sandbox.report_versions("MARKER;?%")));
    printed.value(&RawJson::from_text(marked().to_string()).unwrap());
    printed.value(&sandbox.client_builder().auth_prefix(TEXT));
    assert_no_marker(&printed.text);
}

/// What is refused locally.
#[tokio::test]
async fn nothing_personal_is_printed_of_what_is_not_sent() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let sandbox = sandbox().await;
    let client = client(&sandbox, eager());
    let folder = tempfile::Builder::new().prefix(TEXT).tempdir().unwrap();
    let file = folder.path().join("MARKER.pdf");
    let mut printed = Printed::default();
    printed.result(&client.attendances().send(TEXT).await);
    printed.result(&client.attendances().send_text(TEXT).await);
    printed.result(
        &client
            .reports()
            .upload(&execution(), Body::from(TEXT))
            .send()
            .await,
    );
    let marked_id = ExecutionId::from("MARKER\n");
    printed.result(&client.reports().upload(&marked_id, pdf()).send().await);
    printed.result(&Body::from_path(&file).await);
    printed.result(&Attachment::from_path(&file, TEXT).await);
    printed.result(&Part::of(TEXT));
    std::fs::write(&file, "%PDF-1.7").unwrap();
    let gone = Body::from_path(&file).await.unwrap();
    printed.value(&gone);
    std::fs::remove_file(&file).unwrap();
    printed.result(&client.reports().upload(&execution(), gone).send().await);
    let options = CallOptions::default().on_progress(|_| {});
    let stream = Body::single_pass(Unreadable, 100);
    let upload = client
        .reports()
        .upload(&execution(), stream)
        .options(options);
    printed.result(&upload.send().await);

    let settings = |base: &str, key: &str, prefix: &str| {
        let builder = GensoftClient::builder()
            .base_url(base)
            .api_key(key.to_owned());
        builder.auth_prefix(prefix).build()
    };
    for result in [
        settings("MARKER", TEXT, TEXT),
        settings("https://MARKER:MARKER@127.0.0.1", TEXT, TEXT),
        settings("https://127.0.0.1/?MARKER", TEXT, TEXT),
        settings("http://MARKER.example/MARKER", TEXT, TEXT),
        // A key and a prefix that are not valid header values.
        settings(sandbox.url(), "MARKER\n", "ApiKey"),
        settings(sandbox.url(), TEXT, "MARKER\u{7f}"),
    ] {
        printed.error(&result.unwrap_err());
    }
    // Such a key from a provider.
    let client = GensoftClient::builder()
        .base_url(sandbox.url())
        .api_key_from(Vault);
    let call = client.build().unwrap().attendances().send(&attendance());
    printed.result(&soon(call.send()).await);
    assert_eq!((printed.errors.len(), sandbox.requests().len()), (16, 0));
    assert_no_marker(&journal.text());
    assert_no_marker(&printed.text);
}

struct Vault;

#[async_trait]
impl Provider<Secret> for Vault {
    async fn get(&self) -> Result<Secret> {
        Ok(Secret::from("MARKER\n"))
    }
}

/// A file whose errors say more than they should.
struct Unreadable;

impl tokio::io::AsyncRead for Unreadable {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Err(std::io::Error::other(TEXT)))
    }
}
