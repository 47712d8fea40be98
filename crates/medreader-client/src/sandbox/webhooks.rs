//! Sends the webhooks, each over a connection of its own.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST};
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::select;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use url::{Host, Position, Url};

use crate::sandbox::outbox::{Webhook, WebhookEnd, WebhookFault};
use crate::sandbox::records::{Records, Target};
use crate::sandbox::state::Backend;

/// How often the sandbox's clock is read while something waits for it. A test can move it at any
/// time.
const TICK: Duration = Duration::from_millis(5);

/// Sends what is due, as long as the sandbox runs.
pub(super) async fn send(backend: Arc<Backend>) {
    let settings = &backend.settings;
    let mut sending: JoinSet<(Webhook, WebhookEnd)> = JoinSet::new();
    loop {
        while sending.len() < settings.webhook_concurrency
            && let Some((webhook, target)) = backend.with(Records::next_webhook)
        {
            let limit = settings.webhook_timeout;
            sending.spawn(async move {
                let end = post(target, &webhook, limit).await;
                (webhook, end)
            });
        }
        let is_full = sending.len() >= settings.webhook_concurrency;
        let waits_for_clock = !is_full && backend.with(|records| records.waits_for_clock());
        select! {
            Some(ended) = sending.join_next() => {
                // An error is the end of the runtime, or a panic in the task, which has none.
                if let Ok((webhook, end)) = ended {
                    backend.with(|records| records.attempted(webhook, end));
                }
            }
            () = backend.changed.notified() => {}
            () = sleep(TICK), if waits_for_clock => {}
        }
    }
}

/// Sends a webhook once.
async fn post(target: Option<Target>, webhook: &Webhook, limit: Duration) -> WebhookEnd {
    let request = target.and_then(|target| request(target, webhook));
    let Some((request, addresses)) = request else {
        return WebhookEnd::NotSent;
    };
    match timeout(limit, exchange(request, &addresses)).await {
        Ok(Ok(status)) => WebhookEnd::Answered(status),
        Ok(Err(_)) => WebhookEnd::Broken,
        Err(_) => WebhookEnd::TimedOut,
    }
}

/// The request, and the addresses that it may go to. `None` if the URL is not plain http to a
/// loopback host.
fn request(target: Target, webhook: &Webhook) -> Option<(Request<Full<Bytes>>, Vec<SocketAddr>)> {
    let url = Url::parse(&target.url).ok()?;
    let ips = match url.host().filter(|_| url.scheme() == "http")? {
        Host::Ipv4(ip) => vec![IpAddr::V4(ip)],
        Host::Ipv6(ip) => vec![IpAddr::V6(ip)],
        // Not resolved: the name means these two everywhere.
        Host::Domain("localhost") => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        Host::Domain(_) => Vec::new(),
    };
    let port = url.port_or_known_default()?;
    let addresses: Vec<SocketAddr> = ips
        .into_iter()
        .filter(IpAddr::is_loopback)
        .map(|ip| SocketAddr::new(ip, port))
        .collect();
    if addresses.is_empty() {
        return None;
    }
    let mut request = Request::post(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "close");
    if let Some(value) = authorization(target.credentials, webhook.fault) {
        request = request.header(AUTHORIZATION, value);
    }
    let body = if webhook.fault == Some(WebhookFault::BadJson) {
        webhook.body.slice(..webhook.body.len() / 2)
    } else {
        webhook.body.clone()
    };
    Some((request.body(Full::new(body)).ok()?, addresses))
}

/// `Basic` with the tenant's user and password, as documented.
fn authorization(
    credentials: Option<(String, String)>,
    fault: Option<WebhookFault>,
) -> Option<String> {
    let (mut user, mut password) = credentials?;
    match fault {
        Some(WebhookFault::NoCredentials) => return None,
        Some(WebhookFault::WrongUser) => user.push_str("-wrong"),
        Some(WebhookFault::WrongPassword) => password.push_str("-wrong"),
        _ => {}
    }
    let pair = BASE64_STANDARD.encode(format!("{user}:{password}"));
    Some(format!("Basic {pair}"))
}

async fn exchange(
    request: Request<Full<Bytes>>,
    addresses: &[SocketAddr],
) -> io::Result<StatusCode> {
    let stream = TcpStream::connect(addresses).await?;
    let (mut requests, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let mut connection = pin!(connection);
    let mut answer = pin!(requests.send_request(request));
    let answer = select! {
        biased;
        answer = &mut answer => answer,
        // A connection that has ended has the answer by now, or never will.
        _ended = &mut connection => answer.await,
    };
    // Only the status counts. The connection is closed without reading the body.
    answer
        .map(|answer| answer.status())
        .map_err(io::Error::other)
}
