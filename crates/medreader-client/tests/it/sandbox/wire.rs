//! A client that is nothing but a socket.

use std::{collections::HashMap, time::Duration};

use medreader_client::sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");
pub(crate) const PDF: &[u8] = b"%PDF-1.4\nsynthetic\n%%EOF\n";

/// A limit against tests that hang; no test is measured by it.
pub(crate) async fn within<T>(wait: impl Future<Output = T>) -> T {
    let limited = tokio::time::timeout(Duration::from_secs(60), wait);
    limited.await.expect("it must come to an end")
}

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

    /// The status and the error's word.
    pub(crate) fn error(&self) -> (u16, String) {
        let word = self.json()["error"].as_str().expect("a word").to_owned();
        (self.status, word)
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        let json = self.json();
        json.as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    }
}

/// Sends one request on its own connection.
pub(crate) async fn send(
    sandbox: &Sandbox,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Got {
    let bytes = raw(sandbox, line, headers, body).await;
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

/// Sends one request on its own connection; returns all that comes until its end, orderly or not.
pub(crate) async fn raw(
    sandbox: &Sandbox,
    line: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
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
    // An error is a reset, which some faults are.
    let _ = within(stream.read_to_end(&mut bytes)).await;
    bytes
}

pub(crate) async fn log_in_with(sandbox: &Sandbox, tenant: &str, body: &Value) -> Got {
    let headers = [JSON, ("x-tenant-id", tenant)];
    let body = body.to_string();
    send(
        sandbox,
        "POST /api/v1/auth/login",
        &headers,
        body.as_bytes(),
    )
    .await
}

/// Somebody who is logged in.
pub(crate) struct Caller<'a> {
    sandbox: &'a Sandbox,
    tenant: String,
    pub(crate) authorization: String,
}

/// Logs in as the sandbox's first user.
pub(crate) async fn log_in(sandbox: &Sandbox) -> Caller<'_> {
    log_in_as(
        sandbox,
        sandbox.tenant_id(),
        sandbox.email(),
        sandbox.password(),
    )
    .await
}

pub(crate) async fn log_in_as<'a>(
    sandbox: &'a Sandbox,
    tenant: &str,
    email: &str,
    password: &str,
) -> Caller<'a> {
    let body = json!({ "email": email, "password": password });
    let got = log_in_with(sandbox, tenant, &body).await;
    assert_eq!(got.status, 200, "{}", got.text());
    let token = got.json()["token"].as_str().expect("a token").to_owned();
    Caller {
        sandbox,
        tenant: tenant.to_owned(),
        authorization: format!("Bearer {token}"),
    }
}

impl Caller<'_> {
    fn headers(&self) -> [(&str, &str); 2] {
        [
            ("x-tenant-id", &self.tenant),
            ("authorization", &self.authorization),
        ]
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        let line = format!("GET {path}");
        send(self.sandbox, &line, &self.headers(), b"").await
    }

    pub(crate) async fn send_json(&self, line: &str, body: &Value) -> Got {
        let [tenant, token] = self.headers();
        let body = body.to_string();
        send(self.sandbox, line, &[JSON, tenant, token], body.as_bytes()).await
    }

    pub(crate) async fn create_folder(&self, body: &Value) -> Got {
        self.send_json("POST /api/v1/folders", body).await
    }

    pub(crate) async fn configure(&self, body: &Value) -> Got {
        self.send_json("PUT /api/v1/tenant/configurations", body)
            .await
    }

    /// Sends a form's bytes as they are.
    pub(crate) async fn send_form(&self, content_type: &str, form: &[u8]) -> Got {
        let [tenant, token] = self.headers();
        let headers = [("content-type", content_type), tenant, token];
        send(
            self.sandbox,
            "POST /api/v1/prescription-files",
            &headers,
            form,
        )
        .await
    }

    pub(crate) async fn upload_as(
        &self,
        folder_id: &str,
        name: &str,
        kind: &str,
        content: &[u8],
    ) -> Got {
        let form = [
            field("folder_id", folder_id),
            file("file", name, kind, content),
            END.to_vec(),
        ];
        self.send_form(FORM, &form.concat()).await
    }

    /// Uploads a small PDF; returns the upload's id.
    pub(crate) async fn upload(&self, folder_id: &str) -> String {
        let got = self
            .upload_as(folder_id, "receita-ficticia.pdf", "application/pdf", PDF)
            .await;
        assert_eq!(got.status, 202, "{}", got.text());
        got.json()["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn result(&self, id: &str) -> Got {
        self.get(&format!("/api/v1/prescriptions/{id}/result"))
            .await
    }

    pub(crate) async fn results(&self, folder_id: &str) -> Got {
        self.get(&format!(
            "/api/v1/prescriptions/results?folder-id={folder_id}"
        ))
        .await
    }
}

pub(crate) const FORM: &str = "multipart/form-data; boundary=EXAMPLE-BOUNDARY";
pub(crate) const END: &[u8] = b"--EXAMPLE-BOUNDARY--\r\n";

pub(crate) fn field(name: &str, value: &str) -> Vec<u8> {
    format!(
        "--EXAMPLE-BOUNDARY\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
    )
    .into_bytes()
}

pub(crate) fn file(name: &str, file_name: &str, kind: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--EXAMPLE-BOUNDARY\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
         Content-Type: {kind}\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n"].concat()
}
