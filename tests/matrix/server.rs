//! The server: it answers each operation well, but for the one whose fault is armed.
//!
//! It is made of sockets and bytes, shares nothing with the sandboxes, and records what it saw.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use testing::time::soon;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet, yield_now};
use tokio_rustls::TlsAcceptor;

use crate::faults::Fault;
use crate::{http1, http2};

/// The path that every base URL has. It is marked, because a path can be personal.
pub(crate) const BASE: &str = "/MARKER-BASE";

/// A request, as far as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) operation: &'static str,
    /// Its bytes. Empty for HTTP/2.
    pub(crate) raw: Vec<u8>,
    /// Whether its last byte was read.
    pub(crate) complete: bool,
    /// The status that was sent.
    pub(crate) status: Option<u16>,
}

struct Armed {
    operation: &'static str,
    fault: Fault,
    left: usize,
    /// What the requests after that meet.
    then: Fault,
}

/// What the connections share.
pub(crate) struct State {
    /// The base URL.
    pub(crate) url: String,
    pub(crate) elsewhere: String,
    pub(crate) ended: watch::Sender<bool>,
    /// Bytes of endless bodies that were sent.
    pub(crate) poured: AtomicU64,
    redirected: AtomicUsize,
    armed: Mutex<Option<Armed>>,
    seen: Mutex<Vec<Seen>>,
    connections: Mutex<JoinSet<()>>,
}

impl State {
    /// The fault that the next request of this operation meets.
    pub(crate) fn next_fault(&self, operation: &str) -> Fault {
        let mut armed = self.armed.lock().expect("not poisoned");
        match armed.as_mut() {
            Some(armed) if armed.operation != operation => Fault::Nothing,
            Some(armed) if armed.left == 0 => armed.then,
            Some(armed) => {
                armed.left -= 1;
                armed.fault
            }
            None => Fault::Nothing,
        }
    }

    /// The operation and the fault of the next connection of HTTP/2, if it meets one.
    pub(crate) fn next_http2_fault(&self) -> Option<(&'static str, Fault)> {
        let mut armed = self.armed.lock().expect("not poisoned");
        let armed = armed.as_mut().filter(|armed| armed.left > 0)?;
        armed.left -= 1;
        Some((armed.operation, armed.fault))
    }

    /// Records a request, and gives its place in the record.
    pub(crate) fn note(&self, operation: &'static str, raw: &[u8], complete: bool) -> usize {
        let mut seen = self.seen.lock().expect("not poisoned");
        let raw = raw.to_vec();
        seen.push(Seen {
            operation,
            raw,
            complete,
            status: None,
        });
        seen.len() - 1
    }

    /// Records the rest of a request that was answered early.
    pub(crate) fn received(&self, nth: usize, raw: Vec<u8>) {
        let mut seen = self.seen.lock().expect("not poisoned");
        seen[nth].complete = http1::length(&raw).is_some_and(|length| raw.len() >= length);
        seen[nth].raw = raw;
    }

    pub(crate) fn answered(&self, nth: usize, status: Option<u16>) {
        // The record is emptied when a fault is armed.
        if let Some(seen) = self.seen.lock().expect("not poisoned").get_mut(nth) {
            seen.status = status;
        }
    }
}

pub(crate) struct Server {
    state: Arc<State>,
    accepting: JoinHandle<()>,
    _held: TcpSocket,
    elsewhere: JoinHandle<()>,
}

impl Server {
    /// Starts it, for HTTP/1.1 on a bare socket or for HTTP/2 over TLS.
    pub(crate) async fn start(is_http2: bool) -> Self {
        let (held, other) = (hold(), hold());
        let (listener, other) = (listen(&held), listen(&other));
        let address = |listener: &TcpListener| listener.local_addr().expect("an address");
        let scheme = if is_http2 { "https" } else { "http" };
        let state = Arc::new(State {
            url: format!("{scheme}://{}{BASE}", address(&listener)),
            elsewhere: format!("{scheme}://{}", address(&other)),
            ended: watch::channel(false).0,
            poured: AtomicU64::new(0),
            redirected: AtomicUsize::new(0),
            armed: Mutex::default(),
            seen: Mutex::default(),
            connections: Mutex::default(),
        });
        let tls = is_http2.then(http2::acceptor);
        let (here, there) = (Arc::clone(&state), Arc::clone(&state));
        Self {
            state,
            _held: held,
            accepting: tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let serving = serve(stream, tls.clone(), Arc::clone(&here));
                    here.connections
                        .lock()
                        .expect("not poisoned")
                        .spawn(serving);
                }
            }),
            elsewhere: tokio::spawn(async move {
                while other.accept().await.is_ok() {
                    there.redirected.fetch_add(1, Ordering::SeqCst);
                }
            }),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.state.url
    }

    /// From now on so many requests of the operation meet the fault, and those after them the
    /// other. Forgets the earlier ones.
    pub(crate) async fn arm(
        &self,
        operation: &'static str,
        (fault, left): (Fault, usize),
        then: Fault,
    ) {
        if fault == Fault::Refused {
            self.accepting.abort();
            while !self.accepting.is_finished() {
                yield_now().await;
            }
        }
        *self.state.armed.lock().expect("not poisoned") = Some(Armed {
            operation,
            fault,
            left,
            then,
        });
        self.state.seen.lock().expect("not poisoned").clear();
    }

    /// The requests since the fault was armed.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().expect("not poisoned").clone()
    }

    /// How many bytes of endless bodies were sent.
    pub(crate) fn poured(&self) -> u64 {
        self.state.poured.load(Ordering::SeqCst)
    }

    /// How often a redirect was followed.
    pub(crate) fn redirected(&self) -> usize {
        self.state.redirected.load(Ordering::SeqCst)
    }

    /// Waits until the client has closed each of its connections.
    pub(crate) async fn until_closed(&self) {
        self.state.ended.send_replace(true);
        self.accepting.abort();
        self.elsewhere.abort();
        let mut connections =
            std::mem::take(&mut *self.state.connections.lock().expect("not poisoned"));
        while let Some(ended) = soon(connections.join_next()).await {
            ended.expect("a connection that was served");
        }
    }
}

/// A listener whose connections buffer little, so that a large body does not leave at once.
fn listen(held: &TcpSocket) -> TcpListener {
    let socket = socket();
    socket.set_recv_buffer_size(64 * 1024).expect("a size");
    let address = held.local_addr().expect("an address");
    socket.bind(address).expect("a port that is held");
    socket.listen(64).expect("a listener")
}

/// A free port. While it is held, no other server gets it when its listener is gone.
fn hold() -> TcpSocket {
    let socket = socket();
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    socket.bind(address).expect("a free port");
    socket
}

fn socket() -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    // Lets both bind the port. A connection goes only to one that listens.
    socket.set_reuseport(true).expect("a setting");
    socket
}

/// Serves a connection to its end. Errors are the client's closing it, or the fault itself.
async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, state: Arc<State>) {
    let _ = match tls {
        None => http1::serve(stream, &state).await,
        Some(tls) => http2::serve(stream, tls, state).await,
    };
}
