//! An example vendor, and a client on a bare socket.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common_http::example;
use common_http::sandbox::{
    self, Answer, Host, Listen, Request, Route, Vendor, add_unknown_fields,
};
use common_http::{Engine, EngineBuilder, Result};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;

pub(crate) const ADD: &str = "example.things.add";
pub(crate) const GET: &str = "example.things.get";
/// At the second address.
pub(crate) const PUT: &str = "example.files.put";

/// Far more than a socket's buffers hold.
pub(crate) const BIG: usize = 64 << 20;

pub(crate) type Sandbox = sandbox::Sandbox<Example>;

/// A vendor with two addresses, whose only state is the number of things that were added.
pub(crate) struct Example {
    urls: Vec<String>,
    added: AtomicUsize,
    work: Mutex<Option<UnboundedSender<()>>>,
}

#[derive(Clone, Default)]
pub(crate) struct Settings {
    pub(crate) listens: [Listen; 2],
    /// The number of things at the start, at most 1,000.
    pub(crate) things: usize,
    /// Gets a message when the vendor's background work begins, and is dropped when it ends.
    pub(crate) work: Option<UnboundedSender<()>>,
}

static ROUTES: [Route<Example>; 4] = [
    Route::new(ADD, Method::POST, "/things", Example::add),
    Route::new(GET, Method::GET, "/things/{id}", Example::get),
    Route::new("example.slash.get", Method::GET, "/slash/", Example::get),
    Route::new(PUT, Method::PUT, "/files/{id}", Example::add).at(1),
];

impl Example {
    pub(crate) fn added(&self) -> usize {
        self.added.load(Ordering::SeqCst)
    }

    pub(crate) fn urls_at_start(&self) -> &[String] {
        &self.urls
    }

    fn add(&self, _request: &Request) -> Answer {
        let number = self.added.fetch_add(1, Ordering::SeqCst) + 1;
        Answer::json(StatusCode::CREATED, json!({ "number": number }).to_string())
    }

    fn get(&self, request: &Request) -> Answer {
        match request.arg("id") {
            "big" => Answer::new(StatusCode::OK).body("text/plain", vec![b'x'; BIG]),
            "file" => Answer::new(StatusCode::OK).body("text/plain", "no json"),
            id => {
                let about = json!({
                    "id": id,
                    "path": request.raw_path(),
                    "segments": request.segments(),
                    "q": request.query("q"),
                });
                Answer::json(StatusCode::OK, about.to_string()).header("x-example-header", "1")
            }
        }
    }
}

impl Vendor for Example {
    type Settings = Settings;
    type Client = Engine;
    type ClientBuilder = EngineBuilder;

    fn listen(settings: &Settings) -> Vec<Listen> {
        settings.listens.to_vec()
    }

    fn new(settings: Settings, host: Host) -> io::Result<Self> {
        if settings.things > 1_000 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "too many"));
        }
        Ok(Self {
            urls: host.urls,
            added: AtomicUsize::new(settings.things),
            work: Mutex::new(settings.work),
        })
    }

    fn client_builder(&self) -> EngineBuilder {
        example::builder(&self.urls[0])
    }

    fn build(builder: EngineBuilder) -> Result<Engine> {
        builder.build()
    }

    fn routes() -> &'static [Route<Self>] {
        &ROUTES
    }

    fn refusal(&self, status: StatusCode, request: &Request) -> Answer {
        let mut refusal = json!({ "refused": status.as_u16() });
        if request.address() > 0 {
            refusal["address"] = request.address().into();
        }
        Answer::json(status, refusal.to_string())
    }

    fn drift(_operation: &'static str, body: &mut Value) {
        add_unknown_fields(body);
    }

    fn background(self: &Arc<Self>) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let work = self.work.lock().unwrap().take()?;
        Some(Box::pin(async move {
            work.send(()).unwrap();
            std::future::pending().await
        }))
    }
}

pub(crate) async fn start() -> Sandbox {
    Sandbox::start().await.expect("a free port")
}

/// Settings whose first address listens like this.
pub(crate) fn listening(listen: Listen) -> Settings {
    Settings {
        listens: [listen, Listen::default()],
        ..Settings::default()
    }
}

/// A time limit for tests that would otherwise hang. No test depends on how long it takes.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what)
        .await
        .expect("it ends within a minute")
}

pub(crate) async fn connect(sandbox: &Sandbox) -> TcpStream {
    connect_to(sandbox.url()).await
}

pub(crate) async fn connect_to(url: &str) -> TcpStream {
    let address = url.strip_prefix("http://").expect("a plain URL");
    TcpStream::connect(address)
        .await
        .expect("a listening server")
}

pub(crate) fn request(line: &str, body: &str) -> String {
    format!(
        "{line} HTTP/1.1\r\nHost: sandbox.invalid\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Reads everything until the server closes, or until the error that ends the connection.
pub(crate) async fn read_all(stream: &mut TcpStream) -> (String, io::Result<()>) {
    let mut bytes = Vec::new();
    let end = soon(stream.read_to_end(&mut bytes)).await.map(drop);
    (String::from_utf8_lossy(&bytes).into_owned(), end)
}

/// Sends a request on a new connection and reads until the server closes.
pub(crate) async fn send(sandbox: &Sandbox, line: &str, body: &str) -> (String, io::Result<()>) {
    let mut stream = connect(sandbox).await;
    stream
        .write_all(request(line, body).as_bytes())
        .await
        .expect("the server reads the request");
    read_all(&mut stream).await
}

/// An answer with its full body. The connection can be used again.
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(key, _)| *key == name))
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

pub(crate) async fn ask(stream: &mut TcpStream, line: &str, body: &str) -> Got {
    stream
        .write_all(request(line, body).as_bytes())
        .await
        .expect("the server reads the request");
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        assert!(
            soon(stream.read_buf(&mut bytes)).await.expect("an answer") > 0,
            "closed within the head"
        );
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).expect("a UTF-8 head");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    let mut got = Got {
        status,
        head,
        body: String::new(),
    };
    let length: usize = got
        .header("content-length")
        .or_else(|| got.header("Content-Length"))
        .and_then(|length| length.parse().ok())
        .expect("a length");
    while bytes.len() < head_end + length {
        assert!(
            soon(stream.read_buf(&mut bytes)).await.expect("an answer") > 0,
            "closed within the body"
        );
    }
    got.body = String::from_utf8(bytes[head_end..].to_vec()).expect("a UTF-8 body");
    assert_eq!(got.body.len(), length);
    got
}
