//! Name resolution and proxies.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use biologix_client::sandbox::Sandbox;
use biologix_client::{BiologixClient, BiologixClientBuilder};
use common_http::{Cause, Delivery, ErrorKind, HttpOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::support::certificates::Authority;
#[cfg(unix)]
use crate::support::child;
use crate::support::front::{Front, address, nobody, tunnel};
use crate::support::{Op, client, eager, sandbox};

/// A host that no DNS knows.
const HOST: &str = "biologix.invalid";

/// A proxy that connects to one address, whatever host is requested.
struct Proxy {
    front: Front,
    /// The first request head of each connection.
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(to: SocketAddr) -> Self {
        Self::answering_connect(to, "200 OK").await
    }

    async fn answering_connect(to: SocketAddr, status: &'static str) -> Self {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&heads);
        let front = Front::start(move |stream| carry(stream, to, status, Arc::clone(&notes)));
        Self {
            front: front.await,
            heads,
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.front.address)
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn carry(
    mut client: TcpStream,
    to: SocketAddr,
    connect_status: &str,
    heads: Arc<Mutex<Vec<String>>>,
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    heads.lock().unwrap().push(text.clone());
    if text.starts_with("CONNECT ") {
        let answer = format!("HTTP/1.1 {connect_status}\r\n\r\n");
        client.write_all(answer.as_bytes()).await?;
        return if connect_status.starts_with("200") {
            tunnel(client, to).await
        } else {
            Ok(())
        };
    }
    let mut server = TcpStream::connect(to).await?;
    server.write_all(&head).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// A client that knows the sandbox only by its host name.
fn by_name(sandbox: &Sandbox, scheme: &str, http: HttpOptions) -> BiologixClient {
    let builder: BiologixClientBuilder = sandbox.client_builder();
    let builder = builder.base_url(format!("{scheme}://{HOST}"));
    builder.http(http.allow_plain_http(true)).build().unwrap()
}

#[tokio::test]
async fn plain_http_goes_through_the_proxy_that_is_set() {
    let sandbox = sandbox().await;
    let proxy = Proxy::start(address(&sandbox)).await;
    let with_user = proxy
        .url()
        .replace("http://", "http://EXAMPLE-USER:EXAMPLE-PASSWORD@");
    let client = by_name(&sandbox, "http", eager().proxy(with_user));
    for op in Op::ALL {
        op.call(&client, &sandbox).await.unwrap();
    }
    let heads = proxy.heads();
    assert!(heads[0].starts_with("POST http://biologix.invalid/v2/sessions/open HTTP/1.1\r\n"));
    // EXAMPLE-USER:EXAMPLE-PASSWORD
    let user = "\r\nproxy-authorization: Basic RVhBTVBMRS1VU0VSOkVYQU1QTEUtUEFTU1dPUkQ=\r\n";
    assert!(
        heads[0]
            .to_ascii_lowercase()
            .contains(&user.to_ascii_lowercase())
    );
    assert_eq!(
        (
            sandbox.count("biologix.exams.list"),
            sandbox.count("biologix.reports.get")
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn https_goes_through_a_tunnel_that_sees_nothing_of_it() {
    let authority = Authority::new();
    let config = authority.certify(HOST).server("http/1.1", None);
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let sandbox = sandbox().await;
    let to = address(&sandbox);
    let tls = Front::start(move |stream| {
        let acceptor = acceptor.clone();
        async move { tunnel(acceptor.accept(stream).await?, to).await }
    })
    .await;
    let proxy = Proxy::start(tls.address).await;
    let http = eager()
        .add_root_certificate(authority.pem())
        .proxy(proxy.url());
    let client = by_name(&sandbox, "https", http);
    for op in Op::ALL {
        op.call(&client, &sandbox).await.unwrap();
    }
    for head in proxy.heads() {
        assert!(
            head.starts_with("CONNECT biologix.invalid:443 HTTP/1.1\r\n"),
            "{head}"
        );
        assert!(
            !head.to_ascii_lowercase().contains("authorization"),
            "{head}"
        );
    }
    assert!(!proxy.heads().is_empty());
}

#[tokio::test]
async fn a_proxy_that_makes_no_connection_is_no_connection() {
    let sandbox = sandbox().await;
    let refusing = [
        "407 Proxy Authentication Required",
        "502 Bad Gateway",
        "403 Forbidden",
    ];
    for status in refusing {
        let proxy = Proxy::answering_connect(address(&sandbox), status).await;
        let client = by_name(&sandbox, "https", eager().proxy(proxy.url()));
        let error = Op::Report.call(&client, &sandbox).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Connect, Delivery::NotSent)
        );
        // The status cannot be told from a passing one, and a wrong password must not be sent again.
        assert_eq!(error.attempts(), 1, "{status}: {error}");
        assert_eq!(error.cause(), Some(Cause::ProxyStatus), "{status}");
        assert_eq!(proxy.heads().len(), 1);
    }
    let gone = format!("http://{}", nobody());
    for scheme in ["http", "https"] {
        let client = by_name(&sandbox, scheme, eager().proxy(gone.clone()));
        let error = Op::Report.call(&client, &sandbox).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Connect, Delivery::NotSent)
        );
    }
    assert_eq!(sandbox.connections(), 0);
}

/// The environment's proxy is used for other hosts, unless the settings forbid or replace it.
///
/// The calls are made in a process of their own, because the environment belongs to a process.
#[cfg(unix)]
#[tokio::test]
async fn the_proxy_of_the_environment() {
    let sandbox = sandbox().await;
    let proxy = Proxy::start(address(&sandbox)).await;
    let url = proxy.url();
    let environment: Vec<_> = ["http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
        .map(|name| (name, url.as_str()))
        .to_vec();
    let shell = "unset no_proxy NO_PROXY";
    child::run(
        "network::in_an_environment_with_a_proxy",
        shell,
        &environment,
    )
    .await;
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1, "one of the calls goes through the proxy");
    assert!(
        heads[0].starts_with("GET http://biologix.invalid/v2/exams/"),
        "{}",
        heads[0]
    );
    assert_eq!(sandbox.count("biologix.reports.get"), 1);
}

#[cfg(unix)]
#[tokio::test]
#[ignore = "started by `the_proxy_of_the_environment`"]
async fn in_an_environment_with_a_proxy() {
    assert!(std::env::var("HTTP_PROXY").is_ok());
    let here = sandbox().await;
    let other = Proxy::start(address(&here)).await;

    // Through the environment's proxy, to the other process's sandbox, which has the same exams.
    Op::Report
        .call(&by_name(&here, "http", eager()), &here)
        .await
        .unwrap();
    assert_eq!(here.requests().len(), 0);

    let direct = eager().resolve(HOST, [address(&here)]).no_proxy();
    for client in [
        client(&here, eager()),
        by_name(&here, "http", direct),
        by_name(&here, "http", eager().proxy(other.url())),
    ] {
        Op::Report.call(&client, &here).await.unwrap();
    }
    assert_eq!((here.requests().len(), other.heads().len()), (3, 1));
}
