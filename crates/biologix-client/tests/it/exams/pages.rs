//! One page, and the streams of items and of pages.

use biologix_client::exams::ExamStatus;
use common_http::transport::FakeAnswer;
use common_http::{Delivery, ErrorKind};
use futures_util::stream::{StreamExt, TryStreamExt as _};

use super::server::{Server, Turn};
use crate::support::{SAMPLES, client, network, page, partner};

#[tokio::test(start_paused = true)]
async fn one_page_has_what_the_vendor_sent() {
    let network = network(|_| page(SAMPLES, 3).header("x-pagination-limit", "100"));
    let page = client(&network)
        .exams(&partner())
        .list()
        .send()
        .await
        .unwrap();
    assert_eq!(
        (page.offset, page.total, page.limit),
        (0, Some(3), Some(100))
    );
    let ids: Vec<_> = page
        .items
        .iter()
        .map(|listed| listed.value().unwrap().exam_id.as_str())
        .collect();
    assert_eq!(ids, ["0000101BB", "0000102BB", "0000103BB"]);
}

#[tokio::test(start_paused = true)]
async fn the_body_is_a_bare_array() {
    for body in [
        r#"{"items":[],"total":0}"#,
        r#"{"examId":"0000101BB"}"#,
        "\"[]\"",
        "[",
        "[] []",
        "<html></html>",
    ] {
        let network = network(move |_| page(body, 3));
        let client = client(&network);
        let error = client.exams(&partner()).list().send().await.unwrap_err();
        let mut exams = client.exams(&partner()).list().items();
        let in_stream = exams.next().await.unwrap().unwrap_err();
        for error in [error, in_stream] {
            assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
            assert_eq!(error.body(), body.as_bytes());
            assert_eq!(
                (error.delivery(), error.attempts()),
                (Delivery::Answered, 1)
            );
        }
        assert!(exams.next().await.is_none());
    }
    let network = network(|_| page("\u{feff} [ ] \n", 0));
    assert!(
        client(&network)
            .exams(&partner())
            .list()
            .send()
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn exams_of_every_status_are_listed() {
    let exam = |status: i64| format!(r#"{{"examId":"E{status}","status":{status}}}"#);
    let body: Vec<_> = (-1..10).map(exam).collect();
    let body = format!("[{}]", body.join(","));
    let network = network(move |_| page(body.clone(), 11));
    let exams = client(&network).exams(&partner()).list().items();
    let statuses: Vec<_> = exams
        .map_ok(|listed| listed.value().unwrap().status)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(statuses.len(), 11);
    assert_eq!(statuses[1], Some(ExamStatus::Issued));
    assert_eq!(statuses[10], Some(ExamStatus::Unknown(9)));
}

#[tokio::test(start_paused = true)]
async fn pages_leave_out_what_drift_brings_again() {
    let shift = Turn {
        issued: 2,
        ..Turn::CALM
    };
    let server = Server::new(8, vec![Turn::CALM, shift]);
    let list = client(&server.network())
        .exams(&partner())
        .list()
        .page_size(4);
    let pages: Vec<_> = list.pages().try_collect().await.unwrap();
    let lengths: Vec<_> = pages
        .iter()
        .map(|page| (page.offset, page.items.len(), page.total, page.limit))
        .collect();
    assert_eq!(
        lengths,
        [
            (0, 4, Some(8), Some(4)),
            (4, 2, Some(10), Some(4)),
            (8, 2, Some(10), Some(4)),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn one_exam_id_is_one_exam() {
    let body = r#"[
        {"examId":"E1","status":4},
        {"examId":"E2","status":4},
        {"status":4,"examId":"E1"},
        {"examId":"E2","status":4}
    ]"#;
    let network = network(move |_| page(body, 4));
    let client = client(&network);
    let exams: Vec<_> = client
        .exams(&partner())
        .list()
        .items()
        .try_collect()
        .await
        .unwrap();
    let texts: Vec<_> = exams.iter().map(|listed| listed.raw().compact()).collect();
    // The third has another text, so it may have changed. The fourth repeats the second.
    assert_eq!(
        texts,
        [
            r#"{"examId":"E1","status":4}"#,
            r#"{"examId":"E2","status":4}"#,
            r#"{"status":4,"examId":"E1"}"#,
        ]
    );
    // One page is what the vendor sent, whatever it is.
    assert_eq!(
        client
            .exams(&partner())
            .list()
            .send()
            .await
            .unwrap()
            .items
            .len(),
        4
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_tells_total_and_cursor() {
    let server = Server::new(25, Vec::new());
    let client = client(&server.network());
    let mut exams = client
        .exams(&partner())
        .list()
        .page_size(10)
        .offset(5)
        .items();
    assert_eq!((exams.total(), exams.cursor().offset()), (None, 5));
    for read in 6..=25 {
        exams.next().await.unwrap().unwrap();
        assert_eq!((exams.total(), exams.cursor().offset()), (Some(25), read));
    }
    assert!(exams.next().await.is_none());
    // The same as a stream that is polled after its end.
    assert!(StreamExt::next(&mut exams).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_for_a_page_loses_nothing() {
    let answered = |request: &common_http::transport::FakeRequest| {
        let body = if request.target.contains("offset=0&") {
            r#"[{"examId":"E1"}]"#
        } else {
            r#"[{"examId":"E2"}]"#
        };
        page(body, 2).after(std::time::Duration::from_secs(5))
    };
    let network = network(answered);
    let mut exams = client(&network).exams(&partner()).list().items();
    let mut names = Vec::new();
    let mut cancelled = 0;
    loop {
        match tokio::time::timeout(std::time::Duration::from_secs(2), exams.next()).await {
            Err(_) => cancelled += 1,
            Ok(None) => break,
            Ok(Some(listed)) => names.push(listed.unwrap().value().unwrap().exam_id.clone()),
        }
    }
    assert_eq!(names, ["E1", "E2"]);
    assert_eq!((cancelled, network.count()), (4, 3));
}

#[tokio::test(start_paused = true)]
async fn a_listing_without_headers_knows_no_total() {
    let network = network(|_| FakeAnswer::json(SAMPLES));
    let page = client(&network)
        .exams(&partner())
        .list()
        .send()
        .await
        .unwrap();
    assert_eq!((page.total, page.limit, page.items.len()), (None, None, 3));
}
