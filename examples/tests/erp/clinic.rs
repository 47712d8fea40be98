//! A fake ERP with its token endpoint and storage, as the vendor's document and `specs/` describe
//! them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::server::{Answer, Request, Server};

pub const CLIENT_ID: &str = "EXAMPLE-CLIENT";
pub const CLIENT_SECRET: &str = "EXAMPLE-SECRET";
pub const TOKEN: &str = "EXAMPLE-TOKEN";

/// A finished file.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub id: u32,
    pub name: String,
    pub content: Vec<u8>,
    pub is_send: bool,
}

/// An upload that was initialized: its name and the bytes sent to its address.
#[derive(Clone)]
pub struct Begun {
    pub name: String,
    pub content: Option<Vec<u8>>,
}

/// A request to the storage.
#[derive(Clone)]
pub struct Transfer {
    pub headers: BTreeMap<String, String>,
    pub content: Vec<u8>,
}

type Rule = dyn Fn(&Request) -> Option<Answer> + Send + Sync;
type After = dyn Fn(&Request, Answer) -> Answer + Send + Sync;

pub struct State {
    /// Where the storage is.
    pub url: String,
    pub files: Vec<Stored>,
    /// The uploads, by the number in their address.
    pub begun: BTreeMap<u32, Begun>,
    pub transfers: Vec<Transfer>,
    /// Whether a name that was initialized is refused until its upload is finished.
    pub reserves: bool,
    next: u32,
    /// If it returns an answer, that is sent instead of the clinic's.
    rule: Arc<Rule>,
    /// Changes the clinic's answers after the request was carried out.
    after: Arc<After>,
}

pub struct Clinic {
    pub server: Server,
    state: Arc<Mutex<State>>,
}

impl Clinic {
    pub fn new() -> Self {
        let state = Arc::new(Mutex::new(State {
            url: String::new(),
            files: Vec::new(),
            begun: BTreeMap::new(),
            transfers: Vec::new(),
            reserves: true,
            next: 100,
            rule: Arc::new(|_| None),
            after: Arc::new(|_, answer| answer),
        }));
        let answering = Arc::clone(&state);
        let server = Server::start(move |request| {
            let rule = Arc::clone(&answering.lock().unwrap().rule);
            if let Some(answer) = rule(request) {
                return answer;
            }
            let mut state = answering.lock().unwrap();
            let answer = state.answer(request);
            (state.after)(request, answer)
        });
        let clinic = Self { server, state };
        clinic.state().url = clinic.server.url.clone();
        clinic
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn set_rule(&self, rule: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static) {
        self.state().rule = Arc::new(rule);
    }

    /// Sets how answers are changed after the request was carried out.
    pub fn set_after(&self, after: impl Fn(&Request, Answer) -> Answer + Send + Sync + 'static) {
        self.state().after = Arc::new(after);
    }

    /// Carries out these requests and holds their answers.
    pub fn hold_after(&self, held: impl Fn(&Request) -> bool + Send + Sync + 'static) {
        self.set_after(move |request, answer| if held(request) { answer.held() } else { answer });
    }

    /// Answers all requests normally again.
    pub fn go_on(&self) {
        self.set_rule(|_| None);
        self.hold_after(|_| false);
        self.server.hold_body(|_| None);
    }

    /// Adds a finished file, as if someone else had uploaded it.
    pub fn put(&self, name: &str, content: &[u8]) -> u32 {
        self.state().finish(name, content)
    }

    pub fn files(&self) -> Vec<Stored> {
        self.state().files.clone()
    }

    /// Checks that exactly this file exists, with this content.
    #[track_caller]
    pub fn has_only(&self, name: &str, content: &[u8]) -> u32 {
        let files = self.files();
        assert_eq!(files.len(), 1, "{:?}", self.server.requests());
        assert_eq!(files[0].name, name);
        assert!(files[0].content == content);
        files[0].id
    }

    /// The requested steps, without token requests.
    pub fn steps(&self) -> Vec<&'static str> {
        let requests = self.server.requests();
        let steps = requests.iter().map(|request| {
            let (method, path) = request.split_once(' ').unwrap();
            step(method, path)
        });
        steps.filter(|step| *step != "token").collect()
    }
}

/// The name of the step that a request makes.
pub fn step(method: &str, path: &str) -> &'static str {
    match method {
        "GET" => "list",
        "PUT" => "transfer",
        "PATCH" => "send",
        "DELETE" => "delete",
        _ if path.ends_with("/connect/token") => "token",
        _ if path.contains("/files/initialize/") => "initialize",
        _ => "finalize",
    }
}

/// Whether a request makes this step.
pub fn is(request: &Request, name: &str) -> bool {
    step(&request.method, &request.path) == name
}

impl State {
    fn finish(&mut self, name: &str, content: &[u8]) -> u32 {
        self.next += 1;
        self.files.push(Stored {
            id: self.next,
            name: name.to_owned(),
            content: content.to_vec(),
            is_send: false,
        });
        self.next
    }

    /// Begins an upload and returns the number in its address.
    fn begin(&mut self, name: &str) -> u32 {
        self.next += 1;
        let begun = Begun {
            name: name.to_owned(),
            content: None,
        };
        self.begun.insert(self.next, begun);
        self.next
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let path = request.path.trim_start_matches('/').to_owned();
        let parts: Vec<_> = path.split('/').collect();
        let is_erp = parts.first() == Some(&"api");
        if is_erp && request.header("authorization") != Some("Bearer EXAMPLE-TOKEN") {
            let header = r#"Bearer error="invalid_token""#;
            return Answer::new(401, "text/plain", "").header("www-authenticate", header);
        }
        let is_post = request.method == "POST";
        if is_post && is_erp && request.header("content-length") != Some("0") {
            return Answer::new(411, "text/plain", "");
        }
        let decoded = |part: &str| percent_decode_str(part).decode_utf8().unwrap().into_owned();
        match (request.method.as_str(), parts.as_slice()) {
            ("POST", ["connect", "token"]) => token(request),
            ("PUT", ["storage", number]) => self.store(request, number),
            (
                _,
                [
                    "api",
                    "erp",
                    "v1",
                    "patients",
                    patient,
                    "analysis",
                    analysis,
                    "files",
                    rest @ ..,
                ],
            ) => {
                if (*patient, *analysis) != ("7", "12") {
                    return Answer::new(404, "text/plain", "");
                }
                match (request.method.as_str(), rest) {
                    ("GET", []) => self.list(),
                    ("POST", ["initialize", name]) => self.initialize(&decoded(name)),
                    ("POST", [name]) => self.finalize(&decoded(name)),
                    ("PATCH", [id]) => self.change(id, |file| {
                        file.is_send = true;
                        true
                    }),
                    ("DELETE", [id]) => self.change(id, |_| false),
                    _ => Answer::new(404, "text/plain", ""),
                }
            }
            _ => Answer::new(404, "text/plain", ""),
        }
    }

    fn list(&self) -> Answer {
        let files: Vec<_> = self.files.iter().map(entry).collect();
        Answer::json(200, Value::from(files).to_string())
    }

    fn initialize(&mut self, name: &str) -> Answer {
        let is_there = self.files.iter().any(|file| file.name == name);
        let is_begun = self.begun.values().any(|begun| begun.name == name);
        if is_there || (is_begun && self.reserves) {
            return Answer::new(
                409,
                "application/problem+json",
                r#"{"title":"Conflict","status":409}"#,
            );
        }
        let number = self.begin(name);
        let address = format!("{}/storage/{number}?sv=2030-01-01&sig=EXAMPLE%3D", self.url);
        Answer::json(200, json!(address).to_string())
    }

    fn store(&mut self, request: &Request, number: &str) -> Answer {
        self.transfers.push(Transfer {
            headers: request.headers.iter().cloned().collect(),
            content: request.body.clone(),
        });
        let begun = number
            .parse()
            .ok()
            .and_then(|number: u32| self.begun.get_mut(&number));
        let (Some(begun), "sv=2030-01-01&sig=EXAMPLE%3D") = (begun, request.query.as_str()) else {
            let body = "<?xml version=\"1.0\"?><Error><Code>AuthenticationFailed</Code></Error>";
            return Answer::new(403, "application/xml", body);
        };
        begun.content = Some(request.body.clone());
        Answer::new(201, "text/plain", "")
    }

    /// A client that finalizes twice gets two files. The fake does not prevent it.
    fn finalize(&mut self, name: &str) -> Answer {
        let mut newest = self.begun.values().rev();
        let begun = newest.find(|begun| begun.name == name);
        match begun.and_then(|begun| begun.content.clone()) {
            Some(content) => {
                self.finish(name, &content);
                Answer::new(200, "text/plain", "")
            }
            None => Answer::new(404, "text/plain", ""),
        }
    }

    /// Changes a file, or removes it and its upload.
    fn change(&mut self, id: &str, keep: impl Fn(&mut Stored) -> bool) -> Answer {
        let place = self.files.iter().position(|file| file.id.to_string() == id);
        let Some(place) = place else {
            return Answer::new(404, "text/plain", "");
        };
        if !keep(&mut self.files[place]) {
            let file = self.files.remove(place);
            self.begun.retain(|_, begun| begun.name != file.name);
        }
        Answer::new(200, "text/plain", "")
    }
}

fn entry(file: &Stored) -> Value {
    json!({"Id": file.id, "FileName": file.name, "IsSend": file.is_send, "DateCr": "2030-01-02T03:04:05.678Z"})
}

fn token(request: &Request) -> Answer {
    let form = String::from_utf8(request.body.clone()).unwrap();
    let field = |name: &str| {
        let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.clone().find(|(key, _)| *key == name)?;
        Some(
            percent_decode_str(value)
                .decode_utf8()
                .unwrap()
                .into_owned(),
        )
    };
    let error = |code: &str| Answer::json(400, json!({"error": code}).to_string());
    if field("client_id").as_deref() != Some(CLIENT_ID)
        || field("client_secret").as_deref() != Some(CLIENT_SECRET)
    {
        return error("invalid_client");
    }
    if field("grant_type").as_deref() != Some("client_credentials") {
        return error("unsupported_grant_type");
    }
    if field("scope").as_deref() != Some("gambit:erp") {
        return error("invalid_scope");
    }
    let token = json!({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"});
    Answer::json(200, token.to_string())
}
