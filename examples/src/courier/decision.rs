//! The decision table: what becomes of a job after an attempt to send it.

use common_http::{Delivery, Error, ErrorKind};

/// How an attempt to send a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The vendor has it.
    Delivered,
    /// The vendor said yes (2xx), in an answer that cannot be read.
    Unread,
    /// Nothing was sent.
    NotSent,
    /// The vendor refused it before it acted, for a reason that passes or that a setting removes.
    RefusedForNow,
    /// The vendor, or the client before anything was sent, refused this job for good.
    Refused,
    /// It may have had its effect.
    Unknown,
    /// It was sent to its end, and a look did not show that it arrived.
    Unconfirmed,
}

/// How a job may be sent again once it may have had its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Sending it twice leaves the same state as sending it once.
    Freely,
    /// The vendor's list shows whether it arrived: sending it again begins with a look at it.
    LookUp,
    /// Sending it twice may have the effect twice, and nothing shows whether it arrived.
    Never,
}

/// What becomes of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is done.
    Done,
    /// It is sent again later.
    Later,
    /// It is not sent again unless a person says so.
    Refused,
    /// It may have arrived: it is not sent again until a person says that it did not.
    Doubt,
}

impl Outcome {
    /// The outcome of an attempt that failed.
    #[must_use]
    pub fn of(error: &Error) -> Self {
        match (error.delivery(), error.kind()) {
            (Delivery::Unknown, _) => Self::Unknown,
            (Delivery::NotSent, ErrorKind::InvalidInput) => Self::Refused,
            (Delivery::NotSent, _) => Self::NotSent,
            _ if error.status().is_some_and(|status| status.is_success()) => Self::Unread,
            _ if error.is_transient() => Self::RefusedForNow,
            // The job is in order; the settings, the network or the account are not.
            _ if error.cause().is_some() => Self::RefusedForNow,
            (
                Delivery::Answered,
                ErrorKind::Config
                | ErrorKind::Credentials
                | ErrorKind::LocalIo
                | ErrorKind::PermissionDenied
                | ErrorKind::Unauthenticated,
            ) => Self::RefusedForNow,
            (Delivery::Answered, _) => Self::Refused,
        }
    }
}

/// The table itself: what follows an attempt.
#[must_use]
pub const fn after(outcome: Outcome, repeat: Repeat) -> Next {
    match (outcome, repeat) {
        (Outcome::Delivered, _) => Next::Done,
        // Of an upload in steps, it may be the answer to any of them.
        (Outcome::Unread, Repeat::LookUp) => Next::Later,
        (Outcome::Unread, Repeat::Freely | Repeat::Never) => Next::Done,
        (Outcome::NotSent | Outcome::RefusedForNow, _) => Next::Later,
        (Outcome::Refused, _) => Next::Refused,
        (Outcome::Unknown, Repeat::Freely | Repeat::LookUp) => Next::Later,
        (Outcome::Unknown, Repeat::Never) | (Outcome::Unconfirmed, _) => Next::Doubt,
    }
}

/// What becomes of a job whose worker died, or was not heard of for too long, while it was sending.
#[must_use]
pub const fn after_death(repeat: Repeat) -> Next {
    after(Outcome::Unknown, repeat)
}

#[cfg(test)]
mod tests {
    use common_http::Cause;
    use gensoft_client::http::StatusCode;

    use super::*;

    /// The table row by row: outcome, then repeated freely, after a look, never.
    #[test]
    fn each_row() {
        use Next::{Done, Doubt, Later, Refused};
        for (outcome, freely, look_up, never) in [
            (Outcome::Delivered, Done, Done, Done),
            (Outcome::Unread, Done, Later, Done),
            (Outcome::NotSent, Later, Later, Later),
            (Outcome::RefusedForNow, Later, Later, Later),
            (Outcome::Refused, Refused, Refused, Refused),
            (Outcome::Unknown, Later, Later, Doubt),
            (Outcome::Unconfirmed, Doubt, Doubt, Doubt),
        ] {
            assert_eq!(after(outcome, Repeat::Freely), freely, "{outcome:?}");
            assert_eq!(after(outcome, Repeat::LookUp), look_up, "{outcome:?}");
            assert_eq!(after(outcome, Repeat::Never), never, "{outcome:?}");
        }
        assert_eq!(after_death(Repeat::Never), Doubt);
        assert_eq!(after_death(Repeat::LookUp), Later);
        assert_eq!(after_death(Repeat::Freely), Later);
    }

    fn failed(kind: ErrorKind, status: Option<u16>, delivery: Delivery) -> Outcome {
        let error = Error::new(kind).with_delivery(delivery);
        Outcome::of(&match status {
            Some(status) => error.with_status(StatusCode::from_u16(status).unwrap()),
            None => error,
        })
    }

    #[test]
    fn each_kind_of_error() {
        use Delivery::{Answered, NotSent, Unknown};
        for (kind, status, delivery, expected) in [
            (ErrorKind::InvalidInput, None, NotSent, Outcome::Refused),
            (ErrorKind::Connect, None, NotSent, Outcome::NotSent),
            (ErrorKind::Credentials, Some(401), NotSent, Outcome::NotSent),
            (ErrorKind::Config, None, NotSent, Outcome::NotSent),
            (ErrorKind::Decode, Some(201), Answered, Outcome::Unread),
            (ErrorKind::TooLarge, Some(200), Answered, Outcome::Unread),
            (
                ErrorKind::RateLimited,
                Some(429),
                Answered,
                Outcome::RefusedForNow,
            ),
            (
                ErrorKind::Server,
                Some(503),
                Answered,
                Outcome::RefusedForNow,
            ),
            (
                ErrorKind::Unauthenticated,
                Some(401),
                Answered,
                Outcome::RefusedForNow,
            ),
            (
                ErrorKind::PermissionDenied,
                Some(403),
                Answered,
                Outcome::RefusedForNow,
            ),
            (ErrorKind::Conflict, Some(409), Answered, Outcome::Refused),
            (ErrorKind::NotFound, Some(404), Answered, Outcome::Refused),
            (ErrorKind::Rejected, Some(422), Answered, Outcome::Refused),
            (ErrorKind::Rejected, Some(302), Answered, Outcome::Refused),
            (ErrorKind::Server, Some(500), Unknown, Outcome::Unknown),
            (ErrorKind::Conflict, Some(409), Unknown, Outcome::Unknown),
            (ErrorKind::Timeout, None, Unknown, Outcome::Unknown),
            (ErrorKind::Decode, Some(200), Unknown, Outcome::Unknown),
        ] {
            let found = failed(kind, status, delivery);
            assert_eq!(found, expected, "{kind} {status:?} {delivery}");
        }
        for cause in [Cause::Refused, Cause::TlsExpired, Cause::ProxyStatus] {
            let unsent = Error::new(ErrorKind::Connect).with_cause(cause);
            assert_eq!(Outcome::of(&unsent), Outcome::NotSent, "{cause}");
            // A step of the upload before was answered.
            let answered = unsent.with_delivery(Delivery::Answered);
            assert_eq!(Outcome::of(&answered), Outcome::RefusedForNow, "{cause}");
        }
    }

    /// Whatever the error says, what may have had its effect is not simply sent again.
    #[test]
    fn nothing_in_doubt_is_sent_again() {
        for status in 300..600 {
            let kind = ErrorKind::of_status(StatusCode::from_u16(status).unwrap());
            let outcome = failed(kind, Some(status), Delivery::Unknown);
            assert_eq!(after(outcome, Repeat::Never), Next::Doubt, "{status}");
        }
    }
}
