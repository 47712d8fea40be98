//! A fake sleep centre that follows the vendor's document.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::server::{Answer, Request, Server};

pub const USERNAME: &str = "c|EXAMPLE|000002";
pub const PASSWORD: &str = "EXAMPLE-PASSWORD-2";
pub const PARTNER: &str = "0000002DD";
/// `0000001AA:EXAMPLETOKEN0001` in Base64.
const AUTHORIZATION: &str = "basic MDAwMDAwMUFBOkVYQU1QTEVUT0tFTjAwMDE=";

type Rule = dyn Fn(&Request) -> Option<Answer> + Send + Sync;

pub struct State {
    /// The exams' JSON texts, newest first.
    pub exams: Vec<String>,
    /// The answer for each key. Other keys are not found.
    pub reports: HashMap<String, Answer>,
    /// The maximum page size.
    pub page: usize,
    /// If it returns an answer, that is sent instead of the centre's.
    pub rule: Arc<Rule>,
}

pub struct Centre {
    pub server: Server,
    state: Arc<Mutex<State>>,
}

impl Centre {
    /// A centre with these exams, and with a report for each key.
    pub fn with(exams: impl IntoIterator<Item = String>) -> Self {
        let state = Arc::new(Mutex::new(State {
            exams: Vec::new(),
            reports: HashMap::new(),
            page: 100,
            rule: Arc::new(|_| None),
        }));
        let answering = Arc::clone(&state);
        let server = Server::start(move |request| {
            let rule = Arc::clone(&answering.lock().unwrap().rule);
            rule(request).unwrap_or_else(|| answering.lock().unwrap().answer(request))
        });
        let centre = Self { server, state };
        centre.set_exams(exams);
        centre
    }

    /// A centre with finished exams, whose ids and keys have these numbers.
    pub fn with_done(numbers: impl IntoIterator<Item = u32>) -> Self {
        Self::with(numbers.into_iter().map(done))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn set_exams(&self, exams: impl IntoIterator<Item = String>) {
        let mut state = self.state();
        state.exams = exams.into_iter().collect();
        let keys: Vec<_> = state.exams.iter().filter_map(|exam| key_of(exam)).collect();
        for key in keys {
            let report = Answer::new(200, "application/pdf", pdf(&key));
            state.reports.entry(key).or_insert(report);
        }
    }

    pub fn set_report(&self, key: &str, answer: Answer) {
        self.state().reports.insert(key.to_owned(), answer);
    }

    pub fn set_rule(&self, rule: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static) {
        self.state().rule = Arc::new(rule);
    }

    /// The number of requests that begin like this.
    pub fn count(&self, beginning: &str) -> usize {
        let requests = self.server.requests();
        requests
            .iter()
            .filter(|request| request.starts_with(beginning))
            .count()
    }
}

impl State {
    fn answer(&self, request: &Request) -> Answer {
        let parts: Vec<_> = request.path.trim_start_matches('/').split('/').collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["v2", "sessions", "open"]) => login(request),
            ("GET", ["v2", "partners", partner, "exams"]) => self.list(request, partner),
            ("GET", ["v2", "exams", key, "files", "report.pdf"]) => self.report(request, key),
            _ => error(404, "notFound"),
        }
    }

    fn list(&self, request: &Request, partner: &str) -> Answer {
        if request.header("authorization") != Some(AUTHORIZATION) {
            return error(401, "notAuthenticated");
        }
        if partner != PARTNER {
            return error(403, "notAuthorized");
        }
        let limit = request.number("limit").unwrap_or(self.page).min(self.page);
        let offset = request.number("offset").unwrap_or(0);
        let page: Vec<_> = self
            .exams
            .iter()
            .skip(offset)
            .take(limit)
            .cloned()
            .collect();
        Answer::json(200, format!("[{}]", page.join(",")))
            .header("X-Pagination-Limit", limit)
            .header("X-Pagination-Offset", offset)
            .header("X-Pagination-Total", self.exams.len())
    }

    fn report(&self, request: &Request, key: &str) -> Answer {
        if request.header("authorization").is_some() {
            return error(400, "credentialsThatNobodyAskedFor");
        }
        let key = percent_decode_str(key).decode_utf8().unwrap();
        let report = self.reports.get(&*key).cloned();
        report.unwrap_or_else(|| error(404, "notFound"))
    }
}

fn login(request: &Request) -> Answer {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    if body != json!({"username": USERNAME, "password": PASSWORD, "source": 100}) {
        return error(401, "incorrectPassword");
    }
    let body = json!({
        "sessionId": "EXAMPLE-SESSION",
        "userId": "0000001AA",
        "tokenStart": "2030-01-02T03:04:05Z",
        "mfaVerified": false,
    });
    Answer::json(200, body.to_string()).header("Bx-Session-Token", "EXAMPLETOKEN0001")
}

/// An error in the observed format.
pub fn error(status: u16, code: &str) -> Answer {
    let body = json!({
        "_class": "com.biologix.springbase.core.error.ExampleException",
        "error": code,
    });
    Answer::json(status, body.to_string())
}

pub fn id(number: u32) -> String {
    format!("{number:07}BB")
}

pub fn key(number: u32) -> String {
    format!("EXAMPLEKEY{number}")
}

/// A finished exam whose id and key have this number.
pub fn done(number: u32) -> String {
    exam(&id(number), 6, Some(&key(number)))
}

pub fn exam(id: &str, status: i32, key: Option<&str>) -> String {
    let mut exam = json!({
        "examId": id,
        "status": status,
        "type": 1,
        "patient": {"name": format!("Paciente Ficticio {id}")},
    });
    if let Some(key) = key {
        exam["examKey"] = key.into();
    }
    exam.to_string()
}

fn key_of(exam: &str) -> Option<String> {
    let exam: Value = serde_json::from_str(exam).ok()?;
    exam["examKey"].as_str().map(|key| key.trim().to_owned())
}

/// A report that differs from others in length and content.
pub fn pdf(key: &str) -> Vec<u8> {
    let mut pdf = b"%PDF-1.4\n".to_vec();
    for line in 0..200 {
        pdf.extend_from_slice(format!("% {line} of the report of {key}\n").as_bytes());
    }
    pdf.extend_from_slice(b"%%EOF\n");
    pdf
}
