//! A million exams in flat memory. It is a binary of its own because the peak is that of the
//! process, which Linux reports.

// Clippy's exception for tests does not cover their helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::sync::Arc;

use biologix_client::exams::Checkpoint;
use biologix_client::{BiologixClient, PartnerId};
use bytes::Bytes;
use common_http::transport::{IncomingBody, OutgoingRequest, Transport, TransportError};
use common_http::{HttpOptions, async_trait};
use futures_util::stream;
use http_body_util::BodyExt as _;
use testing::memory::peak_kib;

/// Makes pages on the fly and keeps nothing.
struct Endless {
    total: u64,
}

#[async_trait]
impl Transport for Endless {
    async fn send(
        &self,
        request: OutgoingRequest,
    ) -> Result<http::Response<IncomingBody>, TransportError> {
        let body = request.body;
        body.collect()
            .await
            .map_err(|_| TransportError::Interrupted)?;
        let url = &request.url;
        let (token, body) = match url.path() {
            "/v2/sessions/open" => ("EXAMPLETOKEN0001", r#"{"userId":"0000001AA"}"#.to_owned()),
            _ => ("", page(url.query().unwrap(), self.total)),
        };
        let body: IncomingBody = Box::pin(stream::once(async move { Ok(Bytes::from(body)) }));
        Ok(http::Response::builder()
            .header("bx-session-token", token)
            .header("x-pagination-total", self.total)
            .body(body)
            .unwrap())
    }
}

fn page(query: &str, total: u64) -> String {
    let number = |name: &str| {
        let mut values = query.split('&').filter_map(|pair| pair.strip_prefix(name));
        values.next().unwrap().parse::<u64>().unwrap()
    };
    let (offset, limit) = (number("offset="), number("limit="));
    let mut page = String::from("[");
    for exam in offset..total.min(offset + limit) {
        let comma = if exam > offset { "," } else { "" };
        write!(
            page,
            r#"{comma}{{"examId":"{exam:07}BB","status":6,"base":{{"durationSecs":27000}}}}"#
        )
        .unwrap();
    }
    page.push(']');
    page
}

#[tokio::test]
async fn a_million_exams_take_no_more_memory_than_a_few() {
    // Unoptimised, reading an exam takes some 20 microseconds.
    let total = if cfg!(debug_assertions) {
        200_000
    } else {
        1_000_000
    };
    let client = BiologixClient::builder()
        .base_url("http://127.0.0.1:9")
        .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
        .http(HttpOptions::default().transport(Arc::new(Endless { total })))
        .build()
        .unwrap();
    let before = peak_kib();
    let mut warm = None;
    let mut exams = client.exams(&PartnerId::from("0000301DD")).list().items();
    let mut count = 0;
    while let Some(listed) = exams.next().await {
        listed.unwrap();
        count += 1;
        // By now, as many are remembered as ever will be.
        if count == 30_000 {
            warm = Some(peak_kib());
        }
    }
    let after = peak_kib();
    assert_eq!(count, total);
    assert!(after - before < 40 * 1024, "{before} KiB, then {after}");
    // Less than the ids alone would take.
    let warm = warm.unwrap();
    let most = (total - 30_000) * 16 / 1024;
    assert!(after - warm < most, "{warm} KiB, then {after}");

    // What is kept for the next run is no more, either.
    let mut changes = client
        .exams(&PartnerId::from("0000301DD"))
        .changes(&Checkpoint::default());
    let mut count = 0;
    while let Some(change) = changes.next().await {
        change.unwrap();
        count += 1;
    }
    assert_eq!(count, total);
    let saved = serde_json::to_string(&changes.checkpoint()).unwrap();
    assert!(saved.len() < 40_000, "{} bytes", saved.len());
    let last = peak_kib();
    assert!(last - after < most, "{after} KiB, then {last}");
}
