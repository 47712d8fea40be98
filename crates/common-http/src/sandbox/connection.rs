//! One connection: HTTP by hyper, until a fault uses the bare socket.

use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::select;
use tokio::sync::watch;

use crate::lock::lock;
use crate::sandbox::listen::HeaderCase;
use crate::sandbox::play::{End, Played, Script};
use crate::sandbox::shared::{Arrival, Shared};

/// Where a request leaves the script that ends its connection.
type Slot = Arc<Mutex<Option<Script>>>;

/// Makes hyper release the connection, to send bytes that are not an HTTP answer.
#[derive(Debug, thiserror::Error)]
#[error("a fault takes the connection")]
struct TakenOver;

/// Serves a connection to one of the addresses until either side closes it.
pub(super) async fn serve(
    stream: TcpStream,
    address: usize,
    shared: Arc<Shared>,
    mut stop: watch::Receiver<bool>,
) {
    let slot = Slot::default();
    let title_case = shared.listen(address).header_case == HeaderCase::Title;
    let service = service_fn({
        let slot = Arc::clone(&slot);
        // Boxed, because the connection is polled in place below and must be `Unpin`.
        move |request| {
            let (shared, slot) = (Arc::clone(&shared), Arc::clone(&slot));
            Box::pin(respond(request, address, shared, slot))
        }
    });
    let mut connection = http1::Builder::new()
        .auto_date_header(false)
        .title_case_headers(title_case)
        .serve_connection(TokioIo::new(stream), service);
    let mut told = false;
    // Not simply awaited, because the socket is needed afterwards, even if hyper fails.
    loop {
        select! {
            biased;
            _ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break,
            () = stopped(&mut stop), if !told => {
                told = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    }
    let stream = connection.into_parts().io.into_inner();
    let script = lock(&slot).take();
    let script = script.unwrap_or(Script {
        bytes: Bytes::new(),
        status: None,
        end: End::Close,
    });
    select! {
        biased;
        // An error here means that the peer closed the connection, so nothing is left to do.
        _performed = perform(script, stream) => {}
        // Neither a stall nor a peer that does not read keeps the server from stopping.
        () = stopped(&mut stop) => {}
    }
}

async fn respond(
    request: http::Request<Incoming>,
    address: usize,
    shared: Arc<Shared>,
    slot: Slot,
) -> Result<http::Response<Full<Bytes>>, TakenOver> {
    let (head, body) = request.into_parts();
    let limit = shared.listen(address).body_limit;
    let arrival = Arrival::new(shared, address, head);
    let played = match Limited::new(body, limit).collect().await {
        Ok(body) => arrival.complete(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => arrival.too_large(),
        Err(_) => None,
    };
    match played {
        None => Err(TakenOver),
        Some(Played::Http(answer)) => {
            let mut response = http::Response::new(Full::new(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        }
        Some(Played::Raw(script)) => {
            *lock(&slot) = Some(script);
            Err(TakenOver)
        }
    }
}

async fn perform(script: Script, mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(&script.bytes).await?;
    match script.end {
        End::Close => stream.shutdown().await,
        // Closing a socket whose linger time is zero sends an RST instead of a FIN.
        End::Reset => stream.set_zero_linger(),
        End::Stall => until_gone(&mut stream).await,
    }
}

/// Reads and discards until the peer closes.
async fn until_gone(stream: &mut TcpStream) -> io::Result<()> {
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// Returns when the server stops.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sandbox is gone, which is a stop as well.
    let _ = stop.wait_for(|stopping| *stopping).await;
}
