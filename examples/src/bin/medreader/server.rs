//! Serves HTTP/1.1 so that nobody who leaves something unfinished keeps others out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

/// How long the head of a request may take, from the end of the last request or the connection's
/// beginning.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How many connections there may be.
const MOST_CONNECTIONS: usize = 1024;

/// How long the last answers may take at the end; the vendor repeats what was not answered.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Serves until `ending` is done, whose output it gives after the last answers.
pub(crate) async fn serve<T>(
    listener: TcpListener,
    app: Router,
    ending: impl Future<Output = T>,
) -> T {
    let (end, ended) = watch::channel(());
    let mut connections = JoinSet::new();
    // The oldest first.
    let mut open = Vec::new();
    let mut ending = pin!(ending);
    let output = loop {
        let accepted = select! {
            output = &mut ending => break output,
            Some(ended) = connections.join_next_with_id() => {
                let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                open.retain(|(_, connection): &(_, AbortHandle)| connection.id() != id);
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        if accepted.is_err() || open.len() >= MOST_CONNECTIONS {
            evict(&mut open);
        }
        match accepted {
            Ok((stream, peer)) => {
                let connection = connection(stream, app.clone(), ended.clone());
                open.push((peer.ip(), connections.spawn(connection)));
            }
            // Most likely this process may not open more files.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    };
    drop((listener, end));
    let last = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(LAST_ANSWERS, last).await;
    output
}

async fn connection(stream: TcpStream, app: Router, mut ended: watch::Receiver<()>) {
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_headers(1000)
            .half_close(true)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
    );
    select! {
        _ = connection.as_mut() => return,
        _ = ended.changed() => connection.as_mut().graceful_shutdown(),
    }
    // It ends with an error if the sender is gone, and then there is nobody to tell.
    let _ = connection.await;
}

/// Ends the oldest connection of the peer that has the most. An event that is being handled is
/// handled all the same.
fn evict(open: &mut Vec<(IpAddr, AbortHandle)>) {
    let mut counts = HashMap::<IpAddr, usize>::new();
    for (peer, _) in &*open {
        *counts.entry(*peer).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    let oldest = open
        .iter()
        .position(|(peer, _)| most.is_some_and(|(most, _)| most == *peer));
    if let Some(oldest) = oldest {
        open.remove(oldest).1.abort();
    }
}
