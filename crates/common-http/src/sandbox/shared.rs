//! What the server's handle and its connections share, and how a request is dealt with.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use http::{
    HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, DATE},
    request::Parts,
};
use tokio::sync::watch;

use super::{
    Answer, HeaderCase, Request, SandboxClock, SandboxError, Vendor,
    fault::Faults,
    hooks::Hooks,
    lock,
    log::Log,
    play::{Reply, play},
};

pub(super) struct Shared {
    pub(super) vendor: Box<dyn Vendor>,
    pub(super) case: HeaderCase,
    pub(super) body_limit: usize,
    pub(super) clock: SandboxClock,
    pub(super) faults: Mutex<Faults>,
    pub(super) hooks: Mutex<Hooks>,
    pub(super) log: Log,
    /// How many of the next connections are reset at once.
    pub(super) resets: Mutex<usize>,
    /// Connections accepted so far, the reset ones included.
    pub(super) accepted: AtomicUsize,
    /// Connections that are open.
    pub(super) open: watch::Sender<usize>,
    /// One request at a time: the log has the order in which the vendor's state changed.
    turn: Mutex<()>,
}

/// What a request was found to be.
enum Found {
    /// A request of this operation, with its path arguments.
    Operation(&'static str, Vec<(&'static str, String)>),
    /// A path of an operation, with another method than this.
    Method(String),
    Nothing,
}

impl Shared {
    pub(super) fn new(
        vendor: Box<dyn Vendor>,
        case: HeaderCase,
        body_limit: usize,
        clock: SandboxClock,
    ) -> Self {
        Self {
            vendor,
            case,
            body_limit,
            clock,
            faults: Mutex::default(),
            hooks: Mutex::default(),
            log: Log::new(),
            resets: Mutex::new(0),
            accepted: AtomicUsize::new(0),
            open: watch::Sender::new(0),
            turn: Mutex::new(()),
        }
    }

    /// The vendor's own spelling of an operation id.
    pub(super) fn operation(&self, id: &str) -> Result<&'static str, SandboxError> {
        let routes = self.vendor.routes();
        routes
            .iter()
            .map(|route| route.operation)
            .find(|known| *known == id)
            .ok_or_else(|| {
                let known = routes.iter().map(|route| route.operation).collect();
                SandboxError::UnknownOperation {
                    operation: id.to_owned(),
                    known,
                }
            })
    }

    /// Notes that a request's head is there.
    pub(super) fn arrive(self: &Arc<Self>, head: Parts) -> Arrival {
        Arrival {
            shared: Arc::clone(self),
            request: Some(Request::new(head)),
        }
    }

    /// Counts a new connection; says whether it is to be reset at once.
    pub(super) fn accept(&self) -> bool {
        self.accepted.fetch_add(1, Ordering::Relaxed);
        let mut resets = lock(&self.resets);
        let reset = *resets > 0;
        *resets = resets.saturating_sub(1);
        reset
    }

    fn operation_of(&self, request: &Request) -> Option<&'static str> {
        match self.find(request) {
            Found::Operation(operation, _) => Some(operation),
            Found::Method(_) | Found::Nothing => None,
        }
    }

    fn act(&self, request: Request) -> Reply {
        let _turn = lock(&self.turn);
        match self.find(&request) {
            Found::Operation(operation, args) => self.act_on(operation, request.with_args(args)),
            Found::Method(allowed) => {
                let answer = self
                    .vendor
                    .refusal(StatusCode::METHOD_NOT_ALLOWED, &request);
                self.refuse(request, answer.header("allow", allowed))
            }
            Found::Nothing => {
                let answer = self.vendor.refusal(StatusCode::NOT_FOUND, &request);
                self.refuse(request, answer)
            }
        }
    }

    fn act_on(&self, operation: &'static str, request: Request) -> Reply {
        // Taken out of the lock first: an action may well set a fault or another action.
        let due = lock(&self.hooks).due(operation);
        due.into_iter().for_each(|action| action());
        let fault = lock(&self.faults).take(operation);
        let reply = match &fault {
            None => Reply::Http(self.finish(self.vendor.answer(operation, &request))),
            Some(fault) => play(
                fault,
                &*self.vendor,
                operation,
                &request,
                self.case,
                |answer| self.finish(answer),
            ),
        };
        self.log
            .push(request.record(Some(operation), reply.status(), fault, true));
        reply
    }

    fn refuse(&self, request: Request, answer: Answer) -> Reply {
        let answer = self.finish(answer);
        self.log
            .push(request.record(None, Some(answer.status), None, true));
        Reply::Http(answer)
    }

    fn find(&self, request: &Request) -> Found {
        let routes = self.vendor.routes();
        let fitting = || {
            routes
                .iter()
                .filter_map(|route| Some((route, route.matches(request.segments())?)))
        };
        if let Some((route, args)) = fitting().find(|(route, _)| route.method == *request.method())
        {
            return Found::Operation(route.operation, args);
        }
        fitting().next().map_or(Found::Nothing, |(route, _)| {
            Found::Method(route.method.to_string())
        })
    }

    /// Completes an answer's headers: the date is the sandbox's; the length is counted by who sends it.
    fn finish(&self, mut answer: Answer) -> Answer {
        answer.headers.remove(CONTENT_LENGTH);
        if !answer.headers.contains_key(DATE)
            && let Ok(date) = HeaderValue::try_from(httpdate::fmt_http_date(self.clock.now()))
        {
            answer.headers.insert(DATE, date);
        }
        answer
    }
}

/// A request whose body is still on its way. Dropped before it is complete, it is logged as what it is.
pub(super) struct Arrival {
    shared: Arc<Shared>,
    request: Option<Request>,
}

impl Arrival {
    /// The request is there in full: acts upon it.
    pub(super) fn complete(mut self, body: Bytes) -> Option<Reply> {
        let request = self.request.take()?;
        Some(self.shared.act(request.with_body(body)))
    }

    /// The body is larger than the sandbox takes.
    pub(super) fn too_large(mut self) -> Option<Reply> {
        let request = self.request.take()?;
        let shared = &self.shared;
        let answer = shared.finish(
            shared
                .vendor
                .refusal(StatusCode::PAYLOAD_TOO_LARGE, &request),
        );
        let operation = shared.operation_of(&request);
        shared
            .log
            .push(request.record(operation, Some(answer.status), None, false));
        Some(Reply::Http(answer))
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        if let Some(request) = self.request.take() {
            let operation = self.shared.operation_of(&request);
            self.shared
                .log
                .push(request.record(operation, None, None, false));
        }
    }
}
