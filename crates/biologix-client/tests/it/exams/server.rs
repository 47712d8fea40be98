//! A list that changes, fails and throttles as a script says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeRequest, FakeTransport, TransportError};

use crate::support::{LOGIN, authorization, header, opened, refusal};

/// An exam of the list. Its version changes with its text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) id: u32,
    pub(super) version: u32,
}

/// What happens at one request for a page.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    /// How many exams are issued, at the front, before the page is made.
    pub(super) issued: usize,
    /// Which exams vanish and change before that, by place in thousandths of the list.
    pub(super) removed: Vec<usize>,
    pub(super) changed: Vec<usize>,
    /// The server's own limit of this page.
    pub(super) cap: usize,
    /// Whether the pagination headers are there.
    pub(super) headers: bool,
    pub(super) fault: Option<Fault>,
}

impl Turn {
    pub(super) const CALM: Self = Self {
        issued: 0,
        removed: Vec::new(),
        changed: Vec::new(),
        cap: usize::MAX,
        headers: true,
        fault: None,
    };
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Unreachable,
    Reset,
    CutBody,
    Failed,
    Unavailable,
    Throttled(Option<u64>),
    /// The session ends.
    Expired,
    Forbidden,
    NoJson,
}

struct State {
    entries: Vec<Entry>,
    issued: u32,
    turns: VecDeque<Turn>,
    logins: u32,
    token: String,
}

/// The list and its script: one turn per request, and calm ones after the last.
pub(super) struct Server(Mutex<State>);

impl Server {
    pub(super) fn new(length: u32, turns: Vec<Turn>) -> Arc<Self> {
        let entries = (0..length).map(|id| Entry { id, version: 0 }).collect();
        Arc::new(Self(Mutex::new(State {
            entries,
            issued: length,
            turns: turns.into(),
            logins: 0,
            token: String::new(),
        })))
    }

    pub(super) fn network(self: &Arc<Self>) -> Arc<FakeTransport> {
        let server = self.clone();
        FakeTransport::new(move |request| server.answer(request))
    }

    /// What is listed now.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap().entries.clone()
    }

    fn answer(&self, request: &FakeRequest) -> FakeAnswer {
        let mut state = self.0.lock().unwrap();
        if request.target == LOGIN {
            state.logins += 1;
            state.token = format!("EXAMPLETOKEN{:04}", state.logins);
            return opened().header("bx-session-token", &state.token);
        }
        if header(request, "authorization") != Some(&authorization(&state.token)) {
            return refusal(401, "exampleCode");
        }
        let turn = state.turns.pop_front().unwrap_or(Turn::CALM);
        state.drift(&turn);
        match turn.fault {
            None => state.page(request, &turn),
            Some(Fault::Unreachable) => {
                FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused))
            }
            Some(Fault::Reset) => FakeAnswer::error(TransportError::Interrupted),
            Some(Fault::CutBody) => state.page(request, &turn).cut(),
            Some(Fault::Failed) => FakeAnswer::status(500),
            Some(Fault::Unavailable) => FakeAnswer::status(503).header("retry-after", "7"),
            Some(Fault::Throttled(None)) => refusal(429, "tooManyRequests"),
            Some(Fault::Throttled(Some(secs))) => {
                refusal(429, "tooManyRequests").header("retry-after", &secs.to_string())
            }
            Some(Fault::Expired) => {
                state.token.clear();
                refusal(401, "exampleCode")
            }
            Some(Fault::Forbidden) => refusal(403, "notAuthorized"),
            Some(Fault::NoJson) => {
                FakeAnswer::status(200).chunk(Duration::ZERO, "<html>maintenance</html>")
            }
        }
    }
}

impl State {
    fn drift(&mut self, turn: &Turn) {
        for place in &turn.removed {
            if !self.entries.is_empty() {
                self.entries.remove(place * self.entries.len() / 1000);
            }
        }
        for _ in 0..turn.issued {
            let id = self.issued;
            self.entries.insert(0, Entry { id, version: 0 });
            self.issued += 1;
        }
        for place in &turn.changed {
            let place = place * self.entries.len() / 1000;
            if let Some(entry) = self.entries.get_mut(place) {
                entry.version += 1;
            }
        }
    }

    fn page(&self, request: &FakeRequest, turn: &Turn) -> FakeAnswer {
        let (offset, limit) = asked(request);
        let page = self.entries.iter().skip(offset).take(limit.min(turn.cap));
        let page: Vec<_> = page.map(json).collect();
        let answer = FakeAnswer::json(format!("[{}]", page.join(",\n ")));
        if turn.headers {
            answer
                .header("x-pagination-total", &self.entries.len().to_string())
                .header("x-pagination-limit", &limit.min(turn.cap).to_string())
                .header("x-pagination-offset", &offset.to_string())
        } else {
            answer
        }
    }
}

/// Every seventh exam has an odd field.
fn json(entry: &Entry) -> String {
    let Entry { id, version } = entry;
    let status = if id % 7 == 3 { "[]" } else { "6" };
    format!(r#"{{ "examId": "E{id}", "status": {status}, "version": {version} }}"#)
}

/// Offset and limit of the request.
fn asked(request: &FakeRequest) -> (usize, usize) {
    let query = request.target.split_once('?').unwrap().1;
    let number = |name: &str| {
        let mut values = query.split('&').filter_map(|pair| pair.strip_prefix(name));
        values.next().unwrap().parse().unwrap()
    };
    (number("offset="), number("limit="))
}
