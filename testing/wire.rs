//! A client on a bare socket. It sends exactly what it is given, valid or not, and returns the
//! answer unchanged.
//!
//! Each request has its own connection. `server` is a base URL such as a sandbox's `url()`; `line`
//! is a method and a target, for example `GET /v2/sessions`.

use std::collections::HashMap;
use std::io;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::time::soon;

/// An answer.
pub struct Got {
    /// The status code.
    pub status: u16,
    /// The headers, with their names as on the wire.
    pub headers: HashMap<String, String>,
    /// Everything after the head.
    pub body: Vec<u8>,
}

impl Got {
    /// The value of the header with exactly this name, as on the wire.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The body as text.
    ///
    /// # Panics
    /// It is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a UTF-8 body")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// It is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The field names of the body, a JSON object, in their order.
    ///
    /// # Panics
    /// It is not a JSON object.
    pub fn keys(&self) -> Vec<String> {
        let json = self.json();
        json.as_object()
            .expect("a JSON object")
            .keys()
            .cloned()
            .collect()
    }

    /// Parses everything received on a connection.
    fn read(bytes: &[u8]) -> Self {
        let head_end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .expect("a head");
        let head = std::str::from_utf8(&bytes[..head_end]).expect("a UTF-8 head");
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

/// Sends a request. Adds only `Content-Length`, `Host` and `Connection` to the given headers.
///
/// # Panics
/// No server listens, or no complete answer and orderly end arrives within a minute.
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

/// Sends a request. Adds only `Host` and `Connection`, so it has a length only if one is given.
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

/// Sends a request like [`send`] and returns all bytes until the connection ends.
///
/// The end may be orderly or not, and the bytes an answer, a part of one, anything else or nothing.
///
/// # Panics
/// No server listens, or the connection does not end within a minute.
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

/// Returns all bytes until the connection ends, and how it ended: in order or by a reset.
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
