//! A cell of the matrix: one operation under one fault, and all that is checked.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use common_http::{Delivery, Effect, Error, ErrorKind, HttpOptions, Operation};
use tempfile::TempDir;
use testing::journal::Journal;
use testing::retry::eager_policy;
use testing::time::soon;
use tokio::runtime::{Builder, Handle};
use tokio::task::yield_now;

use crate::cases::{Case, Clients, Inputs, Outcome, case_of, cases, target};
use crate::expected::{Class, End, end};
use crate::faults::Fault;
use crate::figures::Figure;
use crate::server::{Seen, Server};
use crate::{http2, privacy};

/// The deadline of each call.
const DEADLINE: Duration = Duration::from_secs(60);
/// The most that a client reads of an answer.
const LIMIT: u64 = 1024 * 1024;
/// What the buffers of a connection can hold at the most.
const BUFFERS: u64 = 16 * 1024 * 1024;

/// Which requests meet the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meets {
    Always,
    /// The first one. The others are answered well.
    Once,
    /// The first one. The others are answered with 403.
    ThenForbidden,
    /// Each login that the call needs.
    Login,
}

pub(crate) struct Cell {
    pub(crate) case: &'static Case,
    pub(crate) fault: Fault,
    pub(crate) meets: Meets,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operation, meets) = (self.case.operation.id(), self.meets);
        write!(f, "{operation}, {:?}, {meets:?}", self.fault)
    }
}

/// Calls whose login meets the fault. Two of them have an effect, which must not happen.
const NEED_A_LOGIN: [&str; 3] = [
    "biologix.exams.list",
    "medreader.folders.create",
    "erp.files.initialize",
];

/// Each operation under each fault: if it happens always, once, and in the login that a call needs.
pub(crate) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut add = |case, fault, meets| cells.push(Cell { case, fault, meets });
    for fault in Fault::NAMED {
        for case in cases() {
            add(case, fault, Meets::Always);
            // A listener that is gone does not come back.
            if matches!(fault, Fault::Nothing | Fault::Refused) {
                continue;
            }
            add(case, fault, Meets::Once);
            let end = end(fault, case.operation);
            let is_repeated = matches!(end, End::GivesUp(..) | End::Renews(..));
            if is_repeated && !fault.stalls() {
                add(case, fault, Meets::ThenForbidden);
            }
        }
        for id in NEED_A_LOGIN {
            add(case_of(id), fault, Meets::Login);
        }
    }
    for fault in Fault::other_statuses() {
        for case in cases() {
            add(case, fault, Meets::Always);
        }
    }
    cells
}

/// Makes the call of a cell in a runtime of its own, whose tasks can be counted.
pub(crate) fn check(cell: &Cell) -> Figure {
    let journal = Journal::default();
    let kept = journal.keep(privacy::OURS);
    let runtime = Builder::new_current_thread().enable_all().build();
    let ended = runtime.expect("a runtime").block_on(Box::pin(run(cell)));
    drop(kept);
    privacy::assert_nothing_shown(cell, &ended.outcome, &journal.text());
    Figure::of(&ended.outcome, ended.sends)
}

struct Ended {
    outcome: Outcome,
    sends: usize,
}

async fn run(cell: &Cell) -> Ended {
    let server = Server::start(cell.fault.is_http2()).await;
    let folder = Folder::of(cell.case.operation);
    let clients = Clients::new(server.url(), &options(cell.fault), &filler(cell.fault));
    let mut inputs = Inputs {
        folder: folder.path().to_owned(),
        target: None,
        filler: filler(cell.fault),
    };
    prepare(cell, &clients, &mut inputs).await;
    let armed = cell.armed_operation();
    let (times, then) = match cell.meets {
        Meets::Always | Meets::Login => (usize::MAX, Fault::Nothing),
        Meets::Once => (1, Fault::Nothing),
        Meets::ThenForbidden => (1, Fault::Status(403)),
    };
    server.arm(armed.id(), (cell.fault, times), then).await;

    let started = Instant::now();
    let outcome = (cell.case.call)(clients.clone(), inputs).await;
    assert!(
        started.elapsed() < DEADLINE + Duration::from_secs(5),
        "{cell}: after its deadline"
    );

    drop(clients);
    server.until_closed().await;
    soon(until_no_task_is_left()).await;
    cell.assert_files(&outcome, folder.path());
    let seen = server.seen();
    cell.assert_end(&outcome, &seen);
    assert_eq!(server.redirected(), 0, "{cell}: no redirect is followed");
    assert!(
        server.poured() < LIMIT + BUFFERS,
        "{cell}: {} bytes were read",
        server.poured()
    );
    let sends = seen.len();
    Ended { outcome, sends }
}

/// Where files would be. Only a download has a folder of its own: no other call may write a file.
enum Folder {
    Own(TempDir),
    OfAll(PathBuf),
}

impl Folder {
    fn of(operation: &Operation) -> Self {
        if Class::of(operation) == Class::Download {
            let folder = tempfile::Builder::new().prefix("MARKER").tempdir();
            return Self::Own(folder.expect("a folder"));
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("MARKER");
        std::fs::create_dir_all(&folder).expect("a folder");
        Self::OfAll(folder)
    }

    fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::OfAll(folder) => folder,
        }
    }
}

/// Opens the session that the call needs, unless that is what fails.
async fn prepare(cell: &Cell, clients: &Clients, inputs: &mut Inputs) {
    if cell.meets == Meets::Login {
        return;
    }
    let (operation, without_faults) = (cell.case.operation, "a server without faults");
    let opened = clients.open_session(operation).await;
    opened.expect(without_faults);
    if Class::of(operation) == Class::Transfer {
        inputs.target = Some(target(clients).await);
    }
    if cell.fault == Fault::Status(401) && Class::of(operation) != Class::Login {
        // A session that was never accepted is not renewed.
        let folder = Folder::of(operation);
        let inputs = Inputs {
            folder: folder.path().to_owned(),
            ..inputs.clone()
        };
        let outcome = (cell.case.call)(clients.clone(), inputs).await;
        outcome.result.expect(without_faults);
    }
}

/// Without pauses between attempts, and with short time limits if only they end the call.
fn options(fault: Fault) -> HttpOptions {
    let retry = eager_policy().throttle_floor(Duration::from_millis(1));
    let limit = Duration::from_secs(if fault.stalls() { 3 } else { 30 });
    let http = HttpOptions::default()
        .retry(retry)
        .no_proxy()
        .only_own_roots(true)
        .user_agent("MARKER-AGENT")
        .head_timeout(limit)
        .idle_timeout(limit)
        .call_timeout(DEADLINE)
        .deadline(DEADLINE)
        .max_answer(LIMIT)
        .max_download(LIMIT);
    if fault.is_http2() {
        // The faults are those of a new connection.
        http.add_root_certificate(http2::root())
            .pool_idle_timeout(Duration::ZERO)
    } else if fault == Fault::Refused {
        http.pool_idle_timeout(Duration::ZERO)
    } else {
        http
    }
}

/// Makes a body larger than what sockets buffer, so that an answer can be early.
fn filler(fault: Fault) -> String {
    let length = if fault == Fault::Early {
        6 * 1024 * 1024
    } else {
        0
    };
    "x".repeat(length)
}

async fn until_no_task_is_left() {
    while Handle::current().metrics().num_alive_tasks() > 0 {
        yield_now().await;
    }
}

impl Cell {
    /// The operation whose requests meet the fault.
    fn armed_operation(&self) -> &'static Operation {
        let operation = self.case.operation;
        match self.meets {
            Meets::Always | Meets::Once | Meets::ThenForbidden => operation,
            Meets::Login => {
                let vendor = crate::cases::vendor(operation);
                case_of(&format!("{vendor}.sessions.open")).operation
            }
        }
    }

    /// How the call must end, and how many requests of the armed operation the server must see.
    fn expected(&self) -> (End, usize) {
        let operation = self.armed_operation();
        let end = end(self.fault, operation);
        match (end, self.meets) {
            (End::GivesUp(..) | End::Renews(..), Meets::Once) => (End::Value, 2),
            // The last answer is final, but an attempt in doubt stays in doubt.
            (End::GivesUp(_, before) | End::Renews(_, before), Meets::ThenForbidden) => {
                let kind = match Class::of(operation) {
                    Class::Login => ErrorKind::Credentials,
                    _ => ErrorKind::PermissionDenied,
                };
                let delivery = match before {
                    Delivery::Unknown => Delivery::Unknown,
                    Delivery::NotSent | Delivery::Answered => Delivery::Answered,
                };
                // Of all ends, this one has two attempts.
                (End::Renews(kind, delivery), 2)
            }
            _ if self.fault == Fault::Refused => (end, 0),
            _ => (end, end.attempts(operation) as usize),
        }
    }

    fn assert_end(&self, outcome: &Outcome, seen: &[Seen]) {
        let armed = self.armed_operation();
        let of_armed = seen.iter().filter(|seen| seen.operation == armed.id());
        let of_armed: Vec<_> = of_armed.cloned().collect();
        let (expected, sends) = self.expected();
        let (kind, delivery) = match expected {
            End::Value => {
                assert!(outcome.result.is_ok(), "{self}: {:?}", outcome.result);
                return self.assert_sends(&of_armed, sends);
            }
            End::GivesUp(kind, delivery)
            | End::Stops(kind, delivery)
            | End::Renews(kind, delivery) => (kind, delivery),
        };
        let error = match &outcome.result {
            Ok(()) => panic!("{self}: a value in place of {expected:?}"),
            Err(error) => error,
        };
        let delivery = match self.meets {
            // The call itself was not sent.
            Meets::Login => Delivery::NotSent,
            Meets::Always | Meets::Once | Meets::ThenForbidden => delivery,
        };
        let attempts = expected.attempts(armed);
        let is = (
            error.operation(),
            error.kind(),
            error.attempts(),
            error.delivery(),
        );
        assert_eq!(
            is,
            (Some(armed.id()), kind, attempts, delivery),
            "{self}: {error}"
        );
        let asked =
            (self.fault == Fault::Throttled429Tomorrow).then(|| Duration::from_secs(86_400));
        if asked.is_some() {
            assert_eq!(error.retry_after(), asked, "{self}");
        }
        self.assert_sends(&of_armed, sends);
        let of_call: Vec<_> = seen
            .iter()
            .filter(|seen| seen.operation == self.case.operation.id())
            .collect();
        self.assert_sound(error, &of_call);
    }

    fn assert_sends(&self, seen: &[Seen], expected: usize) {
        let is_right = if self.fault.stalls() {
            // On an overloaded machine a request or a good answer can be late too.
            seen.len() <= 4
        } else if self.fault.is_http2() {
            // A request can meet the end of the connection before it.
            (1..=expected).contains(&seen.len())
        } else {
            seen.len() == expected
        };
        assert!(is_right, "{self}: {} requests, not {expected}", seen.len());
        let is_effectful = self.case.operation.effect() == Effect::Effectful;
        if is_effectful && self.meets != Meets::Login && !self.fault.refuses_before_acting() {
            assert!(seen.len() <= 1, "{self}: an effect is requested once");
        }
        if self.fault == Fault::Early && self.expected().0 != End::Value {
            // Neither the answered one, nor, if the fault happens once, one after it.
            assert!(
                !seen[0].complete,
                "{self}: nothing more leaves after the answer"
            );
        }
    }

    /// Whatever the table says: an error's delivery must agree with what the server saw.
    fn assert_sound(&self, error: &Error, seen: &[&Seen]) {
        let refused = self.fault.is_http2() && self.fault.refuses_before_acting();
        match error.delivery() {
            Delivery::NotSent => assert!(seen.is_empty() || refused, "{self}: {error}"),
            Delivery::Answered => {
                let last = seen.last().and_then(|last| last.status);
                let status = error.status().map(|status| status.as_u16());
                assert!(status.is_some() && status == last, "{self}: {error}");
            }
            Delivery::Unknown => {
                assert!(!seen.is_empty() || self.fault.stalls(), "{self}: {error}");
            }
        }
    }

    /// The folder has the file that was asked for, and nothing else.
    fn assert_files(&self, outcome: &Outcome, folder: &Path) {
        let files = std::fs::read_dir(folder).expect("a folder").count();
        let is_download = Class::of(self.case.operation) == Class::Download;
        let expected = usize::from(is_download && outcome.result.is_ok());
        assert_eq!(files, expected, "{self}: files");
    }
}
