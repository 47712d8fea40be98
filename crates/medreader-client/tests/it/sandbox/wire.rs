//! A client of MedReader that is nothing but a socket.

use medreader_client::sandbox::{Sandbox, Tenant, User};
use serde_json::{Value, json};
pub(crate) use testing::wire::{Got, send, send_for_bytes};

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");
pub(crate) const PDF: &[u8] = b"%PDF-1.4\nsynthetic\n%%EOF\n";

/// What the tests read of a refusal.
pub(crate) trait Refusal {
    /// The status and the error's word.
    fn error(&self) -> (u16, String);
}

impl Refusal for Got {
    fn error(&self) -> (u16, String) {
        let word = self.json()["error"].as_str().expect("a word").to_owned();
        (self.status, word)
    }
}

pub(crate) async fn log_in_with(sandbox: &Sandbox, tenant: &str, body: &Value) -> Got {
    let headers = [JSON, ("x-tenant-id", tenant)];
    let body = body.to_string();
    send(
        sandbox.url(),
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
        &sandbox.settings.tenant_id,
        &sandbox.settings.email,
        &sandbox.settings.password,
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

/// Another tenant with one user.
pub(crate) fn other_tenant() -> Tenant {
    Tenant {
        users: vec![User::new("b@example.invalid", "EXAMPLE-B")],
        ..Tenant::new("EXAMPLE-TENANT-2")
    }
}

/// Logs in as the one user of the other tenant.
pub(crate) async fn log_in_to_other(sandbox: &Sandbox) -> Caller<'_> {
    log_in_as(
        sandbox,
        "EXAMPLE-TENANT-2",
        "b@example.invalid",
        "EXAMPLE-B",
    )
    .await
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
        send(self.sandbox.url(), &line, &self.headers(), b"").await
    }

    pub(crate) async fn send_json(&self, line: &str, body: &Value) -> Got {
        let [tenant, token] = self.headers();
        let body = body.to_string();
        send(
            self.sandbox.url(),
            line,
            &[JSON, tenant, token],
            body.as_bytes(),
        )
        .await
    }

    pub(crate) async fn create_folder(&self, body: &Value) -> Got {
        self.send_json("POST /api/v1/folders", body).await
    }

    pub(crate) async fn configure(&self, body: &Value) -> Got {
        self.send_json("PUT /api/v1/tenant/configurations", body)
            .await
    }

    /// Sends these bytes as a form.
    pub(crate) async fn send_form(&self, content_type: &str, form: &[u8]) -> Got {
        let [tenant, token] = self.headers();
        let headers = [("content-type", content_type), tenant, token];
        send(
            self.sandbox.url(),
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

    /// Uploads a small PDF, and returns the id of the upload.
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
        "--EXAMPLE-BOUNDARY\r\n\
         Content-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
         Content-Type: {kind}\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n"].concat()
}
