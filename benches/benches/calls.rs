//! What our calls cost compared with plain reqwest: ratios, measured alternately in one run.
//!
//! Nothing passes or fails by speed; the README explains the output.

mod measure;
mod server;
mod theirs;

use std::path::Path;

use biologix_client::exams::Exam;
use biologix_client::sandbox::{Sandbox, Settings};
use biologix_client::{BiologixClient, ExamKey, PartnerId};
use bytes::Bytes;

use self::measure::{Side, compare, heading};
use self::server::{Canned, start};
use self::theirs::{Plain, middleware};

const EXAMS: usize = 10_000;
const PAGE: usize = 100;
const FILE: usize = 64 << 20;
/// A partner whose list is one exam with nothing but an id.
const TINY: &str = "TINY";

/// The answers of a Biologix with 10,000 exams, each with its own id.
async fn answers(partner: &str) -> Vec<(String, Canned)> {
    let sandbox = Sandbox::with(Settings {
        exams: EXAMS,
        ..Settings::default()
    })
    .await
    .unwrap();
    let exams: Vec<String> = sandbox
        .exam_ids()
        .iter()
        .filter_map(|id| sandbox.exam_json(id))
        .collect();
    assert_eq!(exams.len(), EXAMS);
    let list = |partner: &str, offset: usize, limit: usize| {
        format!("/v2/partners/{partner}/exams?offset={offset}&limit={limit}")
    };
    let mut answers: Vec<_> = exams
        .chunks(PAGE)
        .enumerate()
        .map(|(number, exams)| {
            let body = format!("[{}]", exams.join(","));
            (
                list(partner, number * PAGE, PAGE),
                Canned::json(EXAMS, body),
            )
        })
        .collect();
    let mut pdf = b"%PDF-1.4\n".to_vec();
    pdf.resize(FILE, b'%');
    let login = r#"{"sessionId":"EXAMPLE-SESSION-ID","userId":"0000001AA","mfaVerified":false}"#;
    answers.extend([
        (
            list(TINY, 0, 1),
            Canned::json(1, r#"[{"examId":"0000001BB"}]"#.to_owned()),
        ),
        (
            "/v2/sessions/open".to_owned(),
            Canned::json(0, login.to_owned()),
        ),
        (
            "/v2/exams/EXAMPLEKEY/files/report.pdf".to_owned(),
            Canned::pdf(Bytes::from(pdf)),
        ),
    ]);
    answers
}

async fn ours_to_file(client: &BiologixClient, target: &Path) {
    let download = client
        .reports()
        .get(&ExamKey::from("EXAMPLEKEY"))
        .send()
        .await
        .unwrap();
    assert_eq!(download.save_to(target).await.unwrap(), FILE as u64);
}

async fn bench() {
    let partner = PartnerId::from("0000001DD");
    let url = start(answers(partner.as_str()).await);
    let client = BiologixClient::builder()
        .base_url(&url)
        .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
        .build()
        .unwrap();
    client.sessions().open().send().await.unwrap();
    let plain = Plain::new(&url);
    let page = format!(
        "/v2/partners/{}/exams?offset=0&limit={PAGE}",
        partner.as_str()
    );
    let tiny = format!("/v2/partners/{TINY}/exams?offset=0&limit=1");
    let tiny_partner = PartnerId::from(TINY);

    heading();

    let ours = Side::new("client.exams().list().send()", async || {
        let page = client.exams(&partner).list().send().await.unwrap();
        assert_eq!(page.items.len(), PAGE);
    });
    let typed = Side::new("reqwest + serde_json, the same types", async || {
        let exams: Vec<Exam> = serde_json::from_slice(&plain.get(&page).await).unwrap();
        assert_eq!(exams.len(), PAGE);
    });
    let untyped = Side::new("reqwest + serde_json::Value", async || {
        let exams: Vec<serde_json::Value> =
            serde_json::from_slice(&plain.get(&page).await).unwrap();
        assert_eq!(exams.len(), PAGE);
    });
    compare("a page of 100 exams", 50, &ours, &[&typed, &untyped]).await;

    let ours = Side::new("sessions().open() + exams().list()", async || {
        client.sessions().open().send().await.unwrap();
        let page = client
            .exams(&tiny_partner)
            .list()
            .page_size(1)
            .send()
            .await
            .unwrap();
        assert_eq!(page.items.len(), 1);
    });
    let read = |body: Bytes| {
        let exams: Vec<Exam> = serde_json::from_slice(&body).unwrap();
        assert_eq!(exams.len(), 1);
    };
    let reqwest = Side::new("reqwest", async || read(plain.get(&tiny).await));
    let retrying = middleware(&plain);
    let retrying = Side::new("reqwest-middleware + reqwest-retry", async || {
        read(plain.get_with(&retrying, &tiny).await);
    });
    compare("a small call", 500, &ours, &[&reqwest, &retrying]).await;

    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("report.pdf");
    let ours = Side::new("reports().get(), save_to()", async || {
        ours_to_file(&client, &target).await
    });
    let copied = Side::new("reqwest, to the final name", async || {
        plain
            .to_file("/v2/exams/EXAMPLEKEY/files/report.pdf", &target, false)
            .await;
    });
    let synced = Side::new("reqwest, synced and renamed", async || {
        plain
            .to_file("/v2/exams/EXAMPLEKEY/files/report.pdf", &target, true)
            .await;
    });
    compare("64 MiB to the disk", 1, &ours, &[&copied, &synced]).await;

    let ours = Side::new("client.exams().list().items()", async || {
        let mut exams = client.exams(&partner).list().items();
        let mut count = 0;
        while let Some(listed) = exams.next().await {
            count += usize::from(listed.unwrap().value().is_some());
        }
        assert_eq!(count, EXAMS);
    });
    let by_hand = Side::new("reqwest, a loop over the pages", async || {
        let mut count = 0;
        while count < EXAMS {
            let path = format!(
                "/v2/partners/{}/exams?offset={count}&limit={PAGE}",
                partner.as_str()
            );
            let exams: Vec<Exam> = serde_json::from_slice(&plain.get(&path).await).unwrap();
            count += exams.len();
        }
        assert_eq!(count, EXAMS);
    });
    compare("10,000 exams", 1, &ours, &[&by_hand]).await;
}

fn main() {
    // One thread for the client and one for the server, so that the client is what is measured.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(bench());
}
