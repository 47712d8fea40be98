//! Answers with any status, headers and body, to the calls of each vendor.

use biologix_client::{ExamKey, PartnerId};
use common_http::{Body, Error, RetryPolicy};
use erp_files_client::ErpFilesClient;
use gensoft_client::{ExecutionId, GensoftClient};
use medreader_client::{FolderId, MedReaderClient, PrescriptionId};

use crate::clients;
use crate::network::{BASE, Message, Network, check, check_error, cut, run};

const PDF: &str = "%PDF-1.4\nsynthetic\n%%EOF\n";

/// Answers every call to Biologix with the message, and the login too.
pub fn biologix(data: &[u8]) {
    let (message, login) = (Message::read(data), "/v2/sessions/open");
    for fuzzes_login in [false, true] {
        let message = message.clone();
        let network = Network::new(move |request, _| match request.url.path() {
            path if path == login && !fuzzes_login => {
                Message::ok(r#"{"userId":"0000001AA"}"#).with("bx-session-token", "EXAMPLETOKEN")
            }
            _ => message.clone(),
        });
        let client = clients::biologix(&network);
        run(async {
            if fuzzes_login {
                check(client.sessions().open().await);
                return;
            }
            check(client.exams(&PartnerId::from("0000301DD")).list().await);
            if let Some(report) = check(client.reports().get(&ExamKey::from("0000101BB")).await) {
                check(report.bytes().await);
            }
        });
    }
}

/// Answers every call to MedReader with the message, and the login too.
pub fn medreader(data: &[u8]) {
    let (message, login) = (Message::read(data), "/api/v1/auth/login");
    for fuzzes_login in [false, true] {
        let message = message.clone();
        let network = Network::new(move |request, _| match request.url.path() {
            path if path == login && !fuzzes_login => {
                Message::ok(r#"{"token":"EXAMPLE.TOKEN","expires_in":3600}"#)
            }
            _ => message.clone(),
        });
        let client = MedReaderClient::builder()
            .tenant("EXAMPLE-TENANT")
            .base_url(BASE)
            .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
            .http(network.options())
            .build()
            .unwrap();
        run(async {
            if fuzzes_login {
                check(client.sessions().open().await);
                return;
            }
            let folder = FolderId::from("1");
            check(client.folders().get(&folder).await);
            check(client.folders().create("Pasta").await);
            check(client.prescriptions().results(&folder).await);
            check(
                client
                    .prescriptions()
                    .result(&PrescriptionId::from("2"))
                    .await,
            );
            check(client.configuration().get().await);
        });
    }
}

/// Answers every call to Gensoft with the message.
pub fn gensoft(data: &[u8]) {
    let message = Message::read(data);
    let network = Network::new(move |_, _| message.clone());
    let client = GensoftClient::builder()
        .base_url(BASE)
        .api_key("EXAMPLE-API-KEY")
        .http(network.options())
        .build()
        .unwrap();
    run(async {
        for answer in [
            check(client.attendances().send_text("{}").await),
            check(
                client
                    .reports()
                    .upload(&ExecutionId::from(10), Body::from(PDF))
                    .send()
                    .await,
            ),
        ] {
            answer.and_then(|answer| answer.raw());
        }
    });
}

/// Answers every call to the ERP with the message, and the storage and the token endpoint too.
pub fn erp(data: &[u8]) {
    let message = Message::read(data);
    // Which step of an upload gets it.
    for fuzzed in [
        "/initialize/",
        "/container/",
        "/files/result.pdf",
        "/files",
        "/connect/token",
    ] {
        let message = message.clone();
        let network = Network::new(move |request, _| {
            let path = request.url.path();
            if path.ends_with(fuzzed) || (fuzzed.ends_with('/') && path.contains(fuzzed)) {
                return message.clone();
            }
            Message::ok(match path {
                "/connect/token" => r#"{"access_token":"EXAMPLE","expires_in":3600}"#,
                _ if path.contains("/initialize/") => {
                    "https://storage.example/container/result.pdf?sv=1&sig=EXAMPLE"
                }
                _ if path.ends_with("/files") => r#"[{"id":1,"fileName":"result.pdf"}]"#,
                _ => "",
            })
        });
        let client = ErpFilesClient::builder()
            .base_url(BASE)
            .credentials(credentials())
            .http(network.options())
            .build()
            .unwrap();
        run(async {
            let files = client.files(&7.into(), &12.into());
            check(files.upload("result.pdf", Body::from(PDF)).send().await);
            check(files.list().await);
        });
    }
}

fn credentials() -> erp_files_client::ClientCredentials {
    erp_files_client::ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET")
        .token_url(format!("{BASE}/connect/token"))
}

/// Reads `Retry-After` (the first line) beside `Date` (the second), and waits accordingly.
///
/// Two calls with the same answer are told the same, and a call waits no longer than it may.
pub fn retry_after(data: &[u8]) {
    let (wait, rest) = cut(data, b"\n");
    let (date, names) = cut(rest, b"\n");
    let name = names.first().map_or("retry-after", |name| match name % 3 {
        0 => "ratelimit-reset",
        1 => "x-ratelimit-reset",
        _ => "retry-after",
    });
    let head = [b"429\ndate:", date, b"\n", name.as_bytes(), b":", wait].concat();
    let message = Message::read(&head);
    let told = |retry: RetryPolicy| -> (Error, tokio::time::Duration) {
        let message = message.clone();
        let network = Network::new(move |_, _| message.clone());
        let client = GensoftClient::builder()
            .base_url(BASE)
            .api_key("EXAMPLE-API-KEY")
            .http(network.options().retry(retry))
            .build()
            .unwrap();
        run(async {
            let start = tokio::time::Instant::now();
            let error = client.attendances().send_text("{}").await.unwrap_err();
            check_error(&error);
            (error, start.elapsed())
        })
    };
    let (once, waited) = told(RetryPolicy::never());
    assert!(waited.is_zero());
    let (often, waited) = told(RetryPolicy::default());
    // Five minutes by default, and the pauses of our own.
    assert!(waited.as_secs() <= 6 * 60, "{waited:?}");
    match (once.retry_after(), often.retry_after()) {
        // Without a date that can be read, this machine's clock counts.
        (Some(one), Some(other)) => assert!(one.abs_diff(other).as_secs() < 3600),
        (one, other) => assert_eq!(one, other),
    }
}
