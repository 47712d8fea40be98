//! An example vendor, and a client on a bare socket.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::sandbox::{
    Answer, Request, Route, Server, ServerBuilder, Vendor, add_unknown_fields,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const ADD: &str = "example.things.add";
pub(crate) const GET: &str = "example.things.get";

/// Far more than a socket's buffers hold.
pub(crate) const BIG: usize = 64 << 20;

static ROUTES: [Route; 3] = [
    Route::new(ADD, Method::POST, "/things"),
    Route::new(GET, Method::GET, "/things/{id}"),
    Route::new("example.slash.get", Method::GET, "/slash/"),
];

/// A vendor whose only state is the number of things that were added.
pub(crate) struct Example(pub Arc<AtomicUsize>);

impl Vendor for Example {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn answer(&self, operation: &'static str, request: &Request) -> Answer {
        match operation {
            ADD => {
                let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
                Answer::json(StatusCode::CREATED, json!({ "number": number }).to_string())
            }
            _ if request.arg("id") == "big" => {
                Answer::new(StatusCode::OK).body("text/plain", vec![b'x'; BIG])
            }
            _ if request.arg("id") == "file" => {
                Answer::new(StatusCode::OK).body("text/plain", "no json")
            }
            _ => {
                let about = json!({
                    "id": request.arg("id"),
                    "path": request.raw_path(),
                    "segments": request.segments(),
                    "q": request.query("q"),
                });
                Answer::json(StatusCode::OK, about.to_string()).header("x-example-header", "1")
            }
        }
    }

    fn refusal(&self, status: StatusCode, _request: &Request) -> Answer {
        Answer::json(status, json!({ "refused": status.as_u16() }).to_string())
    }

    fn drift(&self, _operation: &'static str, body: &mut Value) {
        add_unknown_fields(body);
    }
}

pub(crate) fn example() -> (ServerBuilder<Example>, Arc<AtomicUsize>) {
    let added = Arc::new(AtomicUsize::new(0));
    (Server::builder(Example(Arc::clone(&added))), added)
}

pub(crate) async fn start() -> (Server, Arc<AtomicUsize>) {
    let (builder, added) = example();
    (builder.start().await.expect("a free port"), added)
}

/// A time limit for tests that would otherwise hang. No test depends on how long it takes.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what)
        .await
        .expect("it ends within a minute")
}

pub(crate) async fn connect(server: &Server) -> TcpStream {
    let address = server.url().strip_prefix("http://").expect("a plain URL");
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
pub(crate) async fn send(server: &Server, line: &str, body: &str) -> (String, io::Result<()>) {
    let mut stream = connect(server).await;
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
