//! A client that is nothing but a socket.

use std::{collections::HashMap, time::Duration};

use gensoft_client::sandbox::Sandbox;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) const KEY: &str = "EXAMPLE-API-KEY";
pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");
pub(crate) const PDF: (&str, &str) = ("content-type", "application/pdf");
pub(crate) const NAMED: (&str, &str) =
    ("content-disposition", "attachment; filename=\"laudo.pdf\"");
pub(crate) const FILE: &[u8] = b"%PDF-1.4\nsynthetic\n%%EOF\n";

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

    /// The status and the text of `{"detail": "..."}`.
    pub(crate) fn detail(&self) -> (u16, String) {
        let detail = self.json()["detail"].as_str().map(str::to_owned);
        (self.status, detail.expect("a detail"))
    }

    /// The status and the names of `{"field": ["..."]}`.
    pub(crate) fn fields(&self) -> (u16, Vec<String>) {
        let json = self.json();
        let fields = json.as_object().expect("an object");
        let with_texts = fields.values().all(|texts| texts[0].is_string());
        assert!(with_texts, "{json}");
        (self.status, fields.keys().cloned().collect())
    }
}

/// Sends one request on its own connection, with its length and nothing else that is not given.
pub(crate) async fn send(
    sandbox: &Sandbox,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Got {
    let address = sandbox.url().strip_prefix("http://").expect("a plain URL");
    let mut stream = TcpStream::connect(address)
        .await
        .expect("a listening server");
    let mut request = format!("{line} HTTP/1.1\r\nHost: sandbox.invalid\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let request = [request.as_bytes(), body].concat();
    stream
        .write_all(&request)
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

/// Sends an attendance with the sandbox's own key.
pub(crate) async fn attend(sandbox: &Sandbox, body: &str) -> Got {
    let headers = [JSON, ("authorization", sandbox.api_key())];
    send(
        sandbox,
        "POST /api/v1/attendance/",
        &headers,
        body.as_bytes(),
    )
    .await
}

/// Uploads a report as the body itself, to what follows `execution/`.
pub(crate) async fn upload(sandbox: &Sandbox, end: &str) -> Got {
    let headers = [PDF, NAMED, ("authorization", sandbox.api_key())];
    let line = format!("PUT /api/v1/results/upload/execution/{end}");
    send(sandbox, &line, &headers, FILE).await
}

/// The body of a form of one file.
pub(crate) fn form(field: &str, file_name: Option<&str>, file: &[u8]) -> Vec<u8> {
    let name = file_name.map_or_else(String::new, |name| format!("; filename=\"{name}\""));
    let head = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"{field}\"{name}\r\nContent-Type: application/pdf\r\n\r\n"
    );
    [head.as_bytes(), file, b"\r\n--XX--\r\n"].concat()
}

/// Uploads a form to execution 10.
pub(crate) async fn upload_form(sandbox: &Sandbox, form: &[u8]) -> Got {
    let headers = [
        ("content-type", "multipart/form-data; boundary=XX"),
        ("authorization", sandbox.api_key()),
    ];
    let line = "PUT /api/v1/results/upload/execution/10";
    send(sandbox, line, &headers, form).await
}
