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
///
/// ```
/// use common_http::{Authenticator, Engine, Operation, Result, Secret, Session, async_trait};
/// use std::time::Duration;
///
/// static LOGIN: Operation = Operation::post("example.login", "/login").login();
///
/// struct Login {
///     password: Secret,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Token {
///     token: Secret,
/// }
///
/// #[async_trait]
/// impl Authenticator for Login {
///     async fn open(&self, engine: &Engine) -> Result<Session> {
///         let body = serde_json::json!({ "password": self.password.expose() });
///         let answer = engine.request(&LOGIN).json(&body).send().await?;
///         let Token { token } = answer.json()?;
///         Ok(Session::new(Secret::from(format!("Bearer {}", token.expose())))
///             .lifetime(Duration::from_secs(3600))
///             .refresh_after(Duration::from_secs(3000)))
///     }
/// }
/// # #[cfg(feature = "sandbox")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # use std::sync::Arc;
/// # use common_http::example::GET;
/// # use common_http::{HttpOptions, example, transport::{FakeAnswer, FakeTransport}};
/// # let network = FakeTransport::new(|_| FakeAnswer::json(r#"{"token":"EXAMPLE"}"#));
/// # let http = HttpOptions::default().transport(Arc::clone(&network) as _);
/// # let engine = Engine::builder(&example::VENDOR, "http://127.0.0.1:8080").http(http);
/// # let engine = engine.authenticator(Login { password: Secret::from("EXAMPLE-PASSWORD") }).build()?;
/// # engine.request(&GET).path("id", "0000001").send().await?;
/// # assert_eq!(network.requests()[1].headers["authorization"], "Bearer EXAMPLE");
/// # Ok::<(), common_http::Error>(())
/// # }).unwrap();
/// ```
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
}

impl Session {
    /// A session whose calls carry this `Authorization` header.
    ///
    /// ```
    /// use common_http::{Secret, Session};
    ///
    /// // Basic auth of a made-up user: the whole header, scheme word included.
    /// let session = Session::new(Secret::from("basic RVhBTVBMRTpFWEFNUExF"));
    /// assert!(!format!("{session:?}").contains("basic"));
    /// ```
    #[must_use]
    pub fn new(authorization: Secret) -> Self {
        Self {
            authorization,
            details: None,
            lifetime: None,
            refresh_after: None,
        }
    }

    /// How long the session lives from now on. Without it, it lives until the vendor answers 401.
    ///
    /// ```
    /// # use common_http::{Secret, Session};
    /// use std::time::Duration;
    ///
    /// // The vendor's `expires_in`, in seconds.
    /// let session = Session::new(Secret::from("Bearer EXAMPLE")).lifetime(Duration::from_secs(3600));
    /// # assert!(format!("{session:?}").contains("3600s"));
    /// ```
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// When to renew it, counted from now: ahead of its end, while the old one still works.
    ///
    /// ```
    /// # use common_http::{Secret, Session};
    /// use std::time::Duration;
    ///
    /// const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    /// // A day is left in which a failed renewal costs nothing.
    /// let session = Session::new(Secret::from("Bearer EXAMPLE"))
    ///     .lifetime(7 * DAY)
    ///     .refresh_after(6 * DAY);
    /// # let _ = session;
    /// ```
    #[must_use]
    pub fn refresh_after(mut self, after: Duration) -> Self {
        self.refresh_after = Some(after);
        self
    }

    /// What else the login said, as text (JSON, say): kept and saved with the session.
    ///
    /// ```
    /// # use common_http::{Secret, Session};
    /// // The user id will be wanted later, in another process too.
    /// let session = Session::new(Secret::from("Bearer EXAMPLE"))
    ///     .details(Secret::from(r#"{"userId":"0000001AA"}"#));
    /// # let _ = session;
    /// ```
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
