//! A client that is nothing but a socket.

use std::{collections::HashMap, time::Duration};

use erp_files_client::sandbox::Sandbox;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) const FILES: &str = "/api/erp/v1/patients/7/analysis/12/files";
pub(crate) const BLOCK: (&str, &str) = ("x-ms-blob-type", "BlockBlob");
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

    /// The text of the first such XML element.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text().split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0)
    }

    /// The status, and the code of an XML error.
    pub(crate) fn code(&self) -> (u16, &str) {
        assert_eq!(self.header("content-type"), Some("application/xml"));
        (self.status, self.element("Code").expect("a code"))
    }
}

/// Sends one request on its own connection, with nothing that is not given but `Host` and `Connection`.
pub(crate) async fn raw(server: &str, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Got {
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

/// Sends one request with its length.
pub(crate) async fn send(server: &str, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Got {
    let length = body.len().to_string();
    let headers = [headers, &[("content-length", length.as_str())]].concat();
    raw(server, line, &headers, body).await
}

/// Calls the ERP with the fixed token, for example `POST /initialize/a.pdf` below the files of patient 7's analysis 12.
pub(crate) async fn call(sandbox: &Sandbox, line: &str) -> Got {
    call_with(sandbox, line, sandbox.access_token()).await
}

/// The same with a token.
pub(crate) async fn call_with(sandbox: &Sandbox, line: &str, token: &str) -> Got {
    let (method, end) = line.split_once(' ').expect("a method and a path");
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    send(
        sandbox.url(),
        &format!("{method} {FILES}{end}"),
        &headers,
        b"",
    )
    .await
}

/// Begins an upload in the default shape of the answer; gives the address.
pub(crate) async fn begin(sandbox: &Sandbox, name: &str) -> String {
    let got = call(sandbox, &format!("POST /initialize/{name}")).await;
    assert_eq!(got.status, 200, "{}", got.text());
    got.json().as_str().expect("a JSON string").to_owned()
}

/// Sends a file to an address.
pub(crate) async fn put(address: &str, headers: &[(&str, &str)], file: &[u8]) -> Got {
    let (server, target) = split(address);
    send(server, &format!("PUT {target}"), headers, file).await
}

/// The server of an address, and its path with the query.
pub(crate) fn split(address: &str) -> (&str, &str) {
    let slash = address[8..].find('/').expect("a path") + 8;
    address.split_at(slash)
}

/// Uploads a file in its three steps; the name is encoded already.
pub(crate) async fn upload(sandbox: &Sandbox, name: &str, file: &[u8]) {
    let address = begin(sandbox, name).await;
    let stored = put(&address, &[BLOCK], file).await.status;
    assert!(stored == 200 || stored == 201);
    assert_eq!(call(sandbox, &format!("POST /{name}")).await.status, 200);
}
