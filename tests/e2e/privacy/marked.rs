//! A Biologix server where every text and number that must not be printed is a marker.

use std::io;
use std::sync::Arc;

use biologix_client::{BiologixClient, BiologixClientBuilder, sandbox as biologix};
use common_http::HttpOptions;
use common_http::sandbox::{Answer, Host, Listen, Request, Route, Sandbox, Vendor};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testing::privacy::{NUMBER, TEXT};
use testing::store::FaultyStore;

const USER: &str = "MARKERUSER";
const TOKEN: &str = "MARKERTOKEN";

static ROUTES: [Route<Marked>; 3] = [
    Route::new(
        "biologix.sessions.open",
        Method::POST,
        "/MARKERBASE/v2/sessions/open",
        Marked::open_session,
    ),
    Route::new(
        "biologix.exams.list",
        Method::GET,
        "/MARKERBASE/v2/partners/{partnerId}/exams",
        Marked::list_exams,
    ),
    Route::new(
        "biologix.reports.get",
        Method::GET,
        "/MARKERBASE/v2/exams/{examKey}/files/report.pdf",
        Marked::get_report,
    ),
];

/// Answers only with markers, except for the ids of exams.
pub(super) struct Marked {
    exams: Vec<Value>,
    url: String,
}

impl Marked {
    fn open_session(&self, _request: &Request) -> Answer {
        let session =
            json!({ "sessionId": TEXT, "userId": USER, "tokenStart": TEXT, "MARKER 1": TEXT });
        let answer = Answer::json(StatusCode::OK, session.to_string());
        marked(answer.header("bx-session-token", TOKEN))
    }

    fn list_exams(&self, request: &Request) -> Answer {
        let offset = request
            .query("offset")
            .and_then(|offset| offset.parse().ok())
            .unwrap_or(0);
        let page: Vec<_> = self.exams.iter().skip(offset).take(100).collect();
        let answer = Answer::json(StatusCode::OK, json!(page).to_string());
        marked(answer.header("x-pagination-total", self.exams.len().to_string()))
    }

    fn get_report(&self, _request: &Request) -> Answer {
        let pdf = format!("%PDF-1.4 {}", TEXT.repeat(1_000));
        marked(Answer::new(StatusCode::OK).body("application/pdf", pdf))
    }
}

fn marked(answer: Answer) -> Answer {
    answer.header("x-request-id", TEXT).header("x-marker", TEXT)
}

impl Vendor for Marked {
    type Settings = Vec<Value>;
    type Client = BiologixClient;
    type ClientBuilder = BiologixClientBuilder;

    fn listen(_exams: &Vec<Value>) -> Vec<Listen> {
        vec![Listen::default()]
    }

    fn new(exams: Vec<Value>, host: Host) -> io::Result<Self> {
        let url = format!("{}/MARKERBASE", host.urls.concat());
        Ok(Self { exams, url })
    }

    fn client_builder(&self) -> BiologixClientBuilder {
        BiologixClient::builder()
            .base_url(&self.url)
            .credentials("l|MARKER|000001", "MARKERPASSWORD")
    }

    fn build(builder: BiologixClientBuilder) -> common_http::Result<BiologixClient> {
        builder.build()
    }

    fn routes() -> &'static [Route<Self>] {
        &ROUTES
    }

    fn refusal(&self, status: StatusCode, _request: &Request) -> Answer {
        Answer::json(status, error_body()).header("x-request-id", TEXT)
    }

    fn drift(_operation: &'static str, body: &mut Value) {
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
    let sandbox = biologix::Sandbox::start().await.unwrap();
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

pub(super) async fn start() -> Sandbox<Marked> {
    Sandbox::with(exams().await).await.unwrap()
}

pub(super) fn client(sandbox: &Sandbox<Marked>, http: HttpOptions) -> BiologixClient {
    sandbox
        .client_builder()
        .store(Arc::new(FaultyStore::Broken(TEXT)))
        .http(http.user_agent("MARKERAGENT"))
        .build()
        .unwrap()
}
