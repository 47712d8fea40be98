//! The tasks that serve the addresses of a sandbox.

use std::io;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::{Mutex, watch};
use tokio::task::{self, JoinSet};

use crate::sandbox::connection::{serve, stopped};
use crate::sandbox::listen::Listen;
use crate::sandbox::shared::Shared;

/// The listening addresses of a sandbox, before it serves requests.
pub(super) struct Bound {
    listeners: Vec<TcpListener>,
    pub(super) urls: Vec<String>,
}

impl Bound {
    pub(super) async fn new(listens: &[Listen]) -> io::Result<Self> {
        let (mut listeners, mut urls) = (Vec::new(), Vec::new());
        for listen in listens {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, listen.port)).await?;
            urls.push(format!("http://{}", listener.local_addr()?));
            listeners.push(listener);
        }
        Ok(Self { listeners, urls })
    }
}

/// The tasks of a running sandbox. Dropping them ends them and their connections at once.
pub(super) struct Tasks {
    stop: watch::Sender<bool>,
    // In this order: the background work ends when nothing is served any more.
    running: Mutex<(JoinSet<()>, JoinSet<()>)>,
}

impl Tasks {
    pub(super) fn start(
        bound: Bound,
        shared: &Arc<Shared>,
        background: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    ) -> Self {
        let stop = watch::Sender::new(false);
        let (mut servers, mut others) = (JoinSet::new(), JoinSet::new());
        for (address, listener) in bound.listeners.into_iter().enumerate() {
            servers.spawn(accept(
                listener,
                address,
                Arc::clone(shared),
                stop.subscribe(),
            ));
        }
        if let Some(background) = background {
            others.spawn(background);
        }
        Self {
            stop,
            running: Mutex::new((servers, others)),
        }
    }

    /// Takes no more connections, finishes the answers that are on their way and ends the stalls.
    pub(super) async fn stop(&self) {
        self.stop.send_replace(true);
        let (servers, others) = &mut *self.running.lock().await;
        while servers.join_next().await.is_some() {}
        others.shutdown().await;
    }
}

async fn accept(
    listener: TcpListener,
    address: usize,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        select! {
            biased;
            () = stopped(&mut stop) => break,
            Some(_closed) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => take(stream, address, &shared, &stop, &mut connections),
                // For example out of file handles: the connection waits in the system's queue.
                Err(_) => task::yield_now().await,
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

fn take(
    stream: TcpStream,
    address: usize,
    shared: &Arc<Shared>,
    stop: &watch::Receiver<bool>,
    connections: &mut JoinSet<()>,
) {
    if shared.accept() {
        // Closing a socket whose linger time is zero sends an RST instead of a FIN.
        let _ = stream.set_zero_linger();
        return;
    }
    // Sends small answers at once. The server works without it too.
    let _ = stream.set_nodelay(true);
    let open = Open::new(Arc::clone(shared));
    let served = serve(stream, address, Arc::clone(shared), stop.clone());
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
