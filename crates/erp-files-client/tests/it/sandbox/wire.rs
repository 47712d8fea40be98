//! Requests to the ERP and its storage over a bare socket.

use erp_files_client::sandbox::Sandbox;
pub(crate) use testing::wire::{Got, raw, send};

pub(crate) const FILES: &str = "/api/erp/v1/patients/7/analysis/12/files";
pub(crate) const BLOCK: (&str, &str) = ("x-ms-blob-type", "BlockBlob");
pub(crate) const FILE: &[u8] = b"%PDF-1.4\nsynthetic\n%%EOF\n";

/// What the tests read of the storage's answers.
pub(crate) trait Xml {
    /// The text of the first XML element of this name.
    fn element(&self, name: &str) -> Option<&str>;
    /// The status, and the code of an XML error.
    fn code(&self) -> (u16, &str);
}

impl Xml for Got {
    fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text().split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0)
    }

    fn code(&self) -> (u16, &str) {
        assert_eq!(self.header("content-type"), Some("application/xml"));
        (self.status, self.element("Code").expect("a code"))
    }
}

/// Calls the ERP with the fixed token, for example `POST /initialize/a.pdf`, at the files of
/// patient 7's analysis 12.
pub(crate) async fn call(sandbox: &Sandbox, line: &str) -> Got {
    call_with(sandbox, line, sandbox.access_token()).await
}

/// The same with another token.
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

/// Starts an upload, and returns the signed URL.
pub(crate) async fn begin(sandbox: &Sandbox, name: &str) -> String {
    let got = call(sandbox, &format!("POST /initialize/{name}")).await;
    assert_eq!(got.status, 200, "{}", got.text());
    got.json().as_str().expect("a JSON string").to_owned()
}

/// Sends a file to a URL.
pub(crate) async fn put(address: &str, headers: &[(&str, &str)], file: &[u8]) -> Got {
    let (server, target) = split(address);
    send(server, &format!("PUT {target}"), headers, file).await
}

/// The server of a URL, and its path with the query.
pub(crate) fn split(address: &str) -> (&str, &str) {
    let slash = address[8..].find('/').expect("a path") + 8;
    address.split_at(slash)
}

/// Uploads a file in its three steps. The name is already encoded.
pub(crate) async fn upload(sandbox: &Sandbox, name: &str, file: &[u8]) {
    let address = begin(sandbox, name).await;
    let stored = put(&address, &[BLOCK], file).await.status;
    assert!(stored == 200 || stored == 201);
    assert_eq!(call(sandbox, &format!("POST /{name}")).await.status, 200);
}
