//! The tokens that are alive, and the logins that failed.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::sandbox::settings::Lockout;

/// Who logs in, or makes a request.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Caller {
    pub(super) tenant: String,
    pub(super) email: String,
}

#[derive(Default)]
pub(super) struct Tokens {
    /// Each with the time when it expires.
    alive: HashMap<String, (Caller, SystemTime)>,
    failures: HashMap<Caller, Failures>,
    /// How many were given out so far.
    pub(super) opened: usize,
}

#[derive(Default)]
struct Failures {
    count: usize,
    locked_until: Option<SystemTime>,
}

impl Tokens {
    pub(super) fn expire(&mut self) {
        self.alive.clear();
    }

    /// Whose token this is, if it is alive.
    pub(super) fn caller(&self, token: &str, now: SystemTime) -> Option<&Caller> {
        let (caller, end) = self.alive.get(token)?;
        (*end > now).then_some(caller)
    }

    /// How much longer this user is locked out.
    pub(super) fn locked(&mut self, caller: &Caller, now: SystemTime) -> Option<Duration> {
        let until = self.failures.get(caller)?.locked_until?;
        let left = until.duration_since(now).unwrap_or_default();
        if left.is_zero() {
            self.failures.remove(caller);
            return None;
        }
        Some(left)
    }

    pub(super) fn failed(&mut self, caller: Caller, rule: &Lockout, now: SystemTime) {
        let failures = self.failures.entry(caller).or_default();
        failures.count += 1;
        if failures.count >= rule.failures {
            failures.locked_until = Some(now + rule.duration);
        }
    }

    /// Gives out a token, and forgets the failed logins. It is a JWT but for its signature.
    pub(super) fn open(
        &mut self,
        caller: Caller,
        user_id: &str,
        now: SystemTime,
        life: Duration,
    ) -> String {
        self.failures.remove(&caller);
        self.alive.retain(|_, (_, end)| *end > now);
        self.opened += 1;
        let end = now + life;
        let seconds = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH);
            since.unwrap_or_default().as_secs()
        };
        let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!(
            "{}.{}.{}",
            part(json!({ "alg": "HS256", "typ": "JWT" })),
            part(json!({
                "jti": format!("EXAMPLE-{}", self.opened),
                "sub": user_id,
                "iat": seconds(now),
                "exp": seconds(end),
            })),
            BASE64_URL_SAFE_NO_PAD.encode("EXAMPLE-SIGNATURE"),
        );
        self.alive.insert(token.clone(), (caller, end));
        token
    }
}
