//! Helpers for all tests: a vendor, its operations, and networks that follow a script.

pub(crate) mod door;
pub(crate) mod processes;
pub(crate) mod record;
pub(crate) mod server;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use common_http::{
    Answer, Attempt, AttemptObserver, Body, CallOptions, Delivery, Download, Effect, Engine, Error,
    ErrorDetail, ErrorKind, HttpOptions, Operation, Profile, Result,
};
use http::Method;
use tokio::time::Instant;

/// A vendor that is known to require a pause of a minute after a 429.
pub(crate) static VENDOR: Profile = Profile::new("testing", "testing-client/1.2.3")
    .codes(&["knownCode"])
    .transient_codes(&["busyCode"])
    .throttle_floor(Duration::from_secs(60))
    .read_error(|_, answer| ErrorDetail::from_json(answer.body(), &["error"], &["message"]));

/// A vendor without known pauses.
pub(crate) static BLANK_VENDOR: Profile = Profile::new("blank", "blank-client/1.2.3");

pub(crate) static READ: Operation = Operation::get("testing.things.list", "/things").public();
pub(crate) static REPLACE: Operation =
    Operation::new("testing.things.replace", Method::PUT, "/things").public();
pub(crate) static ORDER: Operation = Operation::post("testing.orders.create", "/orders").public();
pub(crate) static CHANGE: Operation =
    Operation::new("testing.orders.change", Method::PATCH, "/orders").public();
pub(crate) static FETCH: Operation = Operation::get("testing.files.get", "/files")
    .public()
    .transfer();
pub(crate) static STORE: Operation = Operation::new("testing.files.put", Method::PUT, "/files")
    .public()
    .transfer();
pub(crate) static LOGIN: Operation = Operation::post("testing.sessions.open", "/login").login();

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The outcome of one attempt.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// 200 with a small JSON body.
    Good,
    /// This status.
    Status(u16),
    /// This status with this `Retry-After`.
    Later(u16, &'static str),
    /// This error instead of an answer.
    Fails(TransportError),
    /// No answer at all.
    Silent,
    /// 200, and a body that breaks off.
    Cut,
    /// 200, and a body that is shorter than announced.
    Short,
    /// 200, and a body that exceeds every limit.
    Huge,
}

impl Step {
    pub(crate) fn answer(&self) -> FakeAnswer {
        let body = FakeAnswer::json("{}");
        match self {
            Self::Good => body,
            Self::Status(status) => FakeAnswer::status(*status),
            Self::Later(status, after) => FakeAnswer::status(*status).header("retry-after", after),
            Self::Fails(error) => FakeAnswer::error(*error),
            Self::Silent => FakeAnswer::never(),
            Self::Cut => body.cut(),
            Self::Short => body.header("content-length", "3"),
            Self::Huge => body.header("content-length", "9000000000000"),
        }
    }
}

/// A network on which attempts end with these outcomes in turn, and all later ones with the last.
pub(crate) fn network(steps: impl Into<Vec<Step>>) -> Arc<FakeTransport> {
    let steps = steps.into();
    FakeTransport::new(move |request| steps[request.index.min(steps.len() - 1)].answer())
}

/// A network on which all attempts end with this answer.
pub(crate) fn answering(
    answer: impl Fn() -> FakeAnswer + Send + Sync + 'static,
) -> Arc<FakeTransport> {
    FakeTransport::new(move |_| answer())
}

pub(crate) fn engine(network: &Arc<FakeTransport>) -> Engine {
    engine_with(network, HttpOptions::default())
}

pub(crate) fn engine_with(network: &Arc<FakeTransport>, options: HttpOptions) -> Engine {
    Engine::builder(&VENDOR, "http://localhost")
        .http(options.transport(network.clone()))
        .build()
        .unwrap()
}

pub(crate) async fn call(engine: &Engine, operation: &Operation) -> Result<Answer> {
    engine.request(operation).send().await
}

pub(crate) async fn call_with(
    engine: &Engine,
    operation: &Operation,
    options: CallOptions,
) -> Result<Answer> {
    engine.request(operation).options(options).send().await
}

pub(crate) fn effect(effect: Effect) -> CallOptions {
    CallOptions::default().effect(effect)
}

/// The error of a call over this network with default settings, and how long it took.
pub(crate) async fn failure(
    network: &Arc<FakeTransport>,
    operation: &Operation,
) -> (Error, Duration) {
    let started = Instant::now();
    let error = call(&engine(network), operation).await.unwrap_err();
    (error, started.elapsed())
}

/// The kind and delivery of an error.
pub(crate) fn fate(error: &Error) -> (ErrorKind, Delivery) {
    (error.kind(), error.delivery())
}

pub(crate) async fn send_body(
    engine: &Engine,
    operation: &Operation,
    body: Body,
) -> Result<Answer> {
    let request = engine.request(operation).body(body, "text/plain");
    request.send().await
}

pub(crate) async fn download(engine: &Engine) -> Result<Download> {
    engine.request(&FETCH).download().await
}

/// The pauses between the requests that the network saw.
pub(crate) fn pauses(network: &FakeTransport) -> Vec<Duration> {
    let requests = network.requests();
    let pairs = requests.windows(2);
    pairs.map(|pair| pair[1].at - pair[0].at).collect()
}

/// An observer that keeps the attempts that it is called with.
#[derive(Clone, Default)]
pub(crate) struct Watch(Arc<Mutex<Vec<Attempt>>>);

impl Watch {
    pub(crate) fn seen(&self) -> Vec<Attempt> {
        self.0.lock().unwrap().clone()
    }
}

impl AttemptObserver for Watch {
    fn attempt(&self, attempt: &Attempt) {
        self.0.lock().unwrap().push(attempt.clone());
    }
}

/// Opens a session without reading the answer.
pub(crate) async fn login(client: &Engine) -> Result<()> {
    client.open_session(&LOGIN, |_| Ok(())).await
}

/// Reads the answer to a login as JSON.
pub(crate) fn decode<T: serde::de::DeserializeOwned>(
    text: &str,
) -> Result<T, common_http::DecodeError> {
    common_http::json::decode(text.as_bytes())
}
