//! The server, the trait and the route of the vendor crates that are not on
//! [`Sandbox`](super::Sandbox) yet. To be deleted with the last of them.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::{Method, StatusCode};
use serde_json::Value;

use crate::sandbox::answer::Answer;
use crate::sandbox::clock::SandboxClock;
use crate::sandbox::error::SandboxError;
use crate::sandbox::fault::Fault;
use crate::sandbox::listen::{HeaderCase, Listen};
use crate::sandbox::lock::lock;
use crate::sandbox::log::RecordedRequest;
use crate::sandbox::request::Request;
use crate::sandbox::route::Pattern;
use crate::sandbox::server::{Bound, Tasks};
use crate::sandbox::shared::Shared;
use crate::sandbox::vendor::DynVendor;

/// One operation of a vendor: its id and which requests belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    operation: &'static str,
    method: Method,
    template: &'static str,
}

impl Route {
    /// An operation with its method and its path template.
    #[must_use]
    pub const fn new(operation: &'static str, method: Method, template: &'static str) -> Self {
        Self {
            operation,
            method,
            template,
        }
    }
}

/// What a vendor's crate says about its sandbox: its operations, and what it answers.
pub trait Vendor: Send + Sync + 'static {
    /// The operations.
    fn routes(&self) -> &'static [Route];

    /// Acts on a request, as the vendor would, and answers it.
    fn answer(&self, operation: &'static str, request: &Request) -> Answer;

    /// The vendor's answer of this status where the server has to refuse.
    fn refusal(&self, status: StatusCode, request: &Request) -> Answer;

    /// Changes the JSON of an answer as the vendor may without notice.
    fn drift(&self, operation: &'static str, body: &mut Value);
}

struct Erased(Box<dyn Vendor>);

impl DynVendor for Erased {
    fn answer(&self, route: usize, request: &Request) -> Answer {
        self.0.answer(self.0.routes()[route].operation, request)
    }

    fn refusal(&self, status: StatusCode, request: &Request) -> Answer {
        self.0.refusal(status, request)
    }

    fn drift(&self, operation: &'static str, body: &mut Value) {
        self.0.drift(operation, body);
    }
}

/// Settings of a [`Server`].
#[derive(Debug)]
#[must_use]
pub struct ServerBuilder<V> {
    vendor: V,
    listen: Listen,
    clock: SandboxClock,
}

impl<V: Vendor> ServerBuilder<V> {
    /// The port; 0 (the default) takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.listen.port = port;
        self
    }

    /// The largest request body in bytes.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.listen.body_limit = bytes;
        self
    }

    /// How header names are written; lower case by default.
    pub fn header_case(mut self, case: HeaderCase) -> Self {
        self.listen.header_case = case;
        self
    }

    /// The clock that is shared with the vendor; by default one of the server's own.
    pub fn clock(mut self, clock: SandboxClock) -> Self {
        self.clock = clock;
        self
    }

    /// Starts the server on 127.0.0.1.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start(self) -> io::Result<Server> {
        let listens = vec![self.listen];
        let bound = Bound::new(&listens).await?;
        let url = bound.urls.concat();
        let routes = self.vendor.routes().iter().map(|route| Pattern {
            operation: route.operation,
            method: route.method.clone(),
            template: route.template,
            address: 0,
        });
        let routes = routes.collect();
        let vendor = Arc::new(Erased(Box::new(self.vendor)));
        let shared = Arc::new(Shared::new(vendor, routes, listens, self.clock));
        let tasks = Tasks::start(bound, &shared, None);
        Ok(Server { url, shared, tasks })
    }
}

/// A running server that plays a vendor.
pub struct Server {
    url: String,
    shared: Arc<Shared>,
    tasks: Tasks,
}

impl Server {
    /// A server for this vendor, on a free port unless told otherwise.
    pub fn builder<V: Vendor>(vendor: V) -> ServerBuilder<V> {
        ServerBuilder {
            vendor,
            listen: Listen::default(),
            clock: SandboxClock::new(),
        }
    }

    /// The base URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The sandbox's clock.
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        &self.shared.clock
    }

    /// Plays a fault on the next request of this operation.
    ///
    /// # Errors
    /// The sandbox has no such operation, or a header of the fault cannot be sent.
    pub fn fail_next(&self, operation: &str, fault: Fault) -> Result<(), SandboxError> {
        self.fail_times(operation, 1, fault)
    }

    /// Plays a fault on the next `times` requests of this operation.
    ///
    /// # Errors
    /// The sandbox has no such operation, or a header of the fault cannot be sent.
    pub fn fail_times(
        &self,
        operation: &str,
        times: usize,
        fault: Fault,
    ) -> Result<(), SandboxError> {
        let operation = self.shared.operation(operation)?;
        lock(&self.shared.faults).queue(operation, times, &fault)
    }

    /// Plays a fault on every request of this operation for which none is queued.
    ///
    /// # Errors
    /// The sandbox has no such operation, or a header of the fault cannot be sent.
    pub fn fail_always(&self, operation: &str, fault: Fault) -> Result<(), SandboxError> {
        let operation = self.shared.operation(operation)?;
        lock(&self.shared.faults).stand(operation, fault)
    }

    /// Resets the next `count` connections as soon as they are accepted.
    pub fn reset_connections(&self, count: usize) {
        let mut resets = lock(&self.shared.resets);
        *resets = resets.saturating_add(count);
    }

    /// Forgets all faults that have not been played.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
        *lock(&self.shared.resets) = 0;
    }

    /// Runs an action just before the `nth` request of an operation is acted on.
    ///
    /// # Errors
    /// The sandbox has no such operation, or `nth` is 0.
    pub fn before_request(
        &self,
        operation: &str,
        nth: usize,
        action: impl FnOnce() + Send + 'static,
    ) -> Result<(), SandboxError> {
        let operation = self.shared.operation(operation)?;
        lock(&self.shared.hooks).add(operation, nth, Box::new(action))
    }

    /// All requests so far, in the order in which they were acted on.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log.all()
    }

    /// The requests of one operation.
    #[must_use]
    pub fn requests_for(&self, operation: &str) -> Vec<RecordedRequest> {
        self.shared.log.of(operation)
    }

    /// The number of requests of one operation.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.shared.log.count(operation)
    }

    /// Waits until `count` requests of one operation have come.
    ///
    /// # Errors
    /// The sandbox has no such operation.
    pub async fn wait_for(
        &self,
        operation: &str,
        count: usize,
    ) -> Result<Vec<RecordedRequest>, SandboxError> {
        let operation = self.shared.operation(operation)?;
        Ok(self.shared.log.wait_for(operation, count).await)
    }

    /// Empties the request log.
    pub fn clear_requests(&self) {
        self.shared.log.clear();
    }

    /// The number of connections accepted so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// The number of connections that are open.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        *self.shared.open.borrow()
    }

    /// Waits until no connection is open.
    pub async fn wait_until_closed(&self) {
        let mut open = self.shared.open.subscribe();
        // The sender is held by `self`: this cannot fail.
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// Stops in order.
    pub async fn stop(&self) {
        self.tasks.stop().await;
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
