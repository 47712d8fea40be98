//! The running sandbox.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::lock::lock;
use crate::sandbox::clock::SandboxClock;
use crate::sandbox::error::SandboxError;
use crate::sandbox::fault::Fault;
use crate::sandbox::log::RecordedRequest;
use crate::sandbox::server::{Bound, Tasks};
use crate::sandbox::shared::Shared;
use crate::sandbox::vendor::{DynVendor, Host, Vendor};

/// A running sandbox: real HTTP servers on the loopback interface that play one vendor.
///
/// It derefs to the vendor's state, whose methods change and show what the vendor knows. Faults,
/// actions, the request log and the clock are the same for all addresses. Dropping the sandbox ends
/// everything at once; [`stop`](Self::stop) ends it in order.
///
/// The [module's page](crate::sandbox) has an example.
pub struct Sandbox<S: Vendor> {
    state: Arc<S>,
    client: S::Client,
    urls: Vec<String>,
    shared: Arc<Shared>,
    tasks: Tasks,
}

impl<S: Vendor> Sandbox<S> {
    /// Starts a sandbox with the default settings.
    ///
    /// # Errors
    /// No port of the loopback interface is free.
    pub async fn start() -> io::Result<Self> {
        Self::with(S::Settings::default()).await
    }

    /// Starts a sandbox with these settings, in the tokio runtime in which this is awaited.
    ///
    /// # Errors
    /// A port is taken. Or, as [`InvalidInput`](io::ErrorKind::InvalidInput): the settings make no
    /// sense, or no client can be built with the TLS features that are on.
    pub async fn with(settings: S::Settings) -> io::Result<Self> {
        let listens = S::listen(&settings);
        let routes: Vec<_> = S::routes()
            .iter()
            .map(|route| route.pattern.clone())
            .collect();
        if routes.iter().any(|route| route.address >= listens.len()) {
            return Err(invalid(
                "a route is at an address that the sandbox does not have",
            ));
        }
        let bound = Bound::new(&listens).await?;
        let urls = bound.urls.clone();
        let clock = SandboxClock::new();
        let host = Host {
            clock: clock.clone(),
            urls: urls.clone(),
        };
        let state = Arc::new(S::new(settings, host)?);
        let client = S::build(state.client_builder())
            .map_err(|_| invalid("no client can be built with the TLS features that are on"))?;
        let vendor = Arc::clone(&state) as Arc<dyn DynVendor>;
        let shared = Arc::new(Shared::new(vendor, routes, listens, clock));
        let tasks = Tasks::start(bound, &shared, state.background());
        Ok(Self {
            state,
            client,
            urls,
            shared,
            tasks,
        })
    }

    /// A client of this sandbox with the default settings. All of them share one session.
    #[must_use]
    pub fn client(&self) -> S::Client {
        self.client.clone()
    }

    /// A builder with this sandbox's addresses and credentials, for a client with settings and a
    /// session of its own.
    #[must_use]
    pub fn client_builder(&self) -> S::ClientBuilder {
        self.state.client_builder()
    }

    /// The state, for a task of the test that outlives a borrow of the sandbox.
    #[must_use]
    pub fn state(&self) -> Arc<S> {
        Arc::clone(&self.state)
    }

    /// The base URL of the first address, for example `http://127.0.0.1:49152`.
    #[must_use]
    pub fn url(&self) -> &str {
        self.urls.first().map_or("", String::as_str)
    }

    /// The base URLs of all addresses.
    #[must_use]
    pub fn urls(&self) -> &[String] {
        &self.urls
    }

    /// The sandbox's clock.
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        &self.shared.clock
    }

    /// Plays a fault on the next request of this operation for which none is queued.
    ///
    /// # Errors
    /// The sandbox has no such operation, or a header of the fault cannot be sent.
    pub fn fail_next(&self, operation: &str, fault: Fault) -> Result<(), SandboxError> {
        self.fail_times(operation, 1, fault)
    }

    /// Plays a fault on the next `times` requests of this operation for which none is queued.
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

    /// Plays a fault on every request of this operation for which none is queued, until
    /// [`clear_faults`](Self::clear_faults).
    ///
    /// # Errors
    /// The sandbox has no such operation, or a header of the fault cannot be sent.
    pub fn fail_always(&self, operation: &str, fault: Fault) -> Result<(), SandboxError> {
        let operation = self.shared.operation(operation)?;
        lock(&self.shared.faults).stand(operation, fault)
    }

    /// Resets the next `count` connections (a TCP RST) as soon as they are accepted, at any address.
    pub fn reset_connections(&self, count: usize) {
        let mut resets = lock(&self.shared.resets);
        *resets = resets.saturating_add(count);
    }

    /// Forgets all faults that have not been played, resets of connections included.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
        *lock(&self.shared.resets) = 0;
    }

    /// Calls `action` with the vendor's state just before the `nth` request of an operation.
    ///
    /// It comes before the request is acted on, for example between two pages of a list. Requests
    /// are counted from now: 1 is the next one. The action must not block.
    ///
    /// # Errors
    /// The sandbox has no such operation, or `nth` is 0.
    pub fn on_request(
        &self,
        operation: &str,
        nth: usize,
        action: impl FnOnce(&S) + Send + 'static,
    ) -> Result<(), SandboxError> {
        let operation = self.shared.operation(operation)?;
        let state = self.state();
        lock(&self.shared.hooks).add(operation, nth, Box::new(move || action(&state)))
    }

    /// All requests so far, in the order in which they were acted on.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log.all()
    }

    /// The requests of one operation. Empty for an id that the sandbox does not have.
    #[must_use]
    pub fn requests_for(&self, operation: &str) -> Vec<RecordedRequest> {
        self.shared.log.of(operation)
    }

    /// The number of requests of one operation. 0 for an id that the sandbox does not have.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.shared.log.count(operation)
    }

    /// Waits until `count` requests of one operation have come, and returns those that have.
    ///
    /// It waits forever if they do not come: put a time limit around it.
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

    /// Empties the request log. All counts start again at 0.
    pub fn clear_requests(&self) {
        self.shared.log.clear();
    }

    /// The number of connections accepted so far at all addresses, including those that were reset.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// The number of connections that are open at all addresses.
    #[must_use]
    pub fn open_connections(&self) -> usize {
        *self.shared.open.borrow()
    }

    /// Waits until no connection is open, which means that the clients went away.
    ///
    /// It waits forever if they do not: put a time limit around it.
    pub async fn wait_until_closed(&self) {
        let mut open = self.shared.open.subscribe();
        // The sender is held by `self`: this cannot fail.
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// Stops in order, and returns when all is closed.
    ///
    /// The sandbox takes no more connections, finishes the answers that are on their way and ends
    /// the stalls, then the vendor's own work. A client that does not read its answer holds this
    /// up; dropping the sandbox does not wait for it.
    pub async fn stop(&self) {
        self.tasks.stop().await;
    }
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

impl<S: Vendor> Deref for Sandbox<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.state
    }
}

/// Shows the addresses alone: the state may have personal data.
impl<S: Vendor> fmt::Debug for Sandbox<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("urls", &self.urls)
            .finish_non_exhaustive()
    }
}
