//! The decision table: whether and how the outcome of an attempt is repeated.

use http::StatusCode;

/// The outcome of an attempt, as far as retries need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// DNS, connect, TLS: nothing of the request was sent. Also HTTP/2 streams refused before
    /// processing.
    NotSent,
    /// Not sent either, but another attempt would fail too: a certificate, a proxy's refusal.
    Barred,
    /// 429, or 503 with `Retry-After`: refused before the vendor acted.
    Throttled,
    /// Timeout, reset, truncated answer.
    Lost,
    /// 408, a temporary 5xx, what is no final status (RFC 9110, section 15: treat it as a 5xx), or a
    /// code that the vendor documents as transient.
    Failed,
    /// Another 5xx (501, 505, 507, 511): it may have had an effect, but repeating does not help.
    Broken,
    /// 401.
    Unauthorized,
    /// Any other 3xx or 4xx.
    Refused,
    /// A 2xx that cannot be read.
    Unreadable,
}

impl Outcome {
    /// The outcome for the status of an answer that is not a success.
    pub(crate) fn of_status(status: StatusCode, has_retry_after: bool) -> Self {
        match status.as_u16() {
            429 => Self::Throttled,
            503 if has_retry_after => Self::Throttled,
            501 | 505 | 507 | 511 => Self::Broken,
            408 | ..200 | 500.. => Self::Failed,
            401 => Self::Unauthorized,
            _ => Self::Refused,
        }
    }

    /// Whether the attempt may have had an effect that is not known.
    pub(crate) const fn is_doubtful(self) -> bool {
        matches!(self, Self::Lost | Self::Failed | Self::Broken)
    }

    /// Whether the vendor gave a final answer.
    pub(crate) const fn is_answer(self) -> bool {
        matches!(
            self,
            Self::Throttled | Self::Unauthorized | Self::Refused | Self::Unreadable
        )
    }
}

/// How the operation may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Safe or idempotent.
    Freely,
    /// Effectful: only if the request was refused before the vendor acted.
    WhenRefused,
    /// A login: if it was not sent or the vendor failed, but never after a 4xx.
    Login,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Repeat after a backoff.
    Backoff,
    /// Repeat after the wait that the vendor asks for.
    Throttle,
    /// Repeat after the session was renewed, if a renewal can help.
    Renew,
    /// Do not repeat.
    Stop,
}

/// The table itself.
pub(crate) const fn verdict(outcome: Outcome, repeat: Repeat) -> Verdict {
    match (outcome, repeat) {
        (Outcome::NotSent, _) => Verdict::Backoff,
        (Outcome::Barred, _) => Verdict::Stop,
        (Outcome::Throttled, Repeat::Login) => Verdict::Stop,
        (Outcome::Throttled, _) => Verdict::Throttle,
        (Outcome::Lost | Outcome::Failed, Repeat::Freely | Repeat::Login) => Verdict::Backoff,
        (Outcome::Lost | Outcome::Failed, Repeat::WhenRefused) => Verdict::Stop,
        (Outcome::Unauthorized, Repeat::Login) => Verdict::Stop,
        (Outcome::Unauthorized, _) => Verdict::Renew,
        (Outcome::Broken | Outcome::Refused | Outcome::Unreadable, _) => Verdict::Stop,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table row by row: outcome, then safe or idempotent, effectful, login.
    #[test]
    fn each_row() {
        use Outcome::*;
        use Verdict::{Backoff, Renew, Stop, Throttle};
        for (outcome, freely, when_refused, login) in [
            (NotSent, Backoff, Backoff, Backoff),
            (Barred, Stop, Stop, Stop),
            (Throttled, Throttle, Throttle, Stop),
            (Lost, Backoff, Stop, Backoff),
            (Failed, Backoff, Stop, Backoff),
            (Broken, Stop, Stop, Stop),
            (Unauthorized, Renew, Renew, Stop),
            (Refused, Stop, Stop, Stop),
            (Unreadable, Stop, Stop, Stop),
        ] {
            assert_eq!(verdict(outcome, Repeat::Freely), freely, "{outcome:?}");
            assert_eq!(
                verdict(outcome, Repeat::WhenRefused),
                when_refused,
                "{outcome:?}"
            );
            assert_eq!(verdict(outcome, Repeat::Login), login, "{outcome:?}");
        }
    }

    #[test]
    fn each_status() {
        for status in (100..200).chain(300..1000) {
            let expected = |retry_after| match status {
                429 => Outcome::Throttled,
                503 if retry_after => Outcome::Throttled,
                501 | 505 | 507 | 511 => Outcome::Broken,
                408 | ..200 | 500.. => Outcome::Failed,
                401 => Outcome::Unauthorized,
                _ => Outcome::Refused,
            };
            let status = StatusCode::from_u16(status).unwrap();
            for retry_after in [false, true] {
                assert_eq!(
                    Outcome::of_status(status, retry_after),
                    expected(retry_after)
                );
            }
        }
    }

    /// An effectful operation is never repeated after an unknown outcome.
    #[test]
    fn nothing_doubtful_is_repeated_when_effectful() {
        use Outcome::*;
        for outcome in [
            NotSent,
            Barred,
            Throttled,
            Lost,
            Failed,
            Broken,
            Unauthorized,
            Refused,
            Unreadable,
        ] {
            if outcome.is_doubtful() {
                assert_eq!(verdict(outcome, Repeat::WhenRefused), Verdict::Stop);
            }
        }
    }
}
