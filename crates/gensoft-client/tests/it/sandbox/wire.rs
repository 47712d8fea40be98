//! A client of the sandbox that is only a socket.

use gensoft_client::sandbox::Sandbox;
pub(crate) use testing::wire::{Got, send};

pub(crate) const KEY: &str = "EXAMPLE-API-KEY";
pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");
pub(crate) const PDF: (&str, &str) = ("content-type", "application/pdf");
pub(crate) const NAMED: (&str, &str) =
    ("content-disposition", "attachment; filename=\"laudo.pdf\"");
pub(crate) const FILE: &[u8] = b"%PDF-1.4\nsynthetic\n%%EOF\n";

/// Reads a refusal.
pub(crate) trait Refusal {
    /// The status and the text of `{"detail": "..."}`.
    fn detail(&self) -> (u16, String);
    /// The status and the names of `{"field": ["..."]}`.
    fn fields(&self) -> (u16, Vec<String>);
}

impl Refusal for Got {
    fn detail(&self) -> (u16, String) {
        let detail = self.json()["detail"].as_str().map(str::to_owned);
        (self.status, detail.expect("a detail"))
    }

    fn fields(&self) -> (u16, Vec<String>) {
        let json = self.json();
        let fields = json.as_object().expect("an object");
        let with_texts = fields.values().all(|texts| texts[0].is_string());
        assert!(with_texts, "{json}");
        (self.status, fields.keys().cloned().collect())
    }
}

/// Sends an attendance with the sandbox's own key.
pub(crate) async fn attend(sandbox: &Sandbox, body: &str) -> Got {
    let headers = [JSON, ("authorization", sandbox.api_key())];
    send(
        sandbox.url(),
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
    send(sandbox.url(), &line, &headers, FILE).await
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
    send(sandbox.url(), line, &headers, form).await
}
