//! A Biologix server where every text and number that must not be printed is a marker.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use biologix_client::sandbox::{EXAMS_LIST, REPORTS_GET, SESSIONS_OPEN, Sandbox, Server};
use biologix_client::{BiologixClient, BiologixClientBuilder};
use common_http::sandbox::old::{Route, Vendor};
use common_http::sandbox::{Answer, Request};
use common_http::{HttpOptions, Secret, Store, StoreKey, async_trait};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testing::privacy::{NUMBER, TEXT};

const USER: &str = "MARKERUSER";
const TOKEN: &str = "MARKERTOKEN";

static ROUTES: [Route; 3] = [
    Route::new(SESSIONS_OPEN, Method::POST, "/MARKERBASE/v2/sessions/open"),
    Route::new(
        EXAMS_LIST,
        Method::GET,
        "/MARKERBASE/v2/partners/{partnerId}/exams",
    ),
    Route::new(
        REPORTS_GET,
        Method::GET,
        "/MARKERBASE/v2/exams/{examKey}/files/report.pdf",
    ),
];

/// Answers only with markers, except for the ids of exams.
struct Marked {
    exams: Vec<Value>,
}

impl Vendor for Marked {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn answer(&self, operation: &'static str, request: &Request) -> Answer {
        let answer = match operation {
            SESSIONS_OPEN => {
                let session = json!({ "sessionId": TEXT, "userId": USER, "tokenStart": TEXT, "MARKER 1": TEXT });
                Answer::json(StatusCode::OK, session.to_string()).header("bx-session-token", TOKEN)
            }
            EXAMS_LIST => {
                let offset = request
                    .query("offset")
                    .and_then(|offset| offset.parse().ok())
                    .unwrap_or(0);
                let page: Vec<_> = self.exams.iter().skip(offset).take(100).collect();
                let total = self.exams.len().to_string();
                Answer::json(StatusCode::OK, json!(page).to_string())
                    .header("x-pagination-total", total)
            }
            _ => {
                let pdf = format!("%PDF-1.4 {}", TEXT.repeat(1_000));
                Answer::new(StatusCode::OK).body("application/pdf", pdf)
            }
        };
        answer.header("x-request-id", TEXT).header("x-marker", TEXT)
    }

    fn refusal(&self, status: StatusCode, _request: &Request) -> Answer {
        Answer::json(status, error_body()).header("x-request-id", TEXT)
    }

    fn drift(&self, _operation: &'static str, body: &mut Value) {
        mark(body);
    }
}

/// An error in the vendor's format, with a code that is not on the vendor's list.
pub(super) fn error_body() -> String {
    json!({ "_class": TEXT, "error": "markerCode", "message": TEXT, "path": TEXT }).to_string()
}

/// Marks every text and number except the ids of exams, and adds a marked field to every object.
fn mark(value: &mut Value) {
    match value {
        Value::String(text) => *text = TEXT.to_owned(),
        Value::Number(_) => *value = NUMBER.into(),
        Value::Array(items) => items.iter_mut().for_each(mark),
        Value::Object(members) => {
            let others = members.iter_mut().filter(|(name, _)| *name != "examId");
            others.for_each(|(_, value)| mark(value));
            members.insert("MARKER 1".to_owned(), json!([TEXT, NUMBER]));
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// The exams of a sandbox with markers, some of them with reports, and records that are not exams.
async fn exams() -> Vec<Value> {
    let sandbox = Sandbox::start().await.unwrap();
    let marked = |(index, id): (usize, String)| {
        let mut exam: Value = serde_json::from_str(&sandbox.exam_json(&id).unwrap()).unwrap();
        let status = exam["status"].clone();
        exam["examId"] = format!("EXAM-{index}").into();
        mark(&mut exam);
        if index % 2 == 0 {
            exam["status"] = status;
        }
        exam
    };
    let mut exams: Vec<_> = sandbox
        .exam_ids()
        .into_iter()
        .enumerate()
        .map(marked)
        .collect();
    exams.extend([
        json!(TEXT),
        json!(NUMBER),
        json!({ "MARKER 1": TEXT }),
        json!({ "examId": NUMBER, "patient": { "name": TEXT } }),
        json!({ "examId": "EXAM-A", "patient": TEXT }),
        json!({ "examId": "EXAM-B", "patient": { "name": [TEXT], "MARKER 1": TEXT } }),
        json!({ "examId": "EXAM-C", "status": TEXT }),
        json!({ "examId": "EXAM-D", "result": { "oximetry": { "odi": TEXT } } }),
        json!({ "examId": "EXAM-E", "base": { "symptoms": { "MARKER 1": NUMBER } } }),
        (0..200).fold(json!(TEXT), |inner, _| json!({ "MARKER 1": inner })),
    ]);
    exams
}

pub(super) async fn start() -> Server {
    let vendor = Marked {
        exams: exams().await,
    };
    Server::builder(vendor).start().await.unwrap()
}

pub(super) fn client(server: &Server, http: HttpOptions) -> BiologixClient {
    let builder: BiologixClientBuilder = BiologixClient::builder();
    builder
        .base_url(format!("{}/MARKERBASE", server.url()))
        .credentials("l|MARKER|000001", "MARKERPASSWORD")
        .store(Arc::new(Broken))
        .http(http.user_agent("MARKERAGENT"))
        .build()
        .unwrap()
}

/// A store whose errors contain markers.
struct Broken;

#[async_trait]
impl Store for Broken {
    async fn get(&self, _key: &StoreKey) -> io::Result<Option<Secret>> {
        Err(io::Error::other(TEXT))
    }

    async fn put(&self, _key: &StoreKey, _session: &Secret, _: Option<Duration>) -> io::Result<()> {
        Err(io::Error::other(TEXT))
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool> {
        self.put(key, value, lifetime).await.map(|()| true)
    }

    async fn remove(&self, _: &StoreKey) -> io::Result<()> {
        Ok(())
    }
}
