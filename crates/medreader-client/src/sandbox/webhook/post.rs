//! One webhook over one connection.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::pin,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    Request, StatusCode,
    header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST},
};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, select, time::timeout};
use url::{Host, Url};

use super::{
    DeliveryOutcome, WebhookFault,
    outbox::{Job, Target},
};

/// Sends a webhook once.
pub(super) async fn post(target: Option<Target>, job: &Job, limit: Duration) -> DeliveryOutcome {
    let Some(target) = target else {
        return DeliveryOutcome::NotSent;
    };
    let Some((request, addresses)) = request(target, job) else {
        return DeliveryOutcome::NotSent;
    };
    match timeout(limit, exchange(request, &addresses)).await {
        Ok(Ok(status)) => DeliveryOutcome::Answered(status),
        Ok(Err(_)) => DeliveryOutcome::Broken,
        Err(_) => DeliveryOutcome::TimedOut,
    }
}

/// The request and the addresses that it may go to; none for a URL that is not plain http to a loopback host.
fn request(target: Target, job: &Job) -> Option<(Request<Full<Bytes>>, Vec<SocketAddr>)> {
    let url = Url::parse(&target.url).ok()?;
    let ips = match url.host().filter(|_| url.scheme() == "http")? {
        Host::Ipv4(ip) => vec![IpAddr::V4(ip)],
        Host::Ipv6(ip) => vec![IpAddr::V6(ip)],
        // Nothing is looked up: the name stands for these two everywhere.
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
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut request = Request::post(path)
        .header(HOST, authority)
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "close");
    if let Some(value) = authorization(target.credentials, job.fault) {
        request = request.header(AUTHORIZATION, value);
    }
    let sent = match job.fault {
        Some(WebhookFault::BadJson) => job.body.slice(..job.body.len() / 2),
        _ => job.body.clone(),
    };
    Some((request.body(Full::new(sent)).ok()?, addresses))
}

/// `Basic` with the tenant's user and password, as the document has it.
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
    Some(format!(
        "Basic {}",
        STANDARD.encode(format!("{user}:{password}"))
    ))
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
    // Only the status counts: the connection goes away with whatever body there is.
    answer
        .map(|answer| answer.status())
        .map_err(io::Error::other)
}
