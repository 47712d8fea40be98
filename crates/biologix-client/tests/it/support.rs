//! What the tests share: a client whose network is scripted, and its login.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use biologix_client::{BiologixClient, BiologixClientBuilder, PartnerId};
use common_http::transport::{FakeAnswer, FakeRequest, FakeTransport};
use common_http::{HttpOptions, RetryPolicy};

pub(crate) const LOGIN: &str = "/v2/sessions/open";
pub(crate) const LIST: &str = "/v2/partners/0000301DD/exams";
pub(crate) const TOKEN: &str = "EXAMPLETOKEN0001";
pub(crate) const SAMPLES: &str = include_str!("samples/exams.json");

/// Longer than a session counts as fresh.
pub(crate) const A_WHILE: Duration = Duration::from_secs(61);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn partner() -> PartnerId {
    PartnerId::from("0000301DD")
}

/// A client of this network, without credentials.
pub(crate) fn without_credentials(network: &Arc<FakeTransport>) -> BiologixClientBuilder {
    BiologixClient::builder()
        .base_url("http://127.0.0.1:9")
        .http(HttpOptions::default().transport(network.clone()))
}

pub(crate) fn builder(network: &Arc<FakeTransport>) -> BiologixClientBuilder {
    without_credentials(network).credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
}

pub(crate) fn client(network: &Arc<FakeTransport>) -> BiologixClient {
    builder(network).build().unwrap()
}

/// A client that sends each call once.
pub(crate) fn impatient(network: &Arc<FakeTransport>) -> BiologixClient {
    let http = HttpOptions::default()
        .transport(network.clone())
        .retry(RetryPolicy::never());
    builder(network).http(http).build().unwrap()
}

/// A network that opens a session for each login, with numbered tokens. `answer` gives all other
/// answers.
pub(crate) fn network(
    answer: impl Fn(&FakeRequest) -> FakeAnswer + Send + Sync + 'static,
) -> Arc<FakeTransport> {
    let logins = std::sync::atomic::AtomicU32::new(0);
    FakeTransport::new(move |request| match request.target.as_str() {
        LOGIN => {
            let login = logins.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            opened().header("bx-session-token", &format!("EXAMPLETOKEN{login:04}"))
        }
        _ => answer(request),
    })
}

/// The answer to a login, without the token.
pub(crate) fn opened() -> FakeAnswer {
    FakeAnswer::json(
        r#"{"sessionId":"EXAMPLE-SESSION-ID","userId":"0000001AA","tokenStart":"2030-01-02T03:04:05.678Z","mfaVerified":false}"#,
    )
}

/// The `Authorization` of the session with this token.
pub(crate) fn authorization(token: &str) -> String {
    format!(
        "basic {}",
        BASE64_STANDARD.encode(format!("0000001AA:{token}"))
    )
}

/// A page of the list, with the header that has the total.
pub(crate) fn page(body: impl Into<bytes::Bytes>, total: u64) -> FakeAnswer {
    FakeAnswer::json(body).header("x-pagination-total", &total.to_string())
}

/// An error in the observed form.
pub(crate) fn refusal(status: u16, code: &str) -> FakeAnswer {
    let body = format!(
        r#"{{"_class":"com.biologix.springbase.core.error.ExampleException","error":"{code}"}}"#
    );
    FakeAnswer::status(status)
        .header("content-type", "application/json")
        .chunk(Duration::ZERO, body)
}

/// Paths and queries of the requests so far.
pub(crate) fn targets(network: &FakeTransport) -> Vec<String> {
    let requests = network.requests();
    requests.into_iter().map(|request| request.target).collect()
}

/// The requests so far to this path.
pub(crate) fn requests_to(network: &FakeTransport, path: &str) -> Vec<FakeRequest> {
    let mut requests = network.requests();
    requests.retain(|request| request.target.split('?').next() == Some(path));
    requests
}

pub(crate) fn header<'a>(request: &'a FakeRequest, name: &str) -> Option<&'a str> {
    request
        .headers
        .get(name)
        .map(|value| value.to_str().unwrap())
}
