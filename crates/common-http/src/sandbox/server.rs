//! The running server and its handle.

use std::{
    borrow::Cow,
    fmt, io,
    net::Ipv4Addr,
    sync::{Arc, atomic::Ordering},
};

use tokio::{
    net::{TcpListener, TcpStream},
    select,
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use super::{
    Fault, RecordedRequest, SandboxClock, SandboxError, Vendor,
    connection::{serve, stopped},
    lock,
    shared::Shared,
};

/// How header names are written on the wire. HTTP says that it does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum HeaderCase {
    /// `x-pagination-total`, as HTTP/2 always has it.
    #[default]
    Lower,
    /// `X-Pagination-Total`.
    Title,
}

impl HeaderCase {
    pub(super) fn spell(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Lower => Cow::Borrowed(name),
            Self::Title => {
                let mut start = true;
                let spell = |letter: char| {
                    let spelled = if start {
                        letter.to_ascii_uppercase()
                    } else {
                        letter
                    };
                    start = letter == '-';
                    spelled
                };
                Cow::Owned(name.chars().map(spell).collect())
            }
        }
    }
}

/// Settings of a [`Server`].
#[derive(Debug)]
#[must_use]
pub struct ServerBuilder<V> {
    vendor: V,
    port: u16,
    body_limit: usize,
    case: HeaderCase,
    clock: SandboxClock,
}

impl<V: Vendor> ServerBuilder<V> {
    /// The port; 0 (the default) takes a free one.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::{example::Things, sandbox::Server};
    /// // 0 is any that is free: two tests never want the same.
    /// let server = Server::builder(Things).port(0).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The largest request body in bytes; a larger one is answered 413. 32 MiB by default.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::CREATE;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// let server = Server::builder(Things).body_limit(1024).start().await?;
    /// # let engine = example::client(server.url())?;
    /// let large = serde_json::json!({ "name": "x".repeat(2000) });
    /// let error = engine.request(&CREATE).json(&large).send().await.unwrap_err();
    /// assert_eq!(error.status(), Some(http::StatusCode::PAYLOAD_TOO_LARGE));
    /// # Ok(())
    /// # }
    /// ```
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How header names are written; lower case by default.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::{example::Things, sandbox::Server};
    /// use common_http::sandbox::HeaderCase;
    ///
    /// // As a vendor behind HTTP/1.1 may write them: a client must not mind.
    /// let server = Server::builder(Things).header_case(HeaderCase::Title).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn header_case(mut self, case: HeaderCase) -> Self {
        self.case = case;
        self
    }

    /// The clock that is shared with the vendor; by default one of the server's own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::{example::Things, sandbox::Server};
    /// use common_http::sandbox::SandboxClock;
    ///
    /// let clock = SandboxClock::new();
    /// clock.freeze();
    /// let server = Server::builder(Things).clock(clock.clone()).start().await?;
    /// assert_eq!(server.clock().now(), clock.now());
    /// # Ok(())
    /// # }
    /// ```
    pub fn clock(mut self, clock: SandboxClock) -> Self {
        self.clock = clock;
        self
    }

    /// Starts the server on 127.0.0.1, in the tokio runtime of any flavour in which this is awaited.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// engine.request(&GET).path("id", "0000001").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The port cannot be had.
    pub async fn start(self) -> io::Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared::new(
            Box::new(self.vendor),
            self.case,
            self.body_limit,
            self.clock,
        ));
        let stop = watch::Sender::new(false);
        let (running, ended) = watch::channel(());
        let task = tokio::spawn(accept(
            listener,
            Arc::clone(&shared),
            stop.subscribe(),
            running,
        ));
        Ok(Server {
            url,
            shared,
            stop,
            ended,
            task,
        })
    }
}

/// A running server that plays a vendor. Dropping it stops it at once and closes its connections;
/// [`stop`](Self::stop) lets it finish the answers that are on their way.
pub struct Server {
    url: String,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    ended: watch::Receiver<()>,
    task: JoinHandle<()>,
}

impl Server {
    /// A server for this vendor, on a free port unless told otherwise.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::{example::Things, sandbox::Server};
    /// // `Things` is a `Vendor`: it says which operations there are and what is answered.
    /// let server = Server::builder(Things).start().await?;
    /// # assert_eq!(server.connections(), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder<V: Vendor>(vendor: V) -> ServerBuilder<V> {
        ServerBuilder {
            vendor,
            port: 0,
            body_limit: 32 << 20,
            case: HeaderCase::default(),
            clock: SandboxClock::new(),
        }
    }

    /// The base URL, for example `http://127.0.0.1:49152`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::{Engine, example::{Things, VENDOR}, sandbox::Server};
    /// let server = Server::builder(Things).start().await?;
    /// let engine = Engine::builder(&VENDOR, server.url()).build()?;
    /// # assert!(server.url().starts_with("http://127.0.0.1:"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The sandbox's clock.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use std::time::Duration;
    /// # use common_http::{example::Things, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// // The tokens that were given out are a day older.
    /// server.clock().advance(Duration::from_secs(24 * 3600));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        &self.shared.clock
    }

    /// Plays a fault on the next request of this operation, after the faults that are already queued for it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::CREATE;
    /// # use common_http::{example::{self, Things}, sandbox::{Fault, Server}};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// use common_http::Delivery;
    ///
    /// // An order whose answer is lost: was it placed?
    /// server.fail_next("example.things.create", Fault::ResetAfterRequest)?;
    /// let error = engine.request(&CREATE).send().await.unwrap_err();
    /// assert_eq!(error.delivery(), Delivery::Unknown);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The sandbox has no such operation, or a header of the fault cannot be sent.
    pub fn fail_next(&self, operation: &str, fault: Fault) -> Result<(), SandboxError> {
        self.fail_times(operation, 1, fault)
    }

    /// Plays a fault on the next `times` requests of this operation, after the faults that are already queued.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::{Fault, Server}};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// // Two bad answers, then a good one: a read is repeated until it is there.
    /// server.fail_times("example.things.get", 2, Fault::status(http::StatusCode::BAD_GATEWAY))?;
    /// let answer = engine.request(&GET).path("id", "0000001").send().await?;
    /// assert_eq!(answer.attempts(), 3);
    /// # Ok(())
    /// # }
    /// ```
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
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{CallOptions, example::{self, Things}, sandbox::{Fault, Server}};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// # let once = CallOptions::default().max_attempts(1);
    /// // The vendor is down until further notice.
    /// server.fail_always("example.things.get", Fault::Unavailable { retry_after: None })?;
    /// # let error = engine.request(&GET).path("id", "1").options(once).send().await.unwrap_err();
    /// # assert_eq!(error.kind(), common_http::ErrorKind::Server);
    /// server.clear_faults();
    /// # engine.request(&GET).path("id", "1").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The sandbox has no such operation, or a header of the fault cannot be sent.
    pub fn fail_always(&self, operation: &str, fault: Fault) -> Result<(), SandboxError> {
        let operation = self.shared.operation(operation)?;
        lock(&self.shared.faults).stand(operation, fault)
    }

    /// Resets the next `count` connections (a TCP RST) as soon as they are accepted, before anything is read:
    /// the client sees it while it connects or just after. Connections that are open already are not touched.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// server.reset_connections(1);
    /// engine.request(&GET).path("id", "0000001").send().await?;
    /// assert_eq!(server.connections(), 2); // the second one was good
    /// # Ok(())
    /// # }
    /// ```
    pub fn reset_connections(&self, count: usize) {
        *lock(&self.shared.resets) += count;
    }

    /// Forgets all faults that have not been played, resets of connections included.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::{Fault, Server}};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// server.fail_always("example.things.get", Fault::StallHead)?;
    /// server.clear_faults(); // the line is mended
    /// let answer = engine.request(&GET).path("id", "0000001").send().await?;
    /// assert_eq!(answer.attempts(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
        *lock(&self.shared.resets) = 0;
    }

    /// Does something just before the `nth` request of this operation, counted from now (1 is the next one), is
    /// acted upon. It must not block; it may set faults, also for that very request.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// # use std::time::Duration;
    /// // A token that ends between a program's first and second call.
    /// let clock = server.clock().clone();
    /// server.before_request("example.things.get", 2, move || clock.advance(Duration::from_secs(3600)))?;
    /// # for _ in 0..2 {
    /// #     engine.request(&GET).path("id", "0000001").send().await?;
    /// # }
    /// # Ok(())
    /// # }
    /// ```
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

    /// All requests so far, in the order in which they were acted upon.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// engine.request(&GET).path("id", "a/b").send().await?;
    /// assert_eq!(server.requests()[0].target, "/things/a%2Fb"); // encoded once
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log.all()
    }

    /// The requests of one operation; none for an id that the sandbox does not have (use the vendor's constants).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::CREATE;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// # engine.request(&CREATE).json("EXAMPLE").send().await?;
    /// // What would the vendor have got?
    /// for order in server.requests_for("example.things.create") {
    ///     assert_eq!(order.header("content-type"), Some("application/json"));
    /// }
    /// # assert_eq!(server.requests_for("example.things.create").len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn requests_for(&self, operation: &str) -> Vec<RecordedRequest> {
        self.shared.log.of(operation)
    }

    /// How many requests of one operation came; 0 for an id that the sandbox does not have (use the vendor's
    /// constants).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::CREATE;
    /// # use common_http::{example::{self, Things}, sandbox::{Fault, Server}};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// server.fail_next("example.things.create", Fault::ResetAfterRequest)?;
    /// # engine.request(&CREATE).send().await.unwrap_err();
    /// // It may have been placed, so it was not sent a second time.
    /// assert_eq!(server.count("example.things.create"), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        self.shared.log.count(operation)
    }

    /// Waits until `count` requests of one operation are in the log, and returns those that are.
    ///
    /// It waits without end when they do not come: put a time limit around it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::{Fault, Server}};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// use std::time::Duration;
    /// use tokio::time::timeout;
    ///
    /// server.fail_next("example.things.get", Fault::StallHead)?;
    /// let call = tokio::spawn(engine.request(&GET).path("id", "0000001").send());
    /// timeout(Duration::from_secs(5), server.wait_for("example.things.get", 1)).await??;
    /// call.abort(); // the caller goes away while the vendor is thinking
    /// # Ok(())
    /// # }
    /// ```
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

    /// Empties the request log; all counts start again at 0.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// # engine.request(&GET).path("id", "0000001").send().await?;
    /// server.clear_requests(); // what the test had to set up is not its subject
    /// assert_eq!(server.count("example.things.get"), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn clear_requests(&self) {
        self.shared.log.clear();
    }

    /// How many connections were accepted so far, those that were reset included.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// engine.request(&GET).path("id", "0000001").send().await?;
    /// assert_eq!(server.connections(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.accepted.load(Ordering::Relaxed)
    }

    /// How many connections are open.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// engine.request(&GET).path("id", "0000001").send().await?;
    /// assert_eq!(server.open_connections(), 1); // kept for the next call
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn open_connections(&self) -> usize {
        *self.shared.open.borrow()
    }

    /// Waits until no connection is open, which says that the clients went away.
    ///
    /// It waits without end when they do not: put a time limit around it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// use std::time::Duration;
    /// use tokio::time::timeout;
    ///
    /// engine.request(&GET).path("id", "0000001").send().await?;
    /// drop(engine); // nothing that it opened outlives it
    /// timeout(Duration::from_secs(5), server.wait_until_closed()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_until_closed(&self) {
        // The sender is held by `self`: this cannot fail.
        let _ = self
            .shared
            .open
            .subscribe()
            .wait_for(|open| *open == 0)
            .await;
    }

    /// Stops in order: takes no more connections, finishes the answers that are on their way, ends the stalls, and
    /// returns when all is closed. A client that does not read its answer holds this up; dropping the server does not
    /// wait for it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use common_http::example::GET;
    /// # use common_http::{ErrorKind, CallOptions, example::{self, Things}, sandbox::Server};
    /// # let server = Server::builder(Things).start().await?;
    /// # let engine = example::client(server.url())?;
    /// # let once = CallOptions::default().max_attempts(1);
    /// server.stop().await;
    /// let request = engine.request(&GET).path("id", "0000001").options(once);
    /// assert_eq!(request.send().await.unwrap_err().kind(), ErrorKind::Connect);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        // Nothing is ever sent here: it returns when the accepting task lets its end go.
        let _ = self.ended.clone().changed().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The task owns the listener and all connections' tasks: they go with it.
        self.task.abort();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
    _running: watch::Sender<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        select! {
            biased;
            () = stopped(&mut stop) => break,
            Some(_closed) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => take(stream, &shared, &stop, &mut connections),
                // Out of file handles, say: the connection waits in the system's queue until there is one.
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

fn take(
    stream: TcpStream,
    shared: &Arc<Shared>,
    stop: &watch::Receiver<bool>,
    connections: &mut JoinSet<()>,
) {
    if shared.accept() {
        // Closing a socket whose linger time is zero sends an RST instead of a FIN.
        let _ = stream.set_zero_linger();
        return;
    }
    // Small answers at once; without it they still come.
    let _ = stream.set_nodelay(true);
    let open = Open::new(Arc::clone(shared));
    let served = serve(stream, Arc::clone(shared), stop.clone());
    connections.spawn(async move {
        let _open = open;
        served.await;
    });
}

/// Counts a connection as open for as long as it lives.
struct Open(Arc<Shared>);

impl Open {
    fn new(shared: Arc<Shared>) -> Self {
        shared.open.send_modify(|open| *open += 1);
        Self(shared)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}
