//! Serves HTTP/1.1 so that nobody who leaves something unfinished keeps others out.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How many connections there may be.
const MOST_CONNECTIONS: usize = 1024;

/// How long to wait before the next connection is accepted where the last could not be.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `ending` is done, and then as long as answers are under way.
pub(crate) async fn serve(listener: TcpListener, app: Router, ending: impl Future<Output = ()>) {
    let open = Arc::new(Mutex::new(Open::default()));
    let (end, ended) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut ending = pin!(ending);
    loop {
        let accepted = select! {
            () = &mut ending => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            // Most likely this process may not open more files.
            lock(&open).evict();
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (place, evicted) = Place::take(&open, peer.ip());
        let connection = connection(stream, app.clone(), place, ended.clone());
        connections.spawn(async {
            select! {
                () = connection => {}
                _ = evicted => {}
            }
        });
    }
    drop(end);
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, app: Router, place: Place, mut ended: watch::Receiver<()>) {
    let app = TowerToHyperService::new(app);
    let service = service_fn(|request| {
        place.renew();
        app.call(request)
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service)
    );
    select! {
        _ = connection.as_mut() => return,
        _ = ended.changed() => connection.as_mut().graceful_shutdown(),
    }
    // It ends with an error if the sender is gone, and then there is nobody to tell.
    let _ = connection.await;
}

/// By peer, what ends its connections: those first whose last request began the longest ago.
#[derive(Default)]
struct Open {
    peers: HashMap<IpAddr, BTreeMap<u64, oneshot::Sender<()>>>,
    last: u64,
}

impl Open {
    fn add(&mut self, peer: IpAddr, end: oneshot::Sender<()>) -> u64 {
        self.last += 1;
        self.peers.entry(peer).or_default().insert(self.last, end);
        self.last
    }

    fn remove(&mut self, peer: IpAddr, number: u64) -> Option<oneshot::Sender<()>> {
        let connections = self.peers.get_mut(&peer)?;
        let end = connections.remove(&number);
        if connections.is_empty() {
            self.peers.remove(&peer);
        }
        end
    }

    /// Ends the oldest connection of the peer that has the most.
    fn evict(&mut self) {
        if let Some(most) = self.peers.values_mut().max_by_key(|peer| peer.len()) {
            most.pop_first();
        }
    }
}

/// A connection's place among the open ones.
struct Place {
    open: Arc<Mutex<Open>>,
    peer: IpAddr,
    number: AtomicU64,
}

impl Place {
    /// A place, and what says that another connection needs it.
    fn take(open: &Arc<Mutex<Open>>, peer: IpAddr) -> (Self, oneshot::Receiver<()>) {
        let (end, ended) = oneshot::channel();
        let mut all = lock(open);
        if all.peers.values().map(BTreeMap::len).sum::<usize>() >= MOST_CONNECTIONS {
            all.evict();
        }
        let place = Self {
            open: Arc::clone(open),
            peer,
            number: all.add(peer, end).into(),
        };
        (place, ended)
    }

    /// A request began: all others are older now.
    fn renew(&self) {
        let mut open = lock(&self.open);
        if let Some(end) = open.remove(self.peer, self.number.load(Ordering::Relaxed)) {
            let number = open.add(self.peer, end);
            self.number.store(number, Ordering::Relaxed);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.open).remove(self.peer, *self.number.get_mut());
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}
