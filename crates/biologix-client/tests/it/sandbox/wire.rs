//! A client that is nothing but a socket.

use std::{collections::HashMap, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use biologix_client::sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) struct Got {
    pub(crate) status: u16,
    /// By the names as they are on the wire.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body of text")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// Sends one request on its own connection.
pub(crate) async fn send(
    sandbox: &Sandbox,
    line: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Got {
    let address = sandbox.url().strip_prefix("http://").expect("a plain URL");
    let mut stream = TcpStream::connect(address)
        .await
        .expect("a listening server");
    let mut request = format!("{line} HTTP/1.1\r\nHost: sandbox.invalid\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    stream
        .write_all(request.as_bytes())
        .await
        .expect("the server reads the request");
    let mut bytes = Vec::new();
    // A limit against tests that hang; no test is measured by it.
    let read = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut bytes));
    read.await
        .expect("an answer must come")
        .expect("an orderly end");
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
    Got {
        status: status.parse().expect("a number"),
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: bytes[head_end + 4..].to_vec(),
    }
}

pub(crate) async fn open_with(sandbox: &Sandbox, body: &Value) -> Got {
    let headers = [("content-type", "application/json")];
    send(
        sandbox,
        "POST /v2/sessions/open",
        &headers,
        &body.to_string(),
    )
    .await
}

/// Opens a session; returns the value of the `Authorization` header for the next requests.
pub(crate) async fn log_in(sandbox: &Sandbox) -> String {
    let body =
        json!({ "username": sandbox.username(), "password": sandbox.password(), "source": 100 });
    let got = open_with(sandbox, &body).await;
    assert_eq!(got.status, 200);
    let token = got.header("bx-session-token").expect("a token");
    let user_id = got.json()["userId"].as_str().expect("a user id").to_owned();
    format!("basic {}", STANDARD.encode(format!("{user_id}:{token}")))
}

pub(crate) async fn list(sandbox: &Sandbox, authorization: &str, query: &str) -> Got {
    let line = format!("GET /v2/partners/{}/exams{query}", sandbox.partner_id());
    send(sandbox, &line, &[("authorization", authorization)], "").await
}

/// The ids of a page, in its order.
pub(crate) fn ids(page: &Got) -> Vec<String> {
    let exams = page.json();
    let exams = exams.as_array().expect("a bare array");
    exams
        .iter()
        .filter_map(|exam| exam["examId"].as_str())
        .map(str::to_owned)
        .collect()
}
