//! An invented vendor for the examples in this crate's documentation.
//!
//! Hidden from the documentation and exempt from semver.

use async_trait::async_trait;

use crate::transport::{FakeAnswer, FakeRequest, FakeTransport};
use crate::{
    Authenticator, Engine, EngineBuilder, ErrorDetail, HttpOptions, Operation, Profile, Result,
    Secret, Session,
};

/// The vendor.
pub static VENDOR: Profile = Profile::new(
    "example",
    concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
)
.codes(&["name_taken"])
.read_error(|_, answer| ErrorDetail::from_json(answer.body(), &["error"], &["message"]));

/// Reads a thing.
pub static GET: Operation = Operation::get("example.things.get", "/things/{id}");
/// Creates a thing: effectful.
pub static CREATE: Operation = Operation::post("example.things.create", "/things");
/// Fetches a file, without credentials.
pub static FILE: Operation = Operation::get("example.files.get", "/files/{id}")
    .public()
    .transfer();

/// Logs in with fixed credentials.
struct Login;

#[async_trait]
impl Authenticator for Login {
    async fn open(&self, _engine: &Engine) -> Result<Session> {
        Ok(Session::new(Secret::from("basic RVhBTVBMRQ==")).details(Secret::from("{}")))
    }
}

/// A builder for an engine that sends its requests to this address.
pub fn builder(base_url: &str) -> EngineBuilder {
    Engine::builder(&VENDOR, base_url).authenticator(Login)
}

/// An engine whose requests get these answers, without a network.
///
/// # Errors
/// Those of [`EngineBuilder::build`].
pub fn engine(
    answer: impl Fn(&FakeRequest) -> FakeAnswer + Send + Sync + 'static,
) -> Result<Engine> {
    let options = HttpOptions::default().transport(FakeTransport::new(answer));
    builder("http://127.0.0.1:8080").http(options).build()
}

/// An engine that sends its requests to this address.
///
/// # Errors
/// Those of [`EngineBuilder::build`].
pub fn client(url: &str) -> Result<Engine> {
    builder(url).build()
}

/// Runs an example with an engine of this vendor, whose things all have the id `0000001`.
///
/// # Panics
/// If the example fails.
#[allow(clippy::expect_used, reason = "an example that fails must say so")]
pub fn story(run: impl AsyncFnOnce(Engine) -> Result<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime
        .block_on(async { run(engine(|_| FakeAnswer::json(r#"{"id":"0000001"}"#))?).await })
        .expect("the example to succeed");
}
