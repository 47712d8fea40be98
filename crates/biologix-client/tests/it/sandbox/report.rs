//! Report PDFs: real files, without login, only for finished exams.

use biologix_client::sandbox::{Sandbox, Settings};
use biologix_client::{ErrorKind, ExamKey, ForeignHosts};
use serde_json::{Value, json};

use super::wire::{Got, send};

/// Percent-encodes everything except letters and digits.
fn encoded(key: &str) -> String {
    key.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

async fn report(sandbox: &Sandbox, key: &str) -> Got {
    send(
        sandbox.url(),
        &format!("GET /v2/exams/{}/files/report.pdf", encoded(key)),
        &[],
        "",
    )
    .await
}

fn exam(sandbox: &Sandbox, id: &str) -> Value {
    serde_json::from_str(&sandbox.exam_json(id).unwrap()).unwrap()
}

/// Reads the file by its own cross-reference table, as a viewer does.
fn assert_is_pdf(file: &[u8]) {
    let text = String::from_utf8_lossy(file);
    assert!(file.starts_with(b"%PDF-1.4\n") && file.ends_with(b"\n%%EOF\n"));
    let table: usize = text
        .rsplit("startxref\n")
        .next()
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let table = std::str::from_utf8(&file[table..]).unwrap();
    let entries = table
        .strip_prefix("xref\n0 6\n0000000000 65535 f \n")
        .unwrap();
    for (number, entry) in (1..=5).zip(entries.split_inclusive('\n')) {
        assert_eq!((entry.len(), &entry[10..]), (20, " 00000 n \n"));
        let offset: usize = entry[..10].parse().unwrap();
        assert!(file[offset..].starts_with(format!("{number} 0 obj\n").as_bytes()));
    }
    assert!(table.contains("trailer\n<< /Size 6 /Root 1 0 R >>"));
    let stream = file
        .windows(7)
        .position(|seven| seven == b"stream\n")
        .unwrap()
        + 7;
    let end = file
        .windows(10)
        .position(|ten| ten == b"\nendstream")
        .unwrap();
    assert!(text.contains(&format!("/Length {} >>", end - stream)));
}

#[tokio::test]
async fn every_finished_exam_with_a_key_has_a_real_pdf_and_no_other_has() {
    let sandbox = Sandbox::with(Settings {
        exams: 300,
        ..Settings::default()
    })
    .await
    .unwrap();
    let (mut found, mut missing, mut odd_keys) = (0, 0, 0);
    for id in sandbox.exam_ids() {
        let exam = exam(&sandbox, &id);
        let Some(key) = exam["examKey"].as_str().filter(|key| !key.is_empty()) else {
            continue;
        };
        let got = report(&sandbox, key).await;
        if exam["status"] == 6 && !key.trim().is_empty() {
            assert_eq!(
                (got.status, got.header("content-type")),
                (200, Some("application/pdf")),
                "{id}"
            );
            assert_is_pdf(&got.body);
            let text = String::from_utf8_lossy(&got.body).into_owned();
            assert!(text.contains("(Synthetic report) Tj") && text.contains(&format!("({id}) Tj")));
            found += 1;
            odd_keys += usize::from(key.contains('/'));
        } else {
            let class = "com.biologix.springbase.core.error.ExampleException";
            assert_eq!(
                (got.status, got.json()),
                (404, json!({ "_class": class, "error": "notFound" }))
            );
            assert_eq!(got.header("content-type"), Some("application/json"));
            missing += 1;
        }
    }
    assert!(
        found > 100 && missing > 80 && odd_keys > 3,
        "{found} {missing} {odd_keys}"
    );
}

#[tokio::test]
async fn keys_that_no_exam_has_are_not_found() {
    let sandbox = Sandbox::with(Settings {
        exams: 30,
        ..Settings::default()
    })
    .await
    .unwrap();
    let has_report = |id: &String| {
        exam(&sandbox, id)["status"] == 6
            && exam(&sandbox, id)["examKey"]
                .as_str()
                .is_some_and(|key| key.starts_with("EXAMPLEKEY"))
    };
    let id = sandbox.exam_ids().into_iter().find(has_report).unwrap();
    let key = exam(&sandbox, &id)["examKey"].as_str().unwrap().to_owned();
    assert_eq!(report(&sandbox, &key).await.status, 200);
    let digits = key.strip_prefix("EXAMPLEKEY").unwrap();
    for wrong in [
        digits,
        &id,
        "EXAMPLEKEY",
        "EXAMPLEKEY99",
        &key.to_lowercase(),
        &format!("{key} "),
        &format!("EXAMPLE/KEY+{digits}=="),
    ] {
        assert_eq!(report(&sandbox, wrong).await.status, 404, "{wrong}");
    }
    sandbox.spoil_exam(&id).unwrap();
    assert_eq!(report(&sandbox, &key).await.status, 404);
    sandbox.change_exam(&id).unwrap();
    assert_eq!(report(&sandbox, &key).await.status, 200);
    sandbox.remove_exam(&id).unwrap();
    assert_eq!(report(&sandbox, &key).await.status, 404);
}

#[tokio::test]
async fn credentials_that_should_not_come_are_in_the_log() {
    let sandbox = Sandbox::start().await.unwrap();
    let line = "GET /v2/exams/EXAMPLEKEY1/files/report.pdf";
    send(sandbox.url(), line, &[], "").await;
    send(
        sandbox.url(),
        line,
        &[("authorization", "basic RVhBTVBMRQ==")],
        "",
    )
    .await;
    let log = sandbox.requests_for("biologix.reports.get");
    let schemes: Vec<_> = log
        .iter()
        .map(|entry| entry.authorization_scheme())
        .collect();
    assert_eq!(schemes, [None, Some("basic")]);
}

#[tokio::test]
async fn reports_can_be_made_large() {
    let sandbox = Sandbox::with(Settings {
        exams: 40,
        report_bytes: 300_000,
        ..Settings::default()
    })
    .await
    .unwrap();
    let id = sandbox.exam_ids().pop().unwrap();
    sandbox.change_exam(&id).unwrap();
    let got = report(&sandbox, "EXAMPLEKEY1").await;
    assert_eq!(got.status, 200);
    assert!(got.body.len() > 300_000);
    assert_is_pdf(&got.body);
}

#[tokio::test]
async fn a_report_may_be_at_a_signed_address() {
    let settings = Settings {
        exams: 10,
        redirect_reports: true,
        ..Settings::default()
    };
    let sandbox = Sandbox::with(settings).await.unwrap();
    let ids = sandbox.exam_ids();
    let exams = ids.iter().map(|id| exam(&sandbox, id));
    let done = exams.filter(|exam| exam["status"] == 6);
    let key = done.filter_map(|exam| exam["examKey"].as_str().map(str::to_owned));
    let key = ExamKey::from(key.last().unwrap().trim());
    let error = sandbox.client().reports().get(&key).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(sandbox.count("biologix.reports.storage"), 0);

    let builder = sandbox.client_builder();
    let client = builder
        .follow_reports(ForeignHosts::default())
        .build()
        .unwrap();
    let pdf = client
        .reports()
        .get(&key)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_is_pdf(&pdf);
    let request = sandbox.requests_for("biologix.reports.storage").remove(0);
    for name in ["authorization", "referer", "cookie"] {
        assert_eq!(request.header(name), None);
    }
    // The address is good for one report, and not beside credentials.
    let storage = &sandbox.urls()[1];
    let path = &request.target;
    assert_eq!(
        send(storage, &format!("GET {path}"), &[], "").await.status,
        200
    );
    let stolen = path.replace("sig=", "sig=x");
    assert_eq!(
        send(storage, &format!("GET {stolen}"), &[], "")
            .await
            .status,
        403
    );
    let credentials = [("authorization", "basic MDpB")];
    let got = send(storage, &format!("GET {path}"), &credentials, "").await;
    assert_eq!(got.status, 400);
}
