//! Sessions: opened with a user name and a password, renewed by opening another.

use common_http::{
    Call, Credentials, Engine, Extra, Operation, Request, Timestamp, json, lenient_model,
    safe_debug,
};
use serde::{Deserialize, Serialize};

/// `POST /v2/sessions/open`: opens a session, or renews it by opening another.
pub(crate) static OPEN: Operation =
    Operation::post("biologix.sessions.open", "/v2/sessions/open").login();

/// The documented value of `source`. It is sent as a number (observed).
const SOURCE: u32 = 100;

/// The session of a client: [`BiologixClient::sessions`](crate::BiologixClient::sessions).
#[derive(Clone)]
#[must_use]
pub struct Sessions {
    pub(crate) engine: Engine,
}

safe_debug!(Sessions {});

impl Sessions {
    /// Opens a session unless there is one, to learn early whether the credentials are good.
    ///
    /// Every other call does this by itself. Of the call's options only the deadline counts. A
    /// call that is cancelled may leave a session open that nobody uses.
    ///
    /// ```
    /// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
    /// use biologix_client::ErrorKind;
    ///
    /// let client = sandbox.client_builder().credentials("c|EXAMPLE|000001", "WRONG").build()?;
    /// match client.sessions().open().await {
    ///     Ok(session) => println!("logged in as {}", session.user_id),
    ///     Err(error) if error.kind() == ErrorKind::Credentials => {
    ///         println!("check the settings; the next login is due in {:?}", error.retry_after());
    ///     }
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `credentials`: refused. The next login is made after a pause (30 s, doubling to 15 min),
    ///   so that the account is not locked
    /// - `rate_limited`: the vendor throttles logins
    /// - `decode`: the answer has no token or no user id
    /// - `config`: the client has no credentials
    /// - `connect`, `timeout`, `interrupted`, `server`: after three attempts
    pub fn open(&self) -> Call<SessionInfo> {
        self.engine
            .open_session(&OPEN, |details| json::decode(details.as_bytes()))
    }

    /// Forgets that a login was refused, so that the next call logs in at once.
    ///
    /// For example after the account was unlocked, or a provider has another password. That call
    /// also removes the refusal from the store, for other processes.
    pub fn forget_refusal(&self) {
        self.engine.forget_refusal();
    }
}

/// A session as the login described it.
///
/// Only the user id is required. Another field that has an unexpected type stays in `extra`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct SessionInfo {
    /// The id of the user who is logged in. Documented.
    pub user_id: String,
    /// The session's id. No call needs it. Documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// When the token began. Documented, without its format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_start: Option<Timestamp>,
    /// Whether a second factor was used. Documented. No program was seen to use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa_verified: Option<bool>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(SessionInfo);
safe_debug!(SessionInfo { mfa_verified });

#[derive(Serialize)]
struct LoginBody<'a> {
    username: &'a str,
    password: &'a str,
    source: u32,
}

/// The request of a login.
pub(crate) fn login(engine: &Engine, credentials: &Credentials) -> Request {
    engine.request(&OPEN).json(&LoginBody {
        username: credentials.username().expose(),
        password: credentials.password().expose(),
        source: SOURCE,
    })
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::errors::BIOLOGIX;

    #[test]
    fn the_login_request_is_built_without_io() {
        let engine = Engine::builder(&BIOLOGIX, "http://127.0.0.1:9").build();
        let credentials = Credentials::new("c|EXAMPLE|000001", "EXAMPLE-PASSWORD");
        let prepared = login(&engine.unwrap(), &credentials).prepare().unwrap();
        let operation = prepared.operation();
        assert_eq!(
            (operation.id(), operation.method()),
            (OPEN.id(), &Method::POST)
        );
        assert_eq!(
            prepared.url().as_str(),
            "http://127.0.0.1:9/v2/sessions/open"
        );
        let headers: Vec<_> = prepared
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        let agent = concat!("user-agent: biologix-client/", env!("CARGO_PKG_VERSION"));
        for header in [
            agent,
            "accept: application/json",
            "content-type: application/json",
            "content-length: 74",
        ] {
            assert!(headers.iter().any(|have| have == header), "{headers:?}");
        }
        assert_eq!(headers.len(), 4, "{headers:?}");
    }
}
