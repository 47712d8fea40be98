//! HTTP/2 over TLS: by hyper as long as all goes well, frame by frame for the faults.

use std::io;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use testing::frames::{NO_ERROR, REFUSED_STREAM, go_away, read_request, reset, settings};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use crate::certificates::Authority;
use crate::faults::Fault;
use crate::http1::case_for;
use crate::server::State;

/// The authority's certificate, and a server's settings with a certificate of it.
static TLS: LazyLock<(String, Arc<ServerConfig>)> = LazyLock::new(|| {
    let authority = Authority::new();
    let config = authority.certify("127.0.0.1").server("h2", None);
    (authority.pem(), Arc::new(config))
});

pub(crate) fn acceptor() -> TlsAcceptor {
    TlsAcceptor::from(Arc::clone(&TLS.1))
}

/// The certificate that a client must trust.
pub(crate) fn root() -> &'static str {
    &TLS.0
}

pub(crate) async fn serve(
    stream: TcpStream,
    tls: TlsAcceptor,
    state: Arc<State>,
) -> io::Result<()> {
    let mut stream = tls.accept(stream).await?;
    if let Some((operation, fault)) = state.next_http2_fault() {
        stream.write_all(&settings()).await?;
        read_request(&mut stream).await?;
        state.note(operation, &[], true);
        stream.write_all(&frames(fault)).await?;
        return stream.shutdown().await;
    }
    let service = service_fn(move |request| answer(request, Arc::clone(&state)));
    let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    let serving = server.serve_connection(TokioIo::new(stream), service);
    serving.await.map_err(io::Error::other)
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<State>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let case = case_for(request.method().as_str(), request.uri().path());
    request.into_body().collect().await?;
    let nth = state.note(case.operation.id(), &[], true);
    let status = match state.next_fault(case.operation.id()) {
        Fault::Status(status) => status,
        _ => 200,
    };
    state.answered(nth, Some(status));
    let good = (case.answer)(&state.url);
    let mut response = Response::builder().status(status);
    for (name, value) in good.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Full::from(good.body)).expect("valid headers"))
}

/// The frames of a fault. The client's first request is stream 1.
fn frames(fault: Fault) -> Vec<u8> {
    match fault {
        Fault::GoAwayBelow => go_away(0, NO_ERROR),
        Fault::GoAwayAbove => go_away(1, NO_ERROR),
        Fault::RefusedStream => reset(REFUSED_STREAM),
        other => unreachable!("{other:?} is not of HTTP/2"),
    }
}
