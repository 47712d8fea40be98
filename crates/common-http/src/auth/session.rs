//! The result of a login, in memory and as it is saved.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::data::redact::Secret;

/// The result of a login: how calls are authorised, and for how long.
#[derive(Clone)]
pub struct Session {
    pub(crate) authorization: Secret,
    pub(crate) details: Option<Secret>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) refresh_after: Option<Duration>,
    pub(crate) fixed: bool,
    pub(super) opened_at: SystemTime,
}

impl Session {
    /// A session opened now.
    ///
    /// `authorization` is the whole `Authorization` header of its calls, scheme word included.
    #[must_use]
    pub fn new(authorization: Secret) -> Self {
        Self {
            authorization,
            details: None,
            lifetime: None,
            refresh_after: None,
            fixed: false,
            opened_at: SystemTime::now(),
        }
    }

    /// Declares that another login would return the same session, as with a key from the settings.
    /// A 401 is then final.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    /// Sets the lifetime, counted from now. Without it, the session is valid until the vendor
    /// answers 401.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// Sets when to renew the session, counted from now: before it expires, while it can still be
    /// used.
    #[must_use]
    pub fn refresh_after(mut self, after: Duration) -> Self {
        self.refresh_after = Some(after);
        self
    }

    /// Keeps other data of the login's answer, as JSON text. It is saved with the session.
    #[must_use]
    pub fn details(mut self, details: Secret) -> Self {
        self.details = Some(details);
        self
    }

    /// The age by the wall clock; `None` if the session was opened in the future, because then its
    /// age is unknown. Clocks of two machines may differ by a minute.
    pub(super) fn wall_age(&self, clock: &Clock) -> Option<Duration> {
        const SKEW: Duration = Duration::from_secs(60);
        match clock.system_time().duration_since(self.opened_at) {
            Ok(age) => Some(age),
            Err(ahead) => (ahead.duration() <= SKEW).then_some(Duration::ZERO),
        }
    }

    pub(super) fn to_json(&self) -> Secret {
        let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).ok();
        let text = |secret: &Secret| secret.expose().to_owned();
        let opened = self.opened_at.duration_since(UNIX_EPOCH);
        let saved = Saved {
            version: 1,
            authorization: text(&self.authorization),
            details: self.details.as_ref().map(text),
            opened_at_ms: milliseconds(opened.unwrap_or_default()).unwrap_or_default(),
            lifetime_ms: self.lifetime.and_then(milliseconds),
            refresh_after_ms: self.refresh_after.and_then(milliseconds),
        };
        Secret::from(serde_json::to_string(&saved).unwrap_or_default())
    }

    /// Reads a saved session; `None` if this version did not write the text.
    pub(super) fn from_json(text: &str) -> Option<Self> {
        let saved: Saved = serde_json::from_str(text).ok()?;
        (saved.version == 1).then_some(())?;
        Some(Self {
            authorization: Secret::from(saved.authorization),
            details: saved.details.map(Secret::from),
            lifetime: saved.lifetime_ms.map(Duration::from_millis),
            refresh_after: saved.refresh_after_ms.map(Duration::from_millis),
            fixed: false,
            opened_at: UNIX_EPOCH.checked_add(Duration::from_millis(saved.opened_at_ms))?,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Saved {
    version: u32,
    authorization: String,
    details: Option<String>,
    opened_at_ms: u64,
    lifetime_ms: Option<u64>,
    refresh_after_ms: Option<u64>,
}

crate::safe_debug!(Session {
    lifetime,
    refresh_after
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn milliseconds() -> impl Strategy<Value = Option<Duration>> {
        prop::option::of(any::<u64>().prop_map(Duration::from_millis))
    }

    proptest! {
        #[test]
        fn a_saved_session_comes_back_as_it_was(
            authorization: String, details: Option<String>, lifetime in milliseconds(), refresh_after in milliseconds(),
        ) {
            let mut session = Session::new(Secret::from(authorization));
            session.details = details.map(Secret::from);
            (session.lifetime, session.refresh_after) = (lifetime, refresh_after);
            let json = session.to_json();
            let back = Session::from_json(json.expose()).unwrap();
            prop_assert_eq!(&back.authorization, &session.authorization);
            prop_assert_eq!(&back.details, &session.details);
            prop_assert_eq!((back.lifetime, back.refresh_after), (lifetime, refresh_after));
            let drift = session.opened_at.duration_since(back.opened_at).unwrap();
            prop_assert!(drift < Duration::from_millis(1));
            // A text that was cut off is not a session.
            for (end, _) in json.expose().char_indices() {
                prop_assert!(Session::from_json(&json.expose()[..end]).is_none());
            }
        }
    }

    #[test]
    fn other_texts_are_not_sessions() {
        let session = Session::new(Secret::from("basic abc"));
        assert!(!format!("{session:?}").contains("abc"));
        let later = session
            .to_json()
            .expose()
            .replace("\"version\":1", "\"version\":2");
        for text in ["{}", "null", "[1]", &later] {
            assert!(Session::from_json(text).is_none());
        }
    }
}
