//! How a call must end: fault by class of operation, written out.
//!
//! It is made from the protocol and from what an operation is, not from the table that the clients
//! use. The exceptions at the end are few, each with its reason.

use common_http::{Delivery, Effect, ErrorKind, Operation};

use crate::faults::Fault::{self, *};
use End::{GivesUp, Renews, Stops, Value};

/// How a call ends if each of its attempts meets the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With a value.
    Value,
    /// With an error, after all attempts. If only the first attempt meets the fault, the call
    /// succeeds.
    GivesUp(ErrorKind, Delivery),
    /// With an error, after the first attempt.
    Stops(ErrorKind, Delivery),
    /// With an error, after one more login and attempt. If only the first attempt meets the fault,
    /// the call succeeds.
    Renews(ErrorKind, Delivery),
}

impl End {
    /// The number of attempts of a call that ends so.
    pub(crate) fn attempts(self, operation: &Operation) -> u32 {
        match self {
            Value | Stops(..) => 1,
            Renews(..) => 2,
            GivesUp(..) if operation.is_login() || operation.is_transfer() => 3,
            GivesUp(..) => 4,
        }
    }
}

/// What an operation is, as far as it decides how a call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// It opens a session.
    Login,
    /// It reads JSON.
    Read,
    /// It reads a file, without a session.
    Download,
    /// Doing it twice leaves what doing it once leaves.
    Write,
    /// Doing it twice has its effect twice.
    Order,
    /// It sends a file to a signed URL, without a session. The answer's content does not matter.
    Transfer,
}

impl Class {
    pub(crate) fn of(operation: &Operation) -> Self {
        let is_public_transfer = operation.is_transfer() && operation.is_public();
        match operation.effect() {
            _ if operation.is_login() => Self::Login,
            Effect::Safe if is_public_transfer => Self::Download,
            Effect::Safe => Self::Read,
            Effect::Idempotent if is_public_transfer => Self::Transfer,
            Effect::Idempotent => Self::Write,
            Effect::Effectful => Self::Order,
        }
    }
}

/// How a call of this operation must end.
pub(crate) fn end(fault: Fault, operation: &Operation) -> End {
    exception(fault, operation.id()).unwrap_or_else(|| {
        let row = row(fault);
        row[Class::of(operation) as usize]
    })
}

/// In the order of [`Class`]: login, read, download, write, order, transfer.
#[rustfmt::skip]
fn row(fault: Fault) -> [End; 6] {
    use Delivery::{Answered, NotSent, Unknown};
    use ErrorKind::{
        Conflict, Connect, Credentials, Decode, Interrupted, NotFound, PermissionDenied, RateLimited, Rejected, Server,
        Timeout, TooLarge, Unauthenticated,
    };

    // Nothing was sent, or the protocol says that it was not processed: repeated whatever it is.
    let unsent = GivesUp(Connect, NotSent);
    // It may have been done. Only an order is not repeated.
    let (lost, order_lost) = (GivesUp(Interrupted, Unknown), Stops(Interrupted, Unknown));
    let (late, order_late) = (GivesUp(Timeout, Unknown), Stops(Timeout, Unknown));
    let (failed, order_failed) = (GivesUp(Server, Unknown), Stops(Server, Unknown));
    // Refused before the vendor acted: repeated whatever it is, but for a login.
    let throttled = GivesUp(RateLimited, Answered);
    let too_long = Stops(RateLimited, Answered);
    let busy = GivesUp(Server, Answered);
    // A success that cannot be read. Who wrote a page, and whether the vendor has the request, is
    // not known.
    let unreadable = Stops(Decode, Answered);
    let page = Stops(Decode, Unknown);
    let too_large = Stops(TooLarge, Answered);
    let rejected = Stops(Rejected, Answered);
    let renewed = Renews(Unauthenticated, Answered);
    let no_session = Stops(Unauthenticated, Answered);
    let no_login = Stops(Credentials, Answered);
    let forbidden = Stops(PermissionDenied, Answered);

    match fault {
        //                         login       read        download    write       order         transfer
        Nothing              => [Value; 6],
        Refused              => [unsent; 6],
        ResetUnread          => [lost,       lost,       lost,       lost,       order_lost,   lost],
        ResetRead            => [lost,       lost,       lost,       lost,       order_lost,   lost],
        Close                => [lost,       lost,       lost,       lost,       order_lost,   lost],
        // What has no body cannot be answered before its body was sent.
        Early                => [lost,       Value,      Value,      lost,       order_lost,   lost],
        StallHead            => [late,       late,       late,       late,       order_late,   late],
        StallBody            => [late,       late,       late,       late,       order_late,   late],
        Trickle              => [late,       late,       late,       late,       order_late,   late],
        HalfBody             => [lost,       lost,       lost,       lost,       order_lost,   lost],
        TooLong              => [lost,       lost,       lost,       lost,       order_lost,   lost],
        // A file that is shorter, but as long as announced, is whole as far as anyone can tell.
        TooShort             => [unreadable, unreadable, Value,      unreadable, unreadable,   Value],
        TwoLengths           => [lost,       lost,       lost,       lost,       order_lost,   lost],
        Garbage              => [lost,       lost,       lost,       lost,       order_lost,   lost],
        // A login is never repeated after a 4xx.
        Status(408)          => [Stops(Timeout, Unknown), late, late, late,      order_late,   late],
        Status(429)          => [too_long,   throttled,  throttled,  throttled,  throttled,    throttled],
        Throttled429Now      => [too_long,   throttled,  throttled,  throttled,  throttled,    throttled],
        Throttled429Tomorrow => [too_long; 6],
        // The storage's 401 is about the signed URL, and a report's about its key.
        Status(401)          => [no_login,   renewed,    no_session, renewed,    renewed,      forbidden],
        Status(400)          => [no_login,   rejected,   rejected,   rejected,   rejected,     rejected],
        Status(422)          => [no_login,   rejected,   rejected,   rejected,   rejected,     rejected],
        Status(403)          => [no_login,   forbidden,  forbidden,  forbidden,  forbidden,    forbidden],
        Status(404 | 410)    => [Stops(NotFound, Answered); 6],
        Status(409)          => [Stops(Conflict, Answered); 6],
        // What the vendor cannot do, it cannot do the next time either.
        Status(501 | 505 | 507 | 511) => [Stops(Server, Unknown); 6],
        // For a login it is a failure like any other.
        Unavailable503Now    => [failed,     busy,       busy,       busy,       busy,         busy],
        BadGatewayPage       => [failed,     failed,     failed,     failed,     order_failed, failed],
        Status(500..)        => [failed,     failed,     failed,     failed,     order_failed, failed],
        Status(_) | Redirect => [rejected; 6],
        BrokenJson           => [unreadable, unreadable, unreadable, unreadable, unreadable,   Value],
        Page                 => [page,       unreadable, unreadable, page,       page,         page],
        // A part of a file is not the file. JSON proves itself.
        Partial206           => [Value,      Value,      unreadable, Value,      Value,        Value],
        Endless              => [too_large; 6],
        Bomb                 => [unreadable, unreadable, unreadable, unreadable, unreadable,   Value],
        GoAwayBelow          => [unsent; 6],
        GoAwayAbove          => [lost,       lost,       lost,       lost,       order_lost,   lost],
        RefusedStream        => [unsent; 6],
    }
}

/// Where an operation differs from its class.
fn exception(fault: Fault, id: &str) -> Option<End> {
    let answered = |kind| Some(Stops(kind, Delivery::Answered));
    match (fault, id) {
        // Their documents do not say what a success answers, so any JSON or text is one.
        (
            TooShort | BrokenJson | Bomb,
            "gensoft.attendances.send"
            | "gensoft.reports.upload"
            | "erp.files.finalize"
            | "erp.files.set_send"
            | "erp.files.delete",
        ) => Some(Value),
        // Their requests have no body that an answer could come before.
        (
            Early,
            "erp.files.initialize"
            | "erp.files.finalize"
            | "erp.files.set_send"
            | "erp.files.delete",
        ) => Some(Value),
        // Documented: there a 401 is also a missing permission, which a login does not help.
        (Status(401), "medreader.configuration.get" | "medreader.configuration.update") => {
            answered(ErrorKind::PermissionDenied)
        }
        // A fixed key has no login.
        (Status(401), "gensoft.attendances.send" | "gensoft.reports.upload") => {
            answered(ErrorKind::Unauthenticated)
        }
        // OAuth2 has no 422 for credentials.
        (Status(422), "erp.sessions.open") => answered(ErrorKind::Rejected),
        _ => None,
    }
}
