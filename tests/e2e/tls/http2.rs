//! HTTP/2, as negotiated by ALPN.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use biologix_client::BiologixClient;
use bytes::Bytes;
use common_http::{Delivery, ErrorKind};
use http::{Request, Response, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio_rustls::TlsAcceptor;

use super::HOST;
use crate::support::certificates::Authority;
use crate::support::front::Front;
use crate::support::{eager, soon};

/// The requests so far, and how many of the next streams are reset.
#[derive(Default)]
struct Log {
    requests: Mutex<Vec<(Version, String)>>,
    resets: AtomicUsize,
}

impl Log {
    fn answer(&self, request: &Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let path = request.uri().path().to_owned();
        let (name, value, body) = match path.as_str() {
            "/v2/sessions/open" => (
                "bx-session-token",
                "EXAMPLETOKEN0001",
                r#"{"userId":"0000001AA"}"#,
            ),
            "/v2/partners/0000001DD/exams" => {
                ("x-pagination-total", "1", r#"[{"examId":"0000101BB"}]"#)
            }
            _ => ("content-type", "application/pdf", "%PDF-1.4 EXAMPLE"),
        };
        self.requests
            .lock()
            .unwrap()
            .push((request.version(), path));
        let one_less = |resets: usize| resets.checked_sub(1);
        if self
            .resets
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
            .is_ok()
        {
            return Err(io::Error::other("the stream is reset"));
        }
        let body = Full::new(Bytes::from_static(body.as_bytes()));
        let answer = Response::builder().header(name, value);
        // Gateways add headers of their own: here 20 KB.
        let answer = (0..200).fold(answer, |answer, n| {
            answer.header(format!("x-gateway-{n}"), "EXAMPLE".repeat(12))
        });
        Ok(answer.body(body).unwrap())
    }

    fn paths(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        assert!(
            requests
                .iter()
                .all(|(version, _)| *version == Version::HTTP_2)
        );
        requests.iter().map(|(_, path)| path.clone()).collect()
    }
}

/// Starts a tiny Biologix server that only speaks HTTP/2, and a client of it.
async fn start() -> (Front, Arc<Log>, BiologixClient) {
    let authority = Authority::new();
    let acceptor = TlsAcceptor::from(Arc::new(authority.certify(HOST).server("h2", None)));
    let log = Arc::new(Log::default());
    let notes = Arc::clone(&log);
    let front = Front::start(move |stream| {
        let (acceptor, notes) = (acceptor.clone(), Arc::clone(&notes));
        async move {
            let stream = acceptor.accept(stream).await?;
            let service = service_fn(|request| std::future::ready(notes.answer(&request)));
            hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service)
                .await
                .map_err(io::Error::other)
        }
    })
    .await;
    let client = BiologixClient::builder()
        .base_url(format!("https://{}", front.address))
        .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
        .http(eager().add_root_certificate(authority.pem()))
        .build()
        .unwrap();
    (front, log, client)
}

#[tokio::test]
async fn every_operation() {
    let (_front, log, client) = start().await;
    let page = soon(client.exams(&"0000001DD".into()).list().send())
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.total), (1, Some(1)));
    let report = soon(client.reports().get(&"EXAMPLEKEY1".into()).send())
        .await
        .unwrap();
    assert_eq!(soon(report.bytes()).await.unwrap(), "%PDF-1.4 EXAMPLE");
    assert_eq!(
        log.paths(),
        [
            "/v2/sessions/open",
            "/v2/partners/0000001DD/exams",
            "/v2/exams/EXAMPLEKEY1/files/report.pdf",
        ]
    );
}

/// The connection survives but the request is lost. Its outcome is unknown, as after a broken
/// connection.
#[tokio::test]
async fn a_stream_that_is_reset() {
    let (_front, log, client) = start().await;
    for (resets, attempts) in [(2, 3), (3, 3)] {
        log.requests.lock().unwrap().clear();
        log.resets.store(resets, Ordering::SeqCst);
        let result = soon(client.reports().get(&"EXAMPLEKEY1".into()).send()).await;
        assert_eq!(log.paths().len(), attempts);
        match result {
            Ok(_) => assert!(resets < attempts),
            Err(error) => {
                assert_eq!(resets, attempts);
                assert_eq!(error.kind(), ErrorKind::Interrupted);
                assert_eq!(error.delivery(), Delivery::Unknown);
                assert_eq!(error.attempts(), 3);
            }
        }
    }
}
