//! The state shared by a sandbox and its connections, and how a request is handled.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use tokio::sync::watch;

use crate::lock::lock;
use crate::sandbox::clock::SandboxClock;
use crate::sandbox::error::SandboxError;
use crate::sandbox::fault::Faults;
use crate::sandbox::hooks::Hooks;
use crate::sandbox::listen::Listen;
use crate::sandbox::log::Log;
use crate::sandbox::play::{Played, Turn};
use crate::sandbox::request::Request;
use crate::sandbox::route::Pattern;
use crate::sandbox::vendor::DynVendor;

pub(super) struct Shared {
    vendor: Arc<dyn DynVendor>,
    routes: Vec<Pattern>,
    listens: Vec<Listen>,
    pub(super) clock: SandboxClock,
    pub(super) faults: Mutex<Faults>,
    pub(super) hooks: Mutex<Hooks>,
    pub(super) log: Log,
    /// How many of the next connections are reset at once.
    pub(super) resets: Mutex<usize>,
    /// Connections accepted so far, including those that were reset.
    pub(super) accepted: AtomicUsize,
    /// Connections that are open.
    pub(super) open: watch::Sender<usize>,
    /// One request at a time: the log has the order in which the vendor's state changed.
    turn: Mutex<()>,
}

/// The result of matching a request.
enum Found {
    /// A request of the route of this index, with its path arguments.
    Route(usize, Vec<(&'static str, String)>),
    /// The path is known, with these methods only.
    Method(String),
    Nothing,
}

impl Shared {
    pub(super) fn new(
        vendor: Arc<dyn DynVendor>,
        routes: Vec<Pattern>,
        listens: Vec<Listen>,
        clock: SandboxClock,
    ) -> Self {
        Self {
            vendor,
            routes,
            listens,
            clock,
            faults: Mutex::default(),
            hooks: Mutex::default(),
            log: Log::default(),
            resets: Mutex::new(0),
            accepted: AtomicUsize::new(0),
            open: watch::Sender::new(0),
            turn: Mutex::new(()),
        }
    }

    /// The vendor's own spelling of an operation id.
    pub(super) fn operation(&self, id: &str) -> Result<&'static str, SandboxError> {
        self.routes
            .iter()
            .map(|route| route.operation)
            .find(|known| *known == id)
            .ok_or_else(|| SandboxError::UnknownOperation {
                operation: id.to_owned(),
                known: self.routes.iter().map(|route| route.operation).collect(),
            })
    }

    pub(super) fn listen(&self, address: usize) -> Listen {
        self.listens.get(address).copied().unwrap_or_default()
    }

    /// Counts a new connection, and says whether it is to be reset at once.
    pub(super) fn accept(&self) -> bool {
        self.accepted.fetch_add(1, Ordering::Relaxed);
        let mut resets = lock(&self.resets);
        let reset = *resets > 0;
        *resets = resets.saturating_sub(1);
        reset
    }

    fn operation_of(&self, request: &Request) -> Option<&'static str> {
        match self.find(request) {
            Found::Route(route, _) => Some(self.routes[route].operation),
            Found::Method(_) | Found::Nothing => None,
        }
    }

    fn act(&self, request: Request) -> Played {
        let _turn = lock(&self.turn);
        let refusal = |status| self.vendor.refusal(status, &request);
        let answer = match self.find(&request) {
            Found::Route(route, args) => return self.act_on(route, request.with_args(args)),
            Found::Method(allowed) => {
                refusal(StatusCode::METHOD_NOT_ALLOWED).header("allow", allowed)
            }
            Found::Nothing => refusal(StatusCode::NOT_FOUND),
        };
        let answer = answer.finish(self.clock.now());
        self.log
            .push(request.record(None, Some(answer.status), None, true));
        Played::Http(answer)
    }

    fn act_on(&self, route: usize, request: Request) -> Played {
        let operation = self.routes[route].operation;
        // Taken out of the lock first, because an action may set a fault or another action.
        let due = lock(&self.hooks).due(operation);
        due.into_iter().for_each(|action| action());
        let fault = lock(&self.faults).take(operation);
        let turn = Turn {
            vendor: &*self.vendor,
            clock: &self.clock,
            case: self.listen(request.address()).header_case,
            route,
            operation,
            request: &request,
        };
        let played = match &fault {
            None => Played::Http(turn.act()),
            Some(fault) => turn.play(fault),
        };
        self.log
            .push(request.record(Some(operation), played.status(), fault, true));
        played
    }

    fn find(&self, request: &Request) -> Found {
        let routes = self.routes.iter().enumerate();
        let here = routes.filter(|(_, route)| route.address == request.address());
        let mut others: Vec<&str> = Vec::new();
        for (index, route) in here {
            let Some(args) = route.matches(request.segments()) else {
                continue;
            };
            if route.method == *request.method() {
                return Found::Route(index, args);
            }
            if !others.contains(&route.method.as_str()) {
                others.push(route.method.as_str());
            }
        }
        if others.is_empty() {
            Found::Nothing
        } else {
            Found::Method(others.join(", "))
        }
    }
}

/// A request whose body is still on its way. Dropped before it is complete, it is logged as such.
pub(super) struct Arrival {
    shared: Arc<Shared>,
    request: Option<Request>,
}

impl Arrival {
    /// The head of a request has come to this address.
    pub(super) fn new(shared: Arc<Shared>, address: usize, head: Parts) -> Self {
        Self {
            shared,
            request: Some(Request::new(address, head)),
        }
    }

    /// The request has come in full: acts on it.
    pub(super) fn complete(mut self, body: Bytes) -> Option<Played> {
        let request = self.request.take()?;
        Some(self.shared.act(request.with_body(body)))
    }

    /// The body is larger than the sandbox takes.
    pub(super) fn too_large(mut self) -> Option<Played> {
        let request = self.request.take()?;
        let shared = &self.shared;
        let refusal = shared
            .vendor
            .refusal(StatusCode::PAYLOAD_TOO_LARGE, &request);
        let answer = refusal.finish(shared.clock.now());
        let operation = shared.operation_of(&request);
        shared
            .log
            .push(request.record(operation, Some(answer.status), None, false));
        Some(Played::Http(answer))
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
