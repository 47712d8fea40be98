//! A receiver behind `axum` (feature `axum`).

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream, HttpBody as _};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use futures_core::Stream as _;
use http::header::{CONNECTION, EXPECT, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode, Version};
use tokio::time::timeout;
use tracing::Instrument as _;

use super::receiver::refused;
use super::{Outcome, Receiver, WebhookError};

/// How long a body may take by default. Our choice; the documented payload fits into one packet.
pub(super) const BODY_TIMEOUT: Duration = Duration::from_secs(10);

impl Receiver {
    /// How long the body of a delivery to [`router`] may take, from its headers to its last byte; 10 s by default.
    /// Whoever takes longer is answered 408 and cut off. Whoever is refused earlier has his answer at once; what he goes
    /// on sending is thrown away, and after as long again he is cut off.
    ///
    /// ```
    /// use std::time::Duration;
    /// use medreader_client::webhook::{Receiver, Verifier};
    ///
    /// let (receiver, _events) = Receiver::channel(Verifier::new("webhook-user", "EXAMPLE-PASSWORD"), 100);
    /// let receiver = receiver.body_timeout(Duration::from_secs(3));
    /// ```
    #[must_use]
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }
}

/// An `axum` router that serves a receiver at `POST /`; mount it elsewhere with `Router::nest`.
///
/// | answer | when |
/// | --- | --- |
/// | 200 | the handler has returned `Ok` for this event, now or before |
/// | 400 | the body is no webhook payload |
/// | 401 | the credentials are missing or wrong; they are checked before the body is read |
/// | 405 | another method |
/// | 408 | the body took longer than [`Receiver::body_timeout`]; the connection is closed |
/// | 413 | the body is larger than the verifier's limit, by its `Content-Length` (it is then not read) or while it is read |
/// | 503 | the handler failed or panicked, or the store of seen events failed: MedReader may send it again |
///
/// The bodies of the answers are empty. The handler runs in a task of its own and goes on when the sender hangs up,
/// which he does if it takes longer than he waits (how long that is, is not known): when the event is sent again, it is
/// answered from what the first run did. A graceful shutdown of the server waits for the handlers whose sender still
/// waits; the others end with the runtime, and then their events were neither marked nor answered.
///
/// How long a sender may take for the *headers* of a request, and how many connections there may be, is up to the server
/// in front: `axum::serve` sets no limits, a reverse proxy does.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use medreader_client::webhook::{Receiver, Verifier, router};
///
/// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
/// let (receiver, mut events) = Receiver::channel(verifier, 100);
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let address = listener.local_addr()?;
/// let server = tokio::spawn(async { axum::serve(listener, router(receiver)).await });
/// # {
/// #     use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
/// #     let mut stream = tokio::net::TcpStream::connect(address).await?;
/// #     let request = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
/// #         Authorization: Basic d2ViaG9vay11c2VyOkVYQU1QTEUtUEFTU1dPUkQ=\r\n\
/// #         Content-Length: 18\r\n\r\n{\"id\":\"EXAMPLE-1\"}";
/// #     stream.write_all(request.as_bytes()).await?;
/// #     let mut answer = String::new();
/// #     stream.read_to_string(&mut answer).await?;
/// #     assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
/// # }
///
/// let event = events.next().await;
/// # assert_eq!(event.unwrap().id.as_str(), "EXAMPLE-1");
/// # server.abort();
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
pub fn router(receiver: Receiver) -> Router {
    Router::new().route("/", post(answer)).with_state(receiver)
}

async fn answer(State(receiver): State<Receiver>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let closing = Closing(head.version == Version::HTTP_11);
    // The sender waits to be asked for the body, so a refusal leaves nothing to listen to.
    let body_is_coming = !head.headers.contains_key(EXPECT) && !body.is_end_stream();
    let size = body.size_hint().lower();
    let mut body = body.into_data_stream();

    let verifier = receiver.verifier();
    let admissible = verifier
        .check_credentials(&head.headers)
        .and_then(|()| verifier.check_size(size));
    if let Err(error) = admissible {
        if body_is_coming {
            listen_on(body, receiver.body_timeout);
        }
        return closing.respond(refused(error).status());
    }

    match timeout(receiver.body_timeout, read(&receiver, &mut body)).await {
        Ok(Ok(body)) => handle(&receiver, &body).await.into_response(),
        Ok(Err(Unread::Refused(error))) => {
            listen_on(body, receiver.body_timeout);
            closing.respond(refused(error).status())
        }
        Ok(Err(Unread::Broken)) => closing.respond(StatusCode::BAD_REQUEST),
        Err(_) => {
            tracing::info!(status = 408, "the body of a webhook took too long");
            closing.respond(StatusCode::REQUEST_TIMEOUT)
        }
    }
}

async fn handle(receiver: &Receiver, body: &[u8]) -> StatusCode {
    let admitted = match receiver.verifier().read(body) {
        Ok(event) => receiver.admit(event).await,
        Err(error) => Err(refused(error)),
    };
    let outcome = match admitted {
        // A task of its own: a sender who hangs up does not stop the handler, and a panic of it is not ours.
        Ok(admitted) => tokio::spawn(admitted.handle().in_current_span())
            .await
            .unwrap_or_else(|_| {
                tracing::warn!("the handler of a webhook panicked");
                Outcome::HandlerFailed
            }),
        Err(outcome) => outcome,
    };
    outcome.status()
}

/// Why there is no whole body.
enum Unread {
    Refused(WebhookError),
    /// The sender hung up, or what he sends is no HTTP.
    Broken,
}

/// Reads a body of unknown length, no further than its limit.
async fn read(receiver: &Receiver, body: &mut BodyDataStream) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(chunk) = poll_fn(|cx| Pin::new(&mut *body).poll_next(cx)).await {
        let chunk = chunk.map_err(|_| Unread::Broken)?;
        let size = bytes.len() as u64 + chunk.len() as u64;
        receiver
            .verifier()
            .check_size(size)
            .map_err(Unread::Refused)?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Goes on taking in a body that nobody wants: a socket that is closed with unread data resets the connection, and most
/// senders read the answer only after they have sent all.
fn listen_on(mut body: BodyDataStream, time: Duration) {
    tokio::spawn(timeout(time, async move {
        while let Some(Ok(_)) = poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await {}
    }));
}

/// Whether a refusal has to say that the connection ends with it: what is left of the body stands in the way of a next
/// request. HTTP/2 has no such header, and no such trouble.
struct Closing(bool);

impl Closing {
    fn respond(&self, status: StatusCode) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        if self.0 {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = "Basic realm=\"medreader-webhook\", charset=\"UTF-8\"";
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
