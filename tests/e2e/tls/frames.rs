//! HTTP/2 frame by frame: how a server reports requests that it did not process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common_http::{Body, Delivery, Engine, ErrorKind, HttpOptions, Operation, Profile};
use testing::frames::{
    CANCEL, NO_ERROR, REFUSED_STREAM, begun, go_away, read_request, reset, settings, success,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use super::HOST;
use crate::support::certificates::Authority;
use crate::support::front::Front;
use crate::support::{eager, soon};

static VENDOR: Profile = Profile::new("example", "example/0");
static ORDER: Operation = Operation::post("example.orders.create", "/orders").public();

/// Starts a server, and a client of it. The server's first connections answer their first request
/// with these frames and close; later connections answer 200.
async fn start(says: Vec<u8>, times: usize) -> (Front, Arc<AtomicUsize>, Engine) {
    let authority = Authority::new();
    let acceptor = TlsAcceptor::from(Arc::new(authority.certify(HOST).server("h2", None)));
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    let front = Front::start(move |stream| {
        let (acceptor, says) = (acceptor.clone(), says.clone());
        let is_late = count.fetch_add(1, Ordering::SeqCst) >= times;
        async move {
            let mut stream = acceptor.accept(stream).await?;
            stream.write_all(&settings()).await?;
            read_request(&mut stream).await?;
            if !is_late {
                stream.write_all(&says).await?;
                return stream.shutdown().await;
            }
            stream.write_all(&success()).await?;
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.map(drop)
        }
    })
    .await;
    let http = eager().add_root_certificate(authority.pem());
    let engine = engine(&front, http);
    (front, connections, engine)
}

fn engine(front: &Front, http: HttpOptions) -> Engine {
    let builder = Engine::builder(&VENDOR, format!("https://{}", front.address));
    builder.http(http).build().unwrap()
}

/// A request that the server did not process is sent again, even an order. Its outcome is known
/// even if all attempts fail.
#[tokio::test]
async fn a_request_that_was_not_processed_is_sent_again() {
    for says in [go_away(0, NO_ERROR), go_away(0, 11), reset(REFUSED_STREAM)] {
        let (_front, connections, engine) = start(says.clone(), 2).await;
        let answer = soon(engine.request(&ORDER).send()).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.attempts()), (200, 3));
        assert!(connections.load(Ordering::SeqCst) >= 1);
        let (_front, _, engine) = start(says, usize::MAX).await;
        let error = soon(engine.request(&ORDER).send()).await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::NotSent, "{error}");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 4));
    }
}

/// A stream at or below the last one may have been processed.
#[tokio::test]
async fn a_request_that_may_have_been_processed_has_an_unknown_outcome() {
    for says in [go_away(1, NO_ERROR), go_away(1, 2), reset(CANCEL)] {
        let authority = Authority::new();
        let acceptor = TlsAcceptor::from(Arc::new(authority.certify(HOST).server("h2", None)));
        let front = Front::start(move |stream| {
            let (acceptor, says) = (acceptor.clone(), says.clone());
            async move {
                let mut stream = acceptor.accept(stream).await?;
                stream.write_all(&settings()).await?;
                read_request(&mut stream).await?;
                stream.write_all(&says).await?;
                stream.shutdown().await
            }
        })
        .await;
        let engine = engine(&front, eager().add_root_certificate(authority.pem()));
        let error = soon(engine.request(&ORDER).send()).await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
        assert_eq!(error.attempts(), 1);
    }
}

/// No end of a stream but its own makes an answer complete, and an answer that has begun was not
/// refused before it was processed, whatever the server says.
#[tokio::test]
async fn an_answer_that_is_cut_off_has_an_unknown_outcome() {
    for end in [
        reset(NO_ERROR),
        reset(CANCEL),
        reset(REFUSED_STREAM),
        go_away(0, NO_ERROR),
        go_away(0, 11),
        go_away(1, NO_ERROR),
    ] {
        for body in ["", "{}", "{\"a\":"] {
            let says = [begun(body.as_bytes()), end.clone()].concat();
            let (_front, connections, engine) = start(says, usize::MAX).await;
            let error = soon(engine.request(&ORDER).send()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{end:?} {body}");
            assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 1));
            assert_eq!(connections.load(Ordering::SeqCst), 1);
        }
    }
}

/// The whole answer arrives before any of the body.
#[tokio::test]
async fn a_success_before_the_body_is_an_error() {
    let (_front, _, engine) = start(success(), usize::MAX).await;
    let body = Body::from(vec![7; 1 << 20]);
    let request = engine.request(&ORDER).raw_body(body);
    let error = soon(request.send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 1));
}
