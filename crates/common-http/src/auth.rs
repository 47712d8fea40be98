//! How a call gets its credentials: sessions that are opened once for all who wait, renewed ahead of their end, and
//! shared between processes by a [`SessionStore`].

mod cache;
mod store;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

pub(crate) use self::cache::{Live, SessionCache};
pub use self::store::{MemorySessionStore, SavedSession, SessionKey, SessionStore};
use crate::engine::Engine;
use crate::error::Result;
use crate::redact::Secret;

/// Opens sessions with a vendor: the one thing that each vendor does in its own way.
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// Logs in with requests of the engine given (marked [`Operation::login`](crate::Operation::login)) and says what to
    /// authorise calls with. It is never run twice at the same time for one client.
    ///
    /// # Errors
    /// The login's own error. A 4xx is remembered for a pause and answered locally.
    async fn open(&self, engine: &Engine) -> Result<Session>;
}

/// What a login gave.
#[derive(Clone)]
pub struct Session {
    pub(crate) authorization: Secret,
    pub(crate) details: Option<Secret>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) refresh_after: Option<Duration>,
    pub(crate) fixed: bool,
}

impl Session {
    /// A session whose calls carry this `Authorization` header.
    #[must_use]
    pub fn new(authorization: Secret) -> Self {
        Self {
            authorization,
            details: None,
            lifetime: None,
            refresh_after: None,
            fixed: false,
        }
    }

    /// Says that another login would give the same, as with a key that is a setting: a 401 is then an answer at once.
    ///
    /// ```
    /// let session = common_http::Session::new("ApiKey EXAMPLE-KEY".into()).fixed();
    /// # let _ = session;
    /// ```
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    /// How long the session lives from now on. Without it, it lives until the vendor answers 401.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// When to renew it, counted from now: ahead of its end, while the old one still works.
    #[must_use]
    pub fn refresh_after(mut self, after: Duration) -> Self {
        self.refresh_after = Some(after);
        self
    }

    /// What else the login said, as text (JSON, say): kept and saved with the session.
    #[must_use]
    pub fn details(mut self, details: Secret) -> Self {
        self.details = Some(details);
        self
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("lifetime", &self.lifetime)
            .field("refresh_after", &self.refresh_after)
            .finish_non_exhaustive()
    }
}
