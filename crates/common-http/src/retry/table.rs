//! The decision table: what an attempt's outcome means for the next one, and for the call's effect.

use http::StatusCode;

/// How an attempt ended, as far as a repetition is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// DNS, connect, TLS: nothing of the request left.
    NotSent,
    /// 429, or 503 with `Retry-After`: refused before it acted.
    Throttled,
    /// Timeout, reset, cut-off answer.
    Lost,
    /// 408, 500, 502, 503, 504.
    Failed,
    /// Another 5xx: as doubtful as those, and not worth repeating.
    Broken,
    /// 401.
    Unauthorized,
    /// Any other 3xx or 4xx.
    Refused,
    /// A 2xx that cannot be read.
    Unreadable,
}

impl Outcome {
    /// The outcome of an answer that is no success.
    pub(crate) fn of_status(status: StatusCode, has_retry_after: bool) -> Self {
        match status.as_u16() {
            429 => Self::Throttled,
            503 if has_retry_after => Self::Throttled,
            408 | 500 | 502 | 503 | 504 => Self::Failed,
            500..=599 => Self::Broken,
            401 => Self::Unauthorized,
            _ => Self::Refused,
        }
    }

    /// Whether the attempt may have had an effect that its answer does not tell.
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

/// What the operation allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Safe or idempotent.
    Freely,
    /// Effectful: only what was refused before it acted.
    WhenRefused,
    /// A login: what was not sent or is the vendor's fault, never a 4xx.
    Login,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Again after a backoff.
    Backoff,
    /// Again when the vendor wants us back.
    Throttle,
    /// Again after one refresh of the session, if one is due.
    Renew,
    /// No more.
    Stop,
}

pub(crate) const fn verdict(outcome: Outcome, repeat: Repeat) -> Verdict {
    match (outcome, repeat) {
        (Outcome::NotSent, _) => Verdict::Backoff,
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

    /// DESIGN's table, row by row: outcome, then safe/idempotent, effectful, login.
    #[test]
    fn each_row() {
        use Outcome::*;
        use Verdict::{Backoff, Renew, Stop, Throttle};
        for (outcome, freely, when_refused, login) in [
            (NotSent, Backoff, Backoff, Backoff),
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
        for status in 300..600 {
            let expected = |retry_after| match status {
                429 => Outcome::Throttled,
                503 if retry_after => Outcome::Throttled,
                408 | 500 | 502 | 503 | 504 => Outcome::Failed,
                401 => Outcome::Unauthorized,
                300..500 => Outcome::Refused,
                _ => Outcome::Broken,
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

    /// What is repeated for an effectful operation must never have been in doubt.
    #[test]
    fn nothing_doubtful_is_repeated_when_effectful() {
        use Outcome::*;
        for outcome in [
            NotSent,
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
