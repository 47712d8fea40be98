//! A client that is nothing but a socket: it sends what it is given, right or wrong, and shows what comes as it came.
//!
//! Each request has a connection of its own. `server` is a base URL such as a sandbox's `url()`; `line` a method and a target,
//! for example `GET /v2/sessions`.

use std::collections::HashMap;
use std::io;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::time::soon;

/// An answer.
pub struct Got {
    /// The number of its status.
    pub status: u16,
    /// By the names as they are on the wire.
    pub headers: HashMap<String, String>,
    /// All that follows the head.
    pub body: Vec<u8>,
}

impl Got {
    /// The value of the header that has this very name, as it is on the wire.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as text.
    ///
    /// # Panics
    /// It is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body of text")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// It is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The names of the JSON object that the body is, in its order.
    ///
    /// # Panics
    /// It is no JSON object.
    pub fn keys(&self) -> Vec<String> {
        let json = self.json();
        json.as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    }

    /// Reads all that came on a connection.
    fn read(bytes: &[u8]) -> Self {
        let head_end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .expect("a head");
        let head = std::str::from_utf8(&bytes[..head_end]).expect("a head of text");
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .expect("a status");
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.parse().expect("a number"),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: bytes[head_end + 4..].to_vec(),
        }
    }
}

/// Sends a request with its length and nothing else that is not given but `Host` and `Connection`.
///
/// # Panics
/// Nobody listens, or what comes is no whole answer that ends in order within a minute.
pub async fn send(
    server: &str,
    line: &str,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Got {
    let length = body.as_ref().len().to_string();
    let headers = [headers, &[("Content-Length", length.as_str())]].concat();
    raw(server, line, &headers, body).await
}

/// Sends a request with nothing that is not given but `Host` and `Connection`: without a length, unless one is given.
///
/// # Panics
/// As [`send`].
pub async fn raw(
    server: &str,
    line: &str,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Got {
    let (bytes, end) = exchange(server, line, headers, body.as_ref()).await;
    end.expect("an orderly end");
    Got::read(&bytes)
}

/// Sends a request as [`send`] does; gives all that comes until the connection's end, orderly or not: an answer, a part of
/// one, something else, or nothing.
///
/// # Panics
/// Nobody listens, or there is no end within a minute.
pub async fn send_for_bytes(
    server: &str,
    line: &str,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Vec<u8> {
    let length = body.as_ref().len().to_string();
    let headers = [headers, &[("Content-Length", length.as_str())]].concat();
    let (bytes, _) = exchange(server, line, &headers, body.as_ref()).await;
    bytes
}

/// All that comes until the connection's end, and how it ended: in order, or by a reset.
async fn exchange(
    server: &str,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> (Vec<u8>, io::Result<usize>) {
    let address = server.strip_prefix("http://").expect("a plain URL");
    let mut stream = TcpStream::connect(address)
        .await
        .expect("a listening server");
    let mut request = format!("{line} HTTP/1.1\r\nHost: sandbox.invalid\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let request = [request.as_bytes(), body].concat();
    stream
        .write_all(&request)
        .await
        .expect("the server reads the request");
    let mut bytes = Vec::new();
    let end = soon(stream.read_to_end(&mut bytes)).await;
    (bytes, end)
}
