//! The interface between a vendor crate and its sandbox.

use std::io;
use std::pin::Pin;
use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use crate::Result;
use crate::sandbox::answer::Answer;
use crate::sandbox::clock::SandboxClock;
use crate::sandbox::listen::Listen;
use crate::sandbox::request::Request;
use crate::sandbox::route::Route;

/// The state of a vendor, and how it answers: what a vendor crate adds to a
/// [`Sandbox`](crate::sandbox::Sandbox).
pub trait Vendor: Send + Sync + Sized + 'static {
    /// What a test can set: a plain struct whose fields are public and documented.
    type Settings: Default + Clone + Send;
    /// The client of this vendor.
    type Client: Clone + Send + Sync + 'static;
    /// The builder of that client.
    type ClientBuilder;

    /// How the sandbox listens: one entry for each of its addresses, at least one.
    fn listen(settings: &Self::Settings) -> Vec<Listen>;

    /// The state at the start.
    ///
    /// # Errors
    /// The settings contradict each other or make no sense
    /// ([`InvalidInput`](io::ErrorKind::InvalidInput)).
    fn new(settings: Self::Settings, host: Host) -> io::Result<Self>;

    /// A client builder with the addresses and the credentials of this sandbox.
    fn client_builder(&self) -> Self::ClientBuilder;

    /// Builds the client.
    ///
    /// # Errors
    /// Those of the builder.
    fn build(builder: Self::ClientBuilder) -> Result<Self::Client>;

    /// The operations. An unknown path is answered 404, a known path with another method 405.
    fn routes() -> &'static [Route<Self>];

    /// The vendor's answer of this status where the server has to refuse (404, 405, 413) or a fault
    /// asks for it (429, 503). The server adds `Allow` and `Retry-After`.
    fn refusal(&self, status: StatusCode, request: &Request) -> Answer;

    /// Changes the JSON of an answer as the vendor may without notice: undocumented fields and
    /// codes, blocks that are null. See [`add_unknown_fields`].
    fn drift(operation: &'static str, body: &mut Value);

    /// Background work while the sandbox runs, for example to send webhooks.
    fn background(self: &Arc<Self>) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        None
    }
}

/// The sandbox's data that a vendor's state can use.
#[derive(Debug, Clone)]
pub struct Host {
    /// The sandbox's clock.
    pub clock: SandboxClock,
    /// The base URLs, in the order of [`Vendor::listen`], for example `http://127.0.0.1:49152`.
    pub urls: Vec<String>,
}

/// A vendor without its type, so that the server is compiled once for all of them.
pub(super) trait DynVendor: Send + Sync {
    /// Acts on a request as the route of this index does.
    fn answer(&self, route: usize, request: &Request) -> Answer;
    fn refusal(&self, status: StatusCode, request: &Request) -> Answer;
    fn drift(&self, operation: &'static str, body: &mut Value);
}

impl<S: Vendor> DynVendor for S {
    fn answer(&self, route: usize, request: &Request) -> Answer {
        (S::routes()[route].handler)(self, request)
    }

    fn refusal(&self, status: StatusCode, request: &Request) -> Answer {
        Vendor::refusal(self, status, request)
    }

    fn drift(&self, operation: &'static str, body: &mut Value) {
        S::drift(operation, body);
    }
}

/// Puts undocumented fields into every object of a JSON value, for [`Vendor::drift`].
pub fn add_unknown_fields(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(add_unknown_fields),
        Value::Object(members) => {
            members.values_mut().for_each(add_unknown_fields);
            members.insert("sandboxUnknownText".to_owned(), json!("texto ficticio"));
            members.insert(
                "sandboxUnknownBlock".to_owned(),
                json!({ "nested": [1, 2.5, null, true] }),
            );
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
