//! The in-process sandboxes of vendors (feature `sandbox`).
//!
//! A [`Sandbox`] is one or several real HTTP/1.1 servers on the loopback interface that play a
//! vendor, so that a program can be tested without it. A vendor crate implements [`Vendor`] for the
//! vendor's state, and returns its answers. This module has the rest:
//!
//! - [`Fault`]: what can go wrong, played on the real socket (a reset is a TCP reset, a stall is a
//!   silent socket);
//! - [`RecordedRequest`]: what a client really sent;
//! - [`SandboxClock`]: the time by which tokens expire and calls are throttled. A test moves it
//!   instead of waiting;
//! - [`multipart`]: a strict reader of forms.
//!
//! **Exempt from semver**: this module may change in any release. It is meant for tests only.
//!
//! ```
//! use std::io;
//! use std::sync::Mutex;
//!
//! use common_http::example::{self, CREATE, GET};
//! use common_http::sandbox::{
//!     Answer, Fault, Host, Listen, Request, Route, Sandbox, SandboxClock, SandboxError, Vendor,
//!     add_unknown_fields, lock,
//! };
//! use common_http::{Delivery, Engine, EngineBuilder};
//! use http::{Method, StatusCode};
//! use serde_json::{Value, json};
//!
//! /// What the vendor knows.
//! struct Shelf {
//!     url: String,
//!     things: Mutex<Vec<String>>,
//! }
//!
//! /// What a test can set.
//! #[derive(Clone, Default)]
//! struct Settings {
//!     /// The port. 0 takes a free one.
//!     port: u16,
//!     /// How many things there are at the start.
//!     things: usize,
//! }
//!
//! static ROUTES: [Route<Shelf>; 2] = [
//!     Route::new("example.things.get", Method::GET, "/things/{id}", Shelf::get),
//!     Route::new("example.things.create", Method::POST, "/things", Shelf::create),
//! ];
//!
//! impl Shelf {
//!     /// For tests: puts a thing on the shelf, as another user would.
//!     fn put(&self) -> String {
//!         let mut things = lock(&self.things);
//!         let id = format!("{:07}", things.len() + 1);
//!         things.push(id.clone());
//!         id
//!     }
//!
//!     fn get(&self, request: &Request) -> Answer {
//!         let id = request.arg("id");
//!         if lock(&self.things).iter().any(|known| known == id) {
//!             Answer::json(StatusCode::OK, json!({ "id": id }).to_string())
//!         } else {
//!             self.refusal(StatusCode::NOT_FOUND, request)
//!         }
//!     }
//!
//!     fn create(&self, _request: &Request) -> Answer {
//!         Answer::json(StatusCode::CREATED, json!({ "id": self.put() }).to_string())
//!     }
//! }
//!
//! impl Vendor for Shelf {
//!     type Settings = Settings;
//!     type Client = Engine;
//!     type ClientBuilder = EngineBuilder;
//!
//!     fn listen(settings: &Settings) -> Vec<Listen> {
//!         vec![Listen { port: settings.port, ..Listen::default() }]
//!     }
//!     fn new(settings: Settings, host: Host) -> io::Result<Self> {
//!         let shelf = Self { url: host.urls.concat(), things: Mutex::default() };
//!         (0..settings.things).for_each(|_| drop(shelf.put()));
//!         Ok(shelf)
//!     }
//!     fn client_builder(&self) -> EngineBuilder {
//!         example::builder(&self.url)
//!     }
//!     fn build(builder: EngineBuilder) -> common_http::Result<Engine> {
//!         builder.build()
//!     }
//!     fn routes() -> &'static [Route<Self>] {
//!         &ROUTES
//!     }
//!     fn refusal(&self, status: StatusCode, _request: &Request) -> Answer {
//!         Answer::json(status, json!({ "error": status.as_u16() }).to_string())
//!     }
//!     fn drift(_operation: &'static str, body: &mut Value) {
//!         add_unknown_fields(body);
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::<Shelf>::with(Settings { things: 2, ..Settings::default() }).await?;
//! // Point the program under test at `sandbox.url()`, or use a client.
//! let client = sandbox.client();
//!
//! // A read that is throttled once is repeated.
//! sandbox.fail_next("example.things.get", Fault::Throttled { retry_after: Some("0".into()) })?;
//! client.request(&GET).path("id", "0000002").send().await?;
//! assert_eq!(sandbox.count("example.things.get"), 2);
//!
//! // An order whose answer is lost is not repeated, although it was placed.
//! sandbox.fail_next("example.things.create", Fault::ResetAfterRequest)?;
//! let error = client.request(&CREATE).json("EXAMPLE").send().await.unwrap_err();
//! assert_eq!(error.delivery(), Delivery::Unknown);
//! assert_eq!(lock(&sandbox.things).len(), 3);
//!
//! // Another user changes the state in between.
//! sandbox.on_request("example.things.get", 1, |shelf| drop(shelf.put()))?;
//! client.request(&GET).path("id", "0000004").send().await?;
//! assert_eq!(sandbox.wait_for("example.things.get", 3).await?.len(), 3);
//!
//! // An operation that is not among the routes is an error. The clock can be stopped.
//! let unknown: Result<(), SandboxError> = sandbox.fail_next("example.thing", Fault::Garbage);
//! assert!(unknown.is_err());
//! let clock: &SandboxClock = sandbox.clock();
//! clock.freeze();
//! assert_eq!(clock.now(), clock.now());
//!
//! let empty = Sandbox::<Shelf>::start().await?; // with the default settings
//! assert_ne!(empty.url(), sandbox.url());
//!
//! drop(client);
//! sandbox.wait_until_closed().await; // nothing that it opened outlives it
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```

mod answer;
mod clock;
mod connection;
mod error;
mod fault;
mod handle;
mod hooks;
mod listen;
mod log;
pub mod multipart;
mod play;
mod request;
mod route;
mod server;
mod shared;
mod story;
mod vendor;

pub use self::answer::Answer;
pub use self::clock::{SandboxClock, rfc3339};
pub use self::error::SandboxError;
pub use self::fault::Fault;
pub use self::handle::Sandbox;
pub use self::listen::{HeaderCase, Listen};
pub use self::log::RecordedRequest;
pub use self::request::Request;
pub use self::route::Route;
pub use self::vendor::{Host, Vendor, add_unknown_fields};
pub use crate::lock::lock;
