//! Nothing secret or personal is printed by values, errors or logs, on success or on any fault.

use std::time::Duration;

use gensoft_client::attendances::{Attachment, Attendance, Moment, Part};
use gensoft_client::http::{HeaderMap, Method, StatusCode, header};
use gensoft_client::sandbox::{AnswerShape, Fault, Sandbox, Settings};
use gensoft_client::{
    Body, CallOptions, Error, ExecutionId, GensoftClient, HttpOptions, Provider, RawJson, Result,
    RetryPolicy, Secret, async_trait,
};
use serde_json::{Value, json};
use testing::journal::Journal;
use testing::privacy::{NUMBER, Printed, TEXT, assert_no_marker};

use crate::support::{Op, eager, of_all_forms, soon};

const KEY: &str = "MARKERKEY";
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
        api_key: KEY.to_owned(),
        attendance_answer: answer.clone(),
        report_answer: answer,
        ..of_all_forms()
    };
    Sandbox::with(settings).await.unwrap()
}

fn client(sandbox: &Sandbox, http: HttpOptions) -> GensoftClient {
    let builder = sandbox
        .client_builder()
        .http(http.user_agent("MARKERAGENT"));
    builder.build().unwrap()
}

/// Makes the call and prints its result.
async fn call(op: Op, client: &GensoftClient, printed: &mut Printed) {
    let reply = match op {
        Op::Attendance => soon(client.attendances().send(&attendance()).send()).await,
        Op::Report | Op::Form => {
            let upload = client
                .reports()
                .upload(&execution(), pdf())
                .file_name("MARKER.pdf");
            let upload = match op {
                Op::Form => upload.multipart("file").trailing_slash(true),
                _ => upload,
            };
            soon(upload.send()).await
        }
    };
    printed.result(&reply);
    if let Ok(reply) = reply {
        printed.value(&(&reply, reply.raw()));
        printed.result(&reply.json::<Vec<bool>>());
    }
}

#[tokio::test]
async fn nothing_personal_is_printed_of_what_succeeds() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let sandbox = sandbox().await;
    let client = client(&sandbox, eager());
    let mut printed = Printed::default();
    for op in Op::ALL {
        call(op, &client, &mut printed).await;
    }
    let form = client
        .reports()
        .upload(&execution(), pdf())
        .file_name("MARKER.pdf");
    printed.result(&soon(form.multipart(TEXT).send()).await);
    let form = client
        .reports()
        .upload(&execution(), pdf())
        .file_name("MARKER.pdf");
    printed.result(&soon(form.multipart("file").send()).await);
    let any = client
        .request(Method::POST, "/api/v1/attendance/")
        .query(TEXT, TEXT);
    printed.result(&soon(any.json(&marked()).send()).await);
    // All of it was really sent.
    assert_eq!(sandbox.attendances().len(), 2);
    assert!(sandbox.attendances()[0].text.matches(TEXT).count() > 30);
    assert_eq!(sandbox.report_versions("MARKER;?%").len(), 2);

    printed.value(&(&client, execution(), pdf(), attendance()));
    printed.value(&(
        client.attendances(),
        client.reports(),
        Part::of(&marked()).unwrap(),
    ));
    printed.value(&Attachment::from_bytes(TEXT, TEXT, TEXT.as_bytes()));
    printed.value(&RawJson::from_text(marked().to_string()).unwrap());
    printed.value(&sandbox.client_builder().auth_prefix(TEXT));
    printed.value(&client.attendances().send(&attendance()));
    printed.value(&client.attendances().send_text(marked().to_string()));
    let upload = client.reports().upload(&execution(), pdf());
    printed.value(&upload.multipart(TEXT).file_name(TEXT));
    printed.value(&(&sandbox, sandbox.requests(), sandbox.attendances()));
    printed.value(&(sandbox.state(), sandbox.report_versions("MARKER;?%")));

    // The journal was really kept.
    let text = journal.text();
    for word in [
        "answered",
        "gensoft.attendances.send",
        "gensoft.reports.upload",
    ] {
        assert!(text.contains(word), "{word}");
    }
    assert!(printed.text.contains("moment: Created"));
    assert_no_marker(&text);
    assert_no_marker(&printed.text);
}

fn faults() -> Vec<Fault> {
    let with = |status, body: &str| Fault::Status {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::from_iter([
            (header::SET_COOKIE, TEXT.parse().unwrap()),
            (header::WWW_AUTHENTICATE, TEXT.parse().unwrap()),
            ("x-request-id".parse().unwrap(), TEXT.parse().unwrap()),
        ]),
        body: body.to_owned().into(),
    };
    let mut faults = vec![
        Fault::ResetBeforeEffect,
        Fault::ResetAfterRequest,
        Fault::StallHead,
        Fault::StallBody { after: 30 },
        Fault::CutBody { after: 0 },
        Fault::CutBody { after: 30 },
        Fault::BadJson,
        Fault::Garbage,
        Fault::Drift,
        Fault::ContentEncoding,
        Fault::Throttled {
            retry_after: Some(TEXT.to_owned()),
        },
        Fault::Unavailable {
            retry_after: Some("0".to_owned()),
        },
        Fault::Redirect {
            status: StatusCode::FOUND,
            location: "http://MARKER.invalid/MARKER?MARKER".to_owned(),
        },
    ];
    for status in [
        200, 204, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503,
    ] {
        for body in [
            r#"{"detail":"MARKER"}"#,
            r#"{"MARKER":["MARKER"],"number":[7351735]}"#,
            r#"{"code":"MARKER","message":"MARKER"}"#,
            r#""MARKER""#,
            "<html>MARKER</html>",
            "[{\"MARKER",
        ] {
            faults.push(with(status, if status == 204 { "" } else { body }));
        }
    }
    faults
}

#[tokio::test]
async fn nothing_personal_is_printed_of_what_fails() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let sandbox = sandbox().await;
    let mut printed = Printed::default();
    let retry = RetryPolicy::default()
        .max_attempts(2)
        .max_transfer_attempts(2)
        .base(Duration::from_millis(1))
        .throttle_base(Duration::from_millis(1));
    for fault in faults() {
        // Short only if the limit itself must pass, and no answer comes first.
        let limit = match fault {
            Fault::StallHead | Fault::StallBody { .. } => Duration::from_millis(200),
            _ => Duration::from_secs(30),
        };
        for op in Op::IN_ALL_FORMS {
            let http = eager()
                .head_timeout(limit)
                .idle_timeout(limit)
                .retry(retry.clone());
            sandbox.fail_always(op.id(), fault.clone()).unwrap();
            call(op, &client(&sandbox, http), &mut printed).await;
            sandbox.clear_faults();
        }
    }

    // What was hidden was there.
    let has = |of: fn(&Error) -> bool| printed.errors.iter().filter(|error| of(error)).count();
    assert!(has(|error| error.body().windows(6).any(|part| part == TEXT.as_bytes())) > 50);
    assert!(has(|error| error.message() == Some(TEXT)) > 20);
    assert!(has(|error| error.message() == Some("MARKER: MARKER")) > 10);
    assert!(has(|error| error.code() == Some(TEXT)) > 10);
    assert!(has(|error| error.request_id() == Some(TEXT)) > 50);
    let text = journal.text();
    for word in [
        "repeating",
        "failed",
        Op::Attendance.id(),
        Op::Report.id(),
        "interrupted",
    ] {
        assert!(text.contains(word), "{word}");
    }
    assert!(printed.text.contains("unrecognised"));
    assert_no_marker(&text);
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
