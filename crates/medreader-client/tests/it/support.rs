//! A MedReader that a test scripts: it answers logins by itself, and everything else as told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeRequest, FakeTransport};
use common_http::{Error, HttpOptions};
use medreader_client::{FolderId, MedReaderClient, MedReaderClientBuilder};

pub(crate) const TENANT: &str = "EXAMPLE-TENANT";
pub(crate) const EMAIL: &str = "user@clinic.example";
pub(crate) const PASSWORD: &str = "EXAMPLE-PASSWORD";
pub(crate) const LOGIN: &str = "/api/v1/auth/login";

pub(crate) const FOLDER: &str = "00000000-0000-4000-8000-00000000000a";
pub(crate) const UPLOAD: &str = "00000000-0000-4000-8000-00000000000b";

/// What a login answers; each has a token of its own.
pub(crate) fn session(number: usize) -> String {
    format!(
        r#"{{"token":"EXAMPLE.TOKEN.{number}","token_type":"Bearer","expires_in":3600,"user":{{"id":"00000000-0000-4000-8000-0000000000aa","name":"Pessoa Ficticia","email":"{EMAIL}","phone":"+550000000000"}}}}"#
    )
}

/// A network in which logins succeed and the call with this number, from 0, is answered by
/// `handler`.
pub(crate) fn vendor(
    handler: impl Fn(&FakeRequest, usize) -> FakeAnswer + Send + Sync + 'static,
) -> Arc<FakeTransport> {
    let logins = AtomicUsize::new(0);
    let calls = AtomicUsize::new(0);
    FakeTransport::new(move |request| match request.target.as_str() {
        LOGIN => FakeAnswer::json(session(logins.fetch_add(1, Ordering::SeqCst) + 1)),
        _ => handler(request, calls.fetch_add(1, Ordering::SeqCst)),
    })
}

/// A network that gives these answers one by one, then always the last.
pub(crate) fn answers(steps: Vec<fn() -> FakeAnswer>) -> Arc<FakeTransport> {
    vendor(move |_, call| steps.get(call).or(steps.last()).unwrap()())
}

pub(crate) fn builder(network: &Arc<FakeTransport>) -> MedReaderClientBuilder {
    MedReaderClient::builder()
        .tenant(TENANT)
        .credentials(EMAIL, PASSWORD)
        .base_url("http://localhost:8080")
        .http(HttpOptions::default().transport(network.clone()))
}

pub(crate) fn client(network: &Arc<FakeTransport>) -> MedReaderClient {
    builder(network).build().unwrap()
}

/// A client whose calls are only prepared.
pub(crate) fn idle_client() -> MedReaderClient {
    client(&answers(vec![|| FakeAnswer::status(500)]))
}

/// The requests except logins.
pub(crate) fn calls(network: &FakeTransport) -> Vec<FakeRequest> {
    let mut requests = network.requests();
    requests.retain(|request| request.target != LOGIN);
    requests
}

pub(crate) fn logins(network: &FakeTransport) -> usize {
    network.count() - calls(network).len()
}

pub(crate) fn authorization(request: &FakeRequest) -> &str {
    request.headers["authorization"].to_str().unwrap()
}

/// An error answer in the shape that is most likely.
pub(crate) fn refusal(status: u16, code: &str) -> FakeAnswer {
    FakeAnswer::status(status).chunk(
        Duration::ZERO,
        format!(r#"{{"error":"{code}","message":"texto de exemplo"}}"#),
    )
}

pub(crate) fn folder() -> FolderId {
    FolderId::from(FOLDER)
}

/// The parts of an error by which a program decides.
pub(crate) fn told(error: &Error) -> (&'static str, Option<u16>, Option<&str>, u32, &'static str) {
    (
        error.kind().as_str(),
        error.status().map(|status| status.as_u16()),
        error.code(),
        error.attempts(),
        error.delivery().as_str(),
    )
}
