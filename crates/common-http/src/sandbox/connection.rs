//! One connection: HTTP by hyper, until a fault takes the bare socket.

use std::{
    future::poll_fn,
    io,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    select,
    sync::watch,
};

use super::{
    HeaderCase, lock,
    play::{End, Reply, Script},
    shared::Shared,
};

/// Where a request leaves the script that ends its connection.
type Slot = Arc<Mutex<Option<Script>>>;

/// Makes hyper let go of the connection: what is to be sent is no HTTP answer.
#[derive(Debug, thiserror::Error)]
#[error("a fault takes the connection")]
struct TakenOver;

/// Serves a connection until it is closed, by either side.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let slot = Slot::default();
    let title_case = shared.case == HeaderCase::Title;
    let service = service_fn({
        let slot = Arc::clone(&slot);
        // Boxed, because the connection is polled in place below and must be `Unpin`.
        move |request| Box::pin(respond(request, Arc::clone(&shared), Arc::clone(&slot)))
    });
    let mut connection = http1::Builder::new()
        .auto_date_header(false)
        .title_case_headers(title_case)
        .serve_connection(TokioIo::new(stream), service);
    let mut told = false;
    // Not simply awaited: the socket is wanted back, also when hyper ends with an error.
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
        // An error here is the peer that went away: nothing is left to do.
        _performed = perform(script, stream) => {}
        // Neither a stall nor a peer that does not read keeps the server from stopping.
        () = stopped(&mut stop) => {}
    }
}

async fn respond(
    request: http::Request<Incoming>,
    shared: Arc<Shared>,
    slot: Slot,
) -> Result<http::Response<Full<Bytes>>, TakenOver> {
    let (head, body) = request.into_parts();
    let arrival = shared.arrive(head);
    let reply = match Limited::new(body, shared.body_limit).collect().await {
        Ok(body) => arrival.complete(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => arrival.too_large(),
        Err(_) => None,
    };
    match reply {
        None => Err(TakenOver),
        Some(Reply::Http(answer)) => {
            let mut response = http::Response::new(Full::new(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        }
        Some(Reply::Raw(script)) => {
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

/// Reads, and throws away, until the peer closes.
async fn until_gone(stream: &mut TcpStream) -> io::Result<()> {
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// Returns when the server stops.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error is the server's handle that is gone, which is a stop as well.
    let _ = stop.wait_for(|stopping| *stopping).await;
}
