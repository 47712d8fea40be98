//! What the processes with one store share: the session, the last refusal, and who logs in.

use std::io;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use http::StatusCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::refusal::{LONGEST_PAUSE, Refusal};
use super::{Authenticator, Session};
use crate::clock::Clock;
use crate::data::redact::Secret;
use crate::error::{Error, ErrorKind};
use crate::operation::Operation;
use crate::profile::Profile;
use crate::store::{Store, StoreKey};

/// How long a process may be the only one that logs in. Few logins take longer; if one does,
/// another process logs in too. After a process died, the others wait this long.
pub(super) const LEASE: Duration = Duration::from_secs(30);
/// A store that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(5);

/// The session's place in a store. Each failure is logged, and `None`.
pub(super) struct Shared {
    store: Arc<dyn Store>,
    session: StoreKey,
    refusal: StoreKey,
    lease: StoreKey,
    /// What a lease of this client says.
    holder: Secret,
}

impl Shared {
    pub(super) fn new(store: Arc<dyn Store>, session: StoreKey) -> Self {
        let of = |what| StoreKey::of(&["common-http", what, session.as_str()]);
        Self {
            store,
            refusal: of("refusal"),
            lease: of("lease"),
            holder: Secret::from(format!("{:032x}", fastrand::u128(..))),
            session,
        }
    }

    /// The saved session and its age, if it is still valid.
    pub(super) async fn session(&self, clock: &Clock) -> Option<Option<(Session, Duration)>> {
        let saved = read(self.store.get(&self.session)).await?;
        let session = saved.and_then(|saved| Session::from_json(saved.expose()));
        let aged = session.and_then(|session| session.wall_age(clock).map(|age| (session, age)));
        // A session that is due for renewal can be used until it expires, if the renewal fails.
        Some(aged.filter(|(session, age)| session.lifetime.is_none_or(|lifetime| *age < lifetime)))
    }

    /// Saves the session of a login, which ends what was refused before.
    pub(super) async fn save(&self, session: &Session) {
        let saved = session.to_json();
        let put = self.store.put(&self.session, &saved, session.lifetime);
        if logged(put, "the session could not be saved")
            .await
            .is_some()
        {
            self.forget().await;
        }
    }

    /// The last refusal, unless it was that of another secret.
    pub(super) async fn refusal(
        &self,
        authenticator: &dyn Authenticator,
    ) -> Option<Option<SavedRefusal>> {
        let saved = read(self.store.get(&self.refusal)).await?;
        let Some(saved) = saved.and_then(|saved| SavedRefusal::from_json(saved.expose())) else {
            return Some(None);
        };
        let is_of_another = match saved.mark {
            Some(mark) => Mark::new(mark.salt, authenticator)
                .await
                .is_some_and(|own| own != mark),
            None => false,
        };
        Some((!is_of_another).then_some(saved))
    }

    /// Saves a refusal of the vendor's. That of a proxy may be this process's own affair.
    pub(super) async fn refuse(
        &self,
        refusal: &Refusal,
        clock: &Clock,
        authenticator: &dyn Authenticator,
    ) {
        if refusal.error.cause().is_some() {
            return;
        }
        let mark = match refusal.error.kind() {
            // Another secret would be throttled too.
            ErrorKind::RateLimited | ErrorKind::Server => None,
            _ => Mark::new(fastrand::u32(..), authenticator).await,
        };
        let saved = SavedRefusal::new(refusal, clock, mark).to_json();
        // It outlives its pause, so that the next one is longer, in a new process too.
        let lifetime = refusal.until.saturating_duration_since(clock.now()) + LONGEST_PAUSE;
        let put = self.store.put(&self.refusal, &saved, Some(lifetime));
        logged(put, "the refused login could not be saved").await;
    }

    /// Removes the refusal.
    pub(super) async fn forget(&self) -> Option<()> {
        let removed = self.store.remove(&self.refusal);
        logged(removed, "the refused login could not be removed").await
    }

    /// Whether this process alone may log in, also because a login that it gave up has the lease.
    pub(super) async fn lease(&self) -> Option<bool> {
        let put = (self.store).put_if_absent(&self.lease, &self.holder, Some(LEASE));
        let is_taken = logged(put, "the login could not be announced").await?;
        Some(is_taken || self.is_leased().await)
    }

    async fn is_leased(&self) -> bool {
        let held = in_time(self.store.get(&self.lease)).await;
        held.is_ok_and(|held| held.as_ref() == Some(&self.holder))
    }

    /// Ends our lease, but not that of a process that took it when ours was over.
    pub(super) async fn release(&self) {
        if self.is_leased().await {
            // If this fails, it ends by itself.
            let _ = in_time(self.store.remove(&self.lease)).await;
        }
    }
}

async fn read<T>(access: impl Future<Output = io::Result<T>>) -> Option<T> {
    logged(access, "the session store could not be read").await
}

async fn logged<T>(access: impl Future<Output = io::Result<T>>, failed: &str) -> Option<T> {
    let warn = |error: &io::Error| tracing::warn!(kind = %error.kind(), "{failed}");
    in_time(access).await.inspect_err(warn).ok()
}

async fn in_time<T>(access: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let access = timeout(PATIENCE, access).await;
    access.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Tells one secret from most others.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Mark {
    salt: u32,
    /// Too little to find the secret by trying.
    digest: u8,
}

impl Mark {
    /// The mark of the current secret; `None` if there is none, or if its provider hangs.
    async fn new(salt: u32, authenticator: &dyn Authenticator) -> Option<Self> {
        let secret = timeout(PATIENCE, authenticator.secret()).await.ok()??;
        let mut hash = Sha256::new();
        hash.update(salt.to_be_bytes());
        hash.update(secret.expose());
        let digest = hash.finalize()[0];
        Some(Self { salt, digest })
    }
}

/// A refusal as it is saved: nothing that the vendor wrote, but a code of our list.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedRefusal {
    version: u32,
    kind: ErrorKind,
    status: Option<u16>,
    code: Option<String>,
    mark: Option<Mark>,
    until_ms: u64,
    pause_ms: u64,
}

impl SavedRefusal {
    fn new(refusal: &Refusal, clock: &Clock, mark: Option<Mark>) -> Self {
        let error = &refusal.error;
        let left = refusal.until.saturating_duration_since(clock.now());
        // Where the code is printed as something else, it is not on the list.
        let code = error
            .code()
            .filter(|code| error.printable_code() == Some(code));
        Self {
            version: 1,
            kind: error.kind(),
            status: error.status().map(|status| status.as_u16()),
            code: code.map(str::to_owned),
            mark,
            until_ms: now_ms(clock).saturating_add(milliseconds(left)),
            pause_ms: milliseconds(refusal.pause),
        }
    }

    fn to_json(&self) -> Secret {
        Secret::from(serde_json::to_string(self).unwrap_or_default())
    }

    /// Reads a saved refusal; `None` if this version did not write the text.
    fn from_json(text: &str) -> Option<Self> {
        let saved: Self = serde_json::from_str(text).ok()?;
        (saved.version == 1).then_some(saved)
    }

    /// The refusal as if this process had been refused. One that ends later than any pause can was
    /// saved by a clock that is ahead, and counts as over.
    pub(super) fn into_refusal(
        self,
        clock: &Clock,
        profile: &Profile,
        login: Option<&'static Operation>,
    ) -> Refusal {
        let left = Duration::from_millis(self.until_ms.saturating_sub(now_ms(clock)));
        let left = if left > LONGEST_PAUSE {
            Duration::ZERO
        } else {
            left
        };
        let mut error = Error::new(self.kind);
        if let Some(login) = login {
            error = error.with_operation(login.id());
        }
        if let Some(status) = self.status.and_then(|code| StatusCode::from_u16(code).ok()) {
            error = error.with_status(status);
        }
        if let Some(code) = self.code {
            let is_listed = profile.codes.contains(&code.as_str());
            error = error.with_code(code, is_listed);
        }
        Refusal {
            error,
            until: clock.now() + left,
            pause: Duration::from_millis(self.pause_ms).min(LONGEST_PAUSE),
        }
    }
}

fn now_ms(clock: &Clock) -> u64 {
    let since = clock.system_time().duration_since(UNIX_EPOCH);
    milliseconds(since.unwrap_or_default())
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
