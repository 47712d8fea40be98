//! How a call gets its credentials.
//!
//! One login serves all waiting calls and is renewed before it expires. With a
//! [`Store`](crate::Store) it serves several processes, which share sessions and refusals.

mod cache;
mod live;
mod provider;
mod refusal;
mod session;
mod shared;

use async_trait::async_trait;

pub(crate) use self::cache::{LoginUnderWay, SessionCache};
pub(crate) use self::live::Live;
pub use self::provider::{Credentials, Provider};
pub use self::session::Session;
use crate::data::redact::Secret;
use crate::engine::Engine;
use crate::error::Result;
use crate::operation::Operation;

/// Opens sessions with a vendor, in the way that this vendor requires.
///
/// ```
/// use std::time::Duration;
///
/// use common_http::{Authenticator, Engine, Operation, Result, Secret, Session, async_trait};
///
/// static LOGIN: Operation = Operation::post("example.sessions.open", "/login").login();
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
///         let Token { token } = engine.request(&LOGIN).json(&body).await?.json()?;
///         Ok(Session::new(Secret::from(format!("Bearer {}", token.expose())))
///             .lifetime(Duration::from_secs(3600))
///             .refresh_after(Duration::from_secs(3000)))
///     }
///
///     fn login(&self) -> Option<&'static Operation> {
///         Some(&LOGIN)
///     }
/// }
/// ```
#[async_trait]
pub trait Authenticator: Send + Sync + 'static {
    /// Logs in with requests of this engine (marked [`Operation::login`](crate::Operation::login))
    /// and returns how to authorise calls.
    ///
    /// It never runs twice at the same time for one client.
    ///
    /// # Errors
    /// The login's own error. A 4xx is remembered for a pause, during which no request is sent.
    async fn open(&self, engine: &Engine) -> Result<Session>;

    /// The operation of the login, if it has one.
    ///
    /// An error names it if another process, with the same [`Store`](crate::Store), was refused.
    fn login(&self) -> Option<&'static Operation> {
        None
    }

    /// The secret that a login would send now, if it has one.
    ///
    /// A refusal that another process saved does not count for another secret, so a password that
    /// was corrected is tried at once. Of the secret only eight bits of a salted digest are saved.
    async fn secret(&self) -> Option<Secret> {
        None
    }
}
