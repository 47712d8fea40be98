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
use http::{HeaderMap, HeaderValue, StatusCode, Version};
use tokio::time::timeout;
use tracing::Instrument as _;

use super::error::WebhookError;
use super::receiver::{Outcome, Receiver, refused};

impl Receiver {
    /// How long a body sent to [`router`] may take, from the headers to the last byte (default 10
    /// s).
    ///
    /// A sender that takes longer is answered 408 and cut off. A sender that is refused earlier
    /// gets its answer at once; what it goes on sending is thrown away, and it is cut off after
    /// this time.
    #[must_use]
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }
}

/// An `axum` router that serves a receiver at `POST /`.
///
/// Mount it elsewhere with `Router::nest_service`, which serves the path with and without a slash at
/// its end. (`Router::nest` knows it only without: with a slash it answers 404, and the events are
/// lost.)
///
/// | answer | when |
/// | --- | --- |
/// | 200 | the handler returned `Ok` for this event, now or before |
/// | 400 | the body is not a webhook payload |
/// | 401 | the credentials are missing or wrong; they are checked before the body is read |
/// | 405 | another method |
/// | 408 | the body took longer than [`Receiver::body_timeout`]; the connection is closed |
/// | 413 | the body is larger than the verifier's limit, by its `Content-Length` or while it is read |
/// | 503 | the handler failed, took too long or panicked: MedReader may send it again |
///
/// The bodies of the answers are empty. The handler runs in a task of its own and goes on when the
/// sender hangs up, which happens if it takes longer than the sender waits (how long is not known).
/// If the event is sent again, the answer is that of the first run. A graceful shutdown of the
/// server waits for the handlers whose sender still waits. The others end with the runtime, and
/// then their events were neither remembered nor answered.
///
/// How long a sender may take for the *headers* of a request, and how many connections there may
/// be, is up to the server: `axum::serve` sets no limits. A reverse proxy does, and so does the
/// example program `medreader`.
///
/// ```
/// use medreader_client::webhook::{Receiver, Verifier, router};
///
/// # #[tokio::main] async fn main() -> std::io::Result<()> {
/// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
/// let (receiver, mut events) = Receiver::channel(verifier, 100);
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let server = tokio::spawn(async { axum::serve(listener, router(receiver)).await });
/// // ... `events.next().await` gives what MedReader sends
/// server.abort();
/// assert_eq!(events.next().await, None);
/// # Ok(()) }
/// ```
pub fn router(receiver: Receiver) -> Router {
    Router::new()
        .route("/", post(answer))
        .route("//", post(answer))
        .with_state(receiver)
}

async fn answer(State(receiver): State<Receiver>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let closing = Closing(head.version == Version::HTTP_11);
    // If the sender waits to be asked for the body, a refusal leaves nothing to drain.
    let body_is_coming = !head.headers.contains_key(EXPECT) && !body.is_end_stream();
    let size = body.size_hint().lower();
    let mut body = body.into_data_stream();

    let verifier = receiver.verifier();
    let admissible = verifier
        .check_credentials(&head.headers)
        .and_then(|()| verifier.check_size(size));
    if let Err(error) = admissible {
        if body_is_coming {
            drain(body, receiver.body_timeout);
        }
        return closing.respond(refused(error).status());
    }

    match timeout(receiver.body_timeout, read(&receiver, &mut body)).await {
        Ok(Ok(body)) => handle(&receiver, &head.headers, &body)
            .await
            .into_response(),
        Ok(Err(Unread::Refused(error))) => {
            drain(body, receiver.body_timeout);
            closing.respond(refused(error).status())
        }
        Ok(Err(Unread::Broken)) => closing.respond(StatusCode::BAD_REQUEST),
        Err(_) => {
            tracing::info!(status = 408, "the body of a webhook took too long");
            closing.respond(StatusCode::REQUEST_TIMEOUT)
        }
    }
}

async fn handle(receiver: &Receiver, headers: &HeaderMap, body: &[u8]) -> StatusCode {
    let admitted = match receiver.verifier().read(headers, body) {
        Ok(event) => receiver.admit(event, body).await,
        Err(error) => Err(refused(error)),
    };
    let outcome = match admitted {
        // A task of its own, so that neither a sender that hangs up nor a panic stops us.
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
    /// The sender hung up, or what it sends is not HTTP.
    Broken,
}

/// Reads a body of unknown length, up to its limit.
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

/// Reads the rest of a body and throws it away.
///
/// A socket that is closed with unread data resets the connection, and most senders read the answer
/// only after they have sent everything.
fn drain(mut body: BodyDataStream, time: Duration) {
    tokio::spawn(timeout(time, async move {
        while let Some(Ok(_)) = poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await {}
    }));
}

/// Whether a refusal has to close the connection: the rest of the body is in the way of a next
/// request. HTTP/2 has neither the header nor the problem.
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
