//! Sessions: opened with user name and password, renewed by opening another.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use common_http::json;
use common_http::lenient::take;
use common_http::{
    Answer, Authenticator, CallOptions, Engine, Extra, Operation, Request, Result, Secret, Session,
    Timestamp, safe_debug,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `POST /v2/sessions/open`: opens a session, or renews it by opening another.
pub(crate) static OPEN: Operation =
    Operation::post("biologix.sessions.open", "/v2/sessions/open").login();

/// The header that has the token; looked up without regard to case. Documented as `Bx-Session-Token`.
const TOKEN: &str = "bx-session-token";

/// What the document wants as `source`; a number (observed: not a text).
const SOURCE: u32 = 100;

/// A token "normally" lasts 7 days (documented).
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// User name and password of a Biologix account.
///
/// The user name has three parts separated by `|` (observed) and is sent as it is. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub(crate) username: Secret,
    pub(crate) password: Secret,
}

impl Credentials {
    /// The credentials of an account.
    ///
    /// ```
    /// let credentials = biologix_client::Credentials::new("c|EXAMPLE|000001", "EXAMPLE-PASSWORD");
    /// assert_eq!(format!("{credentials:?}"), "Credentials { .. }");
    /// ```
    pub fn new(username: impl Into<Secret>, password: impl Into<Secret>) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
        }
    }
}

safe_debug!(Credentials {});

/// Gives the credentials when a login needs them: from a vault, say, where they are changed while a program runs.
///
/// ```
/// use biologix_client::{Credentials, CredentialsProvider};
/// use biologix_client::{Result, async_trait};
///
/// struct Vault;
///
/// #[async_trait]
/// impl CredentialsProvider for Vault {
///     async fn credentials(&self) -> Result<Credentials> {
///         Ok(Credentials::new("c|EXAMPLE|000001", "EXAMPLE-PASSWORD"))
///     }
/// }
/// ```
#[async_trait]
pub trait CredentialsProvider: Send + Sync + 'static {
    /// The credentials of now.
    ///
    /// # Errors
    /// The provider's own, built with [`Error::new`](crate::Error::new) (kind `credentials`, say); the call that needed the session ends
    /// with it.
    async fn credentials(&self) -> Result<Credentials>;
}

#[async_trait]
impl CredentialsProvider for Credentials {
    async fn credentials(&self) -> Result<Credentials> {
        Ok(self.clone())
    }
}

/// A session, as the login described it.
///
/// Only the user id must be there. Another field of a type that is not known stays in `extra`: nothing needs it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Extra")]
#[non_exhaustive]
pub struct SessionInfo {
    /// The id of the user who is logged in. Documented.
    pub user_id: String,
    /// The session's id; nothing needs it. Documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// When the token began. Documented; its format is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_start: Option<Timestamp>,
    /// Whether a second factor was shown. Documented; no program was seen to use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa_verified: Option<bool>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(SessionInfo { mfa_verified });

impl TryFrom<Extra> for SessionInfo {
    type Error = &'static str;

    fn try_from(mut fields: Extra) -> Result<Self, Self::Error> {
        let Some(Value::String(user_id)) = fields.remove("userId") else {
            return Err("missing field `userId`");
        };
        Ok(Self {
            user_id,
            session_id: take(&mut fields, "sessionId"),
            token_start: take(&mut fields, "tokenStart"),
            mfa_verified: take(&mut fields, "mfaVerified"),
            extra: fields,
        })
    }
}

/// Makes sure of a session: takes the one there is, or opens one. Made by
/// [`BiologixClient::open_session`](crate::BiologixClient::open_session).
#[must_use = "nothing is sent before `send`"]
pub struct OpenSession {
    engine: Engine,
    options: CallOptions,
}

safe_debug!(OpenSession {});

impl OpenSession {
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            options: CallOptions::default(),
        }
    }

    /// Sets the settings of this call, of which the deadline counts: a login's attempts are fixed.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use std::time::Duration;
    /// use biologix_client::CallOptions;
    ///
    /// let options = CallOptions::default().deadline(Duration::from_secs(5));
    /// client.open_session().options(options).send().await?;
    /// # Ok::<(), common_http::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends the login, if there is no session yet. A cancelled one may have opened a session that nobody uses.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client_builder().credentials("c|EXAMPLE|000001", "WRONG").build()?;
    /// use biologix_client::ErrorKind;
    ///
    /// match client.open_session().send().await {
    ///     Ok(_) => println!("the credentials are good"),
    ///     Err(error) if error.kind() == ErrorKind::Credentials => {
    ///         println!("look at the settings; the next try is due in {:?}", error.retry_after());
    ///     }
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// - `credentials`: refused; asked again only after a pause (30 s, doubling to 15 min), so that no account is locked
    /// - `rate_limited`: the vendor throttles logins
    /// - `decode`: the answer has no token or no user id
    /// - `config`: the client has no credentials
    /// - `connect`, `timeout`, `interrupted`, `server`: after three attempts
    pub async fn send(self) -> Result<SessionInfo> {
        self.engine
            .open_session(&OPEN, |details| json::decode(details.as_bytes()))
            .options(self.options)
            .await
    }
}

/// Logs in.
pub(crate) struct Login {
    pub(crate) credentials: Arc<dyn CredentialsProvider>,
    pub(crate) renew_after: Duration,
}

#[derive(Serialize)]
struct LoginBody<'a> {
    username: &'a str,
    password: &'a str,
    source: u32,
}

/// All that a login needs of its answer: nothing else in it can fail a call.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    user_id: String,
}

#[async_trait]
impl Authenticator for Login {
    async fn open(&self, engine: &Engine) -> Result<Session> {
        let credentials = self.credentials.credentials().await?;
        let answer = request(engine, &credentials).send().await?;
        let user: User = answer.json()?;
        let details = String::from_utf8_lossy(answer.body());
        Ok(Session::new(authorization(&answer, user)?)
            .details(Secret::from(details.into_owned()))
            .lifetime(LIFETIME)
            .refresh_after(self.renew_after))
    }
}

fn request(engine: &Engine, credentials: &Credentials) -> Request {
    engine.request(&OPEN).json(&LoginBody {
        username: credentials.username.expose(),
        password: credentials.password.expose(),
        source: SOURCE,
    })
}

/// `basic` in lower case, as in the document and in every program seen; user id and token as they came.
fn authorization(answer: &Answer, user: User) -> Result<Secret> {
    if user.user_id.is_empty() {
        let why = "the login's answer has an empty userId";
        return Err(answer.unreadable().with_detail(why));
    }
    let token = answer.headers().get(TOKEN).map(|token| token.as_bytes());
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        let why = "the login's answer has no bx-session-token header";
        return Err(answer.unreadable().with_detail(why));
    };
    let mut pair = user.user_id.into_bytes();
    pair.push(b':');
    pair.extend_from_slice(token);
    Ok(Secret::from(format!(
        "basic {}",
        BASE64_STANDARD.encode(pair)
    )))
}

#[cfg(test)]
mod tests {
    use common_http::HttpOptions;
    use http::Method;

    use super::*;
    use crate::vendor::BIOLOGIX;

    #[test]
    fn the_login_request_is_built_without_io() {
        let engine = Engine::builder(&BIOLOGIX, "http://127.0.0.1:9")
            .http(HttpOptions::default())
            .build()
            .unwrap();
        let credentials = Credentials::new("c|EXAMPLE|000001", "EXAMPLE-PASSWORD");
        let prepared = request(&engine, &credentials).prepare().unwrap();
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
