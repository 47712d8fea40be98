//! Reports: the request, what counts as a PDF, and what does not.

use std::time::Duration;

use biologix_client::{BiologixClient, ErrorCode, ExamKey};
use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{Delivery, ErrorKind, ForeignHosts, HttpOptions, Result};

use crate::support::{client, partner, refusal, targets, without_credentials};

const PDF: &[u8] = b"%PDF-1.4 example";

fn key() -> ExamKey {
    ExamKey::from("EXAMPLEKEY101")
}

async fn fetch(client: &BiologixClient, key: &str) -> Result<bytes::Bytes> {
    client
        .reports()
        .get(&ExamKey::from(key))
        .send()
        .await?
        .bytes()
        .await
}

/// A client without credentials whose every request gets this answer.
fn answered(
    answer: impl Fn() -> FakeAnswer + Send + Sync + 'static,
) -> (BiologixClient, std::sync::Arc<FakeTransport>) {
    let network = FakeTransport::new(move |_| answer());
    (without_credentials(&network).build().unwrap(), network)
}

fn ok(body: impl Into<bytes::Bytes>) -> FakeAnswer {
    FakeAnswer::status(200).chunk(Duration::ZERO, body)
}

#[tokio::test(start_paused = true)]
async fn a_report_is_fetched_without_credentials() {
    let (stranger, network) = answered(|| ok(PDF));
    assert_eq!(fetch(&stranger, "EXAMPLEKEY101").await.unwrap(), PDF);
    assert_eq!(network.count(), 1);

    // A client that has a session does not send it either.
    let network = crate::support::network(|request| {
        if request.target.contains("report") {
            ok(PDF)
        } else {
            crate::support::page("[]", 0)
        }
    });
    let client = client(&network);
    client.exams(&partner()).list().await.unwrap();
    fetch(&client, "EXAMPLEKEY101").await.unwrap();
    let requests = network.requests();
    assert!(requests[1].headers.contains_key("authorization"));
    assert!(!requests[2].headers.contains_key("authorization"));
    assert_eq!(requests.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_pdf_is_known_by_its_mark_and_not_by_its_content_type() {
    for content_type in [
        None,
        Some("application/pdf"),
        Some("application/json; charset=utf-8"),
    ] {
        for place in [0, 1, 500, 1019] {
            let body = [&vec![b'\n'; place][..], PDF].concat();
            let whole = body.clone();
            let (client, _) = answered(move || match content_type {
                Some(content_type) => ok(body.clone()).header("content-type", content_type),
                None => ok(body.clone()),
            });
            let report = client.reports().get(&key()).send().await.unwrap();
            assert_eq!(report.content_type(), content_type);
            assert_eq!(report.bytes().await.unwrap(), whole, "{place}");
        }
    }
}

/// A firewall's page has that type, so a setting takes it where the vendor really sends it.
#[tokio::test(start_paused = true)]
async fn a_pdf_called_html_needs_a_setting() {
    let (client, network) = answered(|| ok(PDF).header("content-type", "text/html"));
    let error = fetch(&client, "EXAMPLEKEY101").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let http = HttpOptions::default().accept_html(true);
    let client = without_credentials(&network).http(http.transport(network.clone()));
    let pdf = fetch(&client.build().unwrap(), "EXAMPLEKEY101").await;
    assert_eq!(pdf.unwrap(), PDF);
}

/// The first bytes come in pieces, and the mark is split between two of them.
#[tokio::test(start_paused = true)]
async fn a_mark_that_comes_in_pieces_is_found() {
    let (client, _) = answered(|| {
        let pause = Duration::from_secs(1);
        let answer = FakeAnswer::status(200).chunk(pause, "\n%P");
        answer
            .chunk(pause, "DF")
            .chunk(pause, "-1.4 ")
            .chunk(pause, "example")
    });
    let report = client.reports().get(&key()).send().await.unwrap();
    assert_eq!(report.bytes().await.unwrap(), &b"\n%PDF-1.4 example"[..]);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_pdf_is_an_error_with_its_body_and_no_file() {
    let late = [&vec![b'\n'; 1020][..], PDF].concat();
    for body in [
        &b"<html>maintenance</html>"[..],
        br#"{"error":"exampleCode"}"#,
        b"",
        b"%PDF",
        b"PDF-1.4",
        &late,
    ] {
        let sent = bytes::Bytes::copy_from_slice(body);
        let (client, network) =
            answered(move || ok(sent.clone()).header("content-type", "application/pdf"));
        let error = client.reports().get(&key()).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.operation(), Some("biologix.reports.get"));
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert_eq!(error.body(), body);
        assert_eq!((error.delivery(), network.count()), (Delivery::Answered, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_is_one_path_segment_encoded_once() {
    let (client, network) = answered(|| ok(PDF));
    for (key, sent) in [
        ("EXAMPLEKEY101", "EXAMPLEKEY101"),
        ("a?c#d&e=f+g", "a%3Fc%23d%26e%3Df%2Bg"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        (" x ", "%20x%20"),
        (":;@é\u{1F600}", "%3A%3B%40%C3%A9%F0%9F%98%80"),
    ] {
        fetch(&client, key).await.unwrap();
        let expected = format!("/v2/exams/{sent}/files/report.pdf");
        assert_eq!(targets(&network).pop().unwrap(), expected);
    }
    let before = network.count();
    for key in [
        "", ".", "..", "../..", "a\\b", "a\0b", "a\nb", "\r", "\u{85}",
    ] {
        let error = fetch(&client, key).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{key:?}");
        assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 0));
        assert!(error.to_string().contains("examKey"), "{error}");
    }
    assert_eq!(network.count(), before);
}

/// The storage's answer, for a redirect to this address.
fn redirected(location: &str) -> std::sync::Arc<FakeTransport> {
    let location = location.to_owned();
    FakeTransport::new(move |request| match request.index {
        0 => FakeAnswer::status(302).header("location", &location),
        _ => ok(PDF),
    })
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_followed_once_if_a_setting_says_so() {
    const STORAGE: &str = "https://storage.example/r%2Fa.pdf?sig=a%2Bb";
    let network = redirected(STORAGE);
    let client = without_credentials(&network).build().unwrap();
    let error = fetch(&client, "EXAMPLEKEY101").await.unwrap_err();
    assert_eq!((error.kind(), network.count()), (ErrorKind::Rejected, 1));
    assert!(!format!("{error} {error:?}").contains("sig"), "{error:?}");

    let follow = |location: &str, base: &str, hosts: ForeignHosts| {
        let network = redirected(location);
        let builder = without_credentials(&network).base_url(base);
        let client = builder.follow_reports(hosts).build().unwrap();
        async move { (fetch(&client, "EXAMPLEKEY101").await, network) }
    };
    const VENDOR: &str = "https://api.example";
    let (pdf, network) = follow(STORAGE, VENDOR, ForeignHosts::default()).await;
    assert_eq!(pdf.unwrap(), PDF);
    let request = &network.requests()[1];
    assert_eq!(request.target, "/r%2Fa.pdf?sig=a%2Bb");
    let names: Vec<_> = request.headers.keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["accept"]);

    for location in [
        "http://storage.example/a.pdf",
        "https://10.0.0.1/a.pdf",
        "https://127.0.0.1/a.pdf",
        "http://localhost:8080/a.pdf",
        "https://user:word@storage.example/a.pdf",
        "file:///etc/passwd",
    ] {
        let (refused, network) = follow(location, VENDOR, ForeignHosts::default()).await;
        assert_eq!(
            refused.unwrap_err().kind(),
            ErrorKind::Rejected,
            "{location}"
        );
        assert_eq!(network.count(), 1, "{location}");
    }
    let only = ForeignHosts::default().only(["other.example"]);
    let (refused, network) = follow(STORAGE, VENDOR, only).await;
    assert_eq!(
        (refused.unwrap_err().kind(), network.count()),
        (ErrorKind::Rejected, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_429_of_a_report_waits_like_the_lists() {
    for (retry_after, wait) in [(None, 60), (Some("5"), 5)] {
        let network = FakeTransport::new(move |request| match (request.index, retry_after) {
            (0, None) => refusal(429, "tooManyRequests"),
            (0, Some(secs)) => refusal(429, "tooManyRequests").header("retry-after", secs),
            _ => ok(PDF),
        });
        let client = without_credentials(&network).build().unwrap();
        fetch(&client, "EXAMPLEKEY101").await.unwrap();
        let requests = network.requests();
        assert_eq!(requests[1].at - requests[0].at, Duration::from_secs(wait));
        assert_eq!(requests.len(), 2);
    }
    let (client, network) = answered(|| refusal(429, "tooManyRequests"));
    let error = client.reports().get(&key()).send().await.unwrap_err();
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::TooManyRequests));
    assert_eq!((error.kind(), network.count()), (ErrorKind::RateLimited, 3));
}
