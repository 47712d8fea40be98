//! A fake MedReader server that accepts the right tenant and credentials, and answers as a test
//! says.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::server::{Answer, Request, Server};

pub const TENANT: &str = "EXAMPLE-TENANT";
pub const EMAIL: &str = "user@clinic.example";
pub const PASSWORD: &str = "EXAMPLE-PASSWORD";
pub const FOLDER: &str = "00000000-0000-4000-8000-00000000000a";
pub const UPLOAD: &str = "00000000-0000-4000-8000-000000000001";
const TOKEN: &str = "EXAMPLE-TOKEN";

/// A request: `GET /path?query`, and the body.
pub type Asked = (String, Vec<u8>);

pub struct Vendor {
    pub server: Server,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Vendor {
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::with_user(json!({"id": "EXAMPLE-USER"}), answer)
    }

    /// A vendor whose login answers with this user.
    pub fn with_user(
        user: Value,
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let server = Server::start(move |request| {
            if request.path == "/api/v1/auth/login" {
                return login(request, &user);
            }
            let query = match request.query.as_str() {
                "" => String::new(),
                query => format!("?{query}"),
            };
            let line = format!("{} {}{query}", request.method, request.path);
            log.lock().unwrap().push((line, request.body.clone()));
            let bearer = request.header("authorization");
            if bearer != Some(&format!("Bearer {TOKEN}"))
                || request.header("x-tenant-id") != Some(TENANT)
            {
                return error(401, "unauthorized");
            }
            answer(request)
        });
        Self { server, asked }
    }

    /// All requests except logins.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The only request except logins.
    #[track_caller]
    pub fn asked_once(&self) -> Asked {
        let mut asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.remove(0)
    }
}

fn login(request: &Request, user: &Value) -> Answer {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    if request.header("x-tenant-id") != Some(TENANT) {
        return error(401, "tenant_invalid");
    }
    if body != json!({"email": EMAIL, "password": PASSWORD}) {
        return error(401, "invalid_credentials");
    }
    let session = json!({"token": TOKEN, "token_type": "Bearer", "expires_in": 3600, "user": user});
    Answer::json(200, session.to_string())
}

/// An error, whose message is marked.
pub fn error(status: u16, code: &str) -> Answer {
    let body = json!({"error": code, "message": "MARKER"});
    Answer::json(status, body.to_string())
}

/// A vendor that accepts an upload and gives these answers for the folder's results and one result.
pub fn processing(
    listed: impl Fn() -> Value + Send + Sync + 'static,
    result: impl Fn(&str) -> Answer + Send + Sync + 'static,
) -> Vendor {
    Vendor::start(move |request| {
        let of_one = request
            .path
            .strip_prefix("/api/v1/prescriptions/")
            .and_then(|rest| rest.strip_suffix("/result"));
        match (request.path.as_str(), of_one) {
            ("/api/v1/prescription-files", _) => {
                Answer::json(202, json!({"id": UPLOAD, "folder_id": FOLDER}).to_string())
            }
            ("/api/v1/prescriptions/results", _) => Answer::json(
                200,
                json!({"folder_id": FOLDER, "results": listed()}).to_string(),
            ),
            (_, Some(id)) => result(id),
            _ => error(404, "not_here"),
        }
    })
}
