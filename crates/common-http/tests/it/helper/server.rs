//! A server on a bare socket, which can do what no HTTP library does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use common_http::{Engine, HttpOptions, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::VENDOR;

/// A request as it was on the wire.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Request line and headers, without the empty line.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// The number of the connection, from 0.
    pub(crate) connection: usize,
}

impl Seen {
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Starts a server that handles each connection with this function.
    pub(crate) async fn start<F, Fut>(handle: F) -> Self
    where
        F: Fn(Connection) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let log = Arc::clone(&seen);
        let connections = AtomicUsize::new(0);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(handle(Connection {
                    stream,
                    number: connections.fetch_add(1, Ordering::SeqCst),
                    seen: Arc::clone(&log),
                }));
            }
        });
        Self { url, seen, task }
    }

    /// Starts a server that answers each request with these bytes and keeps the connection open.
    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |mut connection| {
            let answer = answer.clone();
            async move {
                while connection.request().await.is_some() {
                    connection.send(&answer).await;
                }
            }
        })
        .await
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// A client of this server that sends each call once.
    pub(crate) fn client(&self) -> Engine {
        self.client_with(HttpOptions::default())
    }

    /// The same with other settings.
    pub(crate) fn client_with(&self, options: HttpOptions) -> Engine {
        self.client_that_repeats(options.retry(RetryPolicy::never()))
    }

    pub(crate) fn client_that_repeats(&self, options: HttpOptions) -> Engine {
        let builder = Engine::builder(&VENDOR, self.url.as_str());
        builder.http(options).build().unwrap()
    }
}

pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    pub(crate) number: usize,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Connection {
    /// Reads the head of the next request. `None` if the client has closed.
    pub(crate) async fn head(&mut self) -> Option<Seen> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.ok()?);
        }
        Some(Seen {
            head: String::from_utf8(head).unwrap().trim_end().to_owned(),
            body: Vec::new(),
            connection: self.number,
        })
    }

    /// Reads the next request, except for a chunked body. `None` if the client has closed.
    pub(crate) async fn request(&mut self) -> Option<()> {
        let mut seen = self.head().await?;
        let length = seen
            .header("content-length")
            .map_or(0, |value| value.parse().unwrap());
        seen.body = vec![0; length];
        self.stream.read_exact(&mut seen.body).await.ok()?;
        self.seen.lock().unwrap().push(seen);
        Some(())
    }

    /// Sends bytes unchanged. A client that no longer reads is ignored.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Resets the connection: RST instead of FIN.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Sends nothing more until the client closes the connection.
    pub(crate) async fn hold(mut self) {
        let mut rest = [0; 1024];
        while self.stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    }
}

/// An answer with this body and its length.
pub(crate) fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
