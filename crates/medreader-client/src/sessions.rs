//! Sessions: opened with e-mail and password for a tenant, renewed by opening another.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use common_http::json;
use common_http::lenient::take;
use common_http::{
    Authenticator, CallOptions, Engine, Extra, Operation, RawJson, Result, Secret, Session,
    lenient, safe_debug,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `POST /api/v1/auth/login`: opens a session, or renews it by opening another.
pub(crate) static LOGIN: Operation =
    Operation::post("medreader.auth.login", "/api/v1/auth/login").login();

/// A session is renewed this long before its end, or a tenth of a shorter life before it.
const RENEW_AHEAD: Duration = Duration::from_secs(60);

/// E-mail and password of a MedReader user. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub(crate) email: Secret,
    pub(crate) password: Secret,
}

impl Credentials {
    /// The credentials of a user.
    ///
    /// ```
    /// let credentials = medreader_client::Credentials::new("user@clinic.example", "EXAMPLE-PASSWORD");
    /// assert_eq!(format!("{credentials:?}"), "Credentials { .. }");
    /// ```
    pub fn new(email: impl Into<Secret>, password: impl Into<Secret>) -> Self {
        Self {
            email: email.into(),
            password: password.into(),
        }
    }
}

safe_debug!(Credentials {});

/// Gives the credentials when a login needs them: from a vault, say, where they are changed while a program runs.
///
/// ```
/// use medreader_client::{Result, async_trait};
/// use medreader_client::{Credentials, CredentialsProvider};
///
/// struct Vault;
///
/// #[async_trait]
/// impl CredentialsProvider for Vault {
///     async fn credentials(&self) -> Result<Credentials> {
///         Ok(Credentials::new("user@clinic.example", "EXAMPLE-PASSWORD"))
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

/// The user who is logged in, as the login described him. All of it is personal data: `Debug` prints `User { .. }`.
///
/// Documented; that any of it may be missing or odd is our reading. A user that is no JSON object is kept in `extra` as
/// `user`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "UserAnswer")]
#[non_exhaustive]
pub struct User {
    /// The user's id, documented as a UUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The user's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The user's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The user's phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Fields that this type does not name, and those whose value it could not hold.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(User {});

/// What the login has for a user, as it is read first.
#[derive(Deserialize)]
struct UserAnswer(Value);

impl From<UserAnswer> for User {
    fn from(UserAnswer(user): UserAnswer) -> Self {
        let mut rest = match user {
            Value::Object(fields) => fields,
            Value::Null => Extra::new(),
            odd => Extra::from_iter([("user".to_owned(), odd)]),
        };
        Self {
            id: take(&mut rest, "id"),
            name: take(&mut rest, "name"),
            email: take(&mut rest, "email"),
            phone: take(&mut rest, "phone"),
            extra: rest,
        }
    }
}

/// Makes sure of a session: takes the one there is, or opens one. Made by
/// [`MedReaderClient::open_session`](crate::MedReaderClient::open_session).
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct OpenSession {
    engine: Engine,
    options: CallOptions,
}

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
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use std::time::Duration;
    /// use medreader_client::CallOptions;
    ///
    /// let options = CallOptions::default().deadline(Duration::from_secs(5));
    /// client.open_session().options(options).send().await?;
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends the login, if there is no session yet, and gives the user.
    ///
    /// A refused login is remembered: it is asked again only after a pause (30 s, doubling to 15 min, or the vendor's
    /// `Retry-After`), and until then answered locally, because MedReader locks out who tries too often.
    ///
    /// # Errors
    /// - `credentials`, code [`InvalidCredentials`](crate::ErrorCode::InvalidCredentials): wrong e-mail or password;
    ///   [`ValidationError`](crate::ErrorCode::ValidationError): one of them is missing or malformed
    /// - `credentials`, code [`TenantInvalid`](crate::ErrorCode::TenantInvalid): no such tenant
    /// - `rate_limited`, code [`TooManyAttempts`](crate::ErrorCode::TooManyAttempts): locked out;
    ///   [`Error::retry_after`](crate::Error::retry_after) says for how long, as far as it is known
    /// - `decode`: the answer has no token
    /// - `connect`, `timeout`, `interrupted`, `server`: after three attempts
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// let user = client.open_session().send().await?;
    /// assert!(user.name.is_some());
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<User> {
        self.engine
            .open_session(&LOGIN, |details| json::decode(details.as_bytes()))
            .options(self.options)
            .await
    }
}

/// Logs in.
pub(crate) struct Login {
    pub(crate) credentials: Arc<dyn CredentialsProvider>,
}

#[derive(Serialize)]
struct LoginBody<'a> {
    email: &'a str,
    password: &'a str,
}

/// All that a login needs of its answer: nothing else in it can fail a call.
#[derive(Deserialize)]
struct LoginAnswer {
    #[serde(deserialize_with = "lenient::string")]
    token: String,
    #[serde(default)]
    expires_in: Value,
    user: Option<RawJson>,
}

#[async_trait]
impl Authenticator for Login {
    async fn open(&self, engine: &Engine) -> Result<Session> {
        let credentials = self.credentials.credentials().await?;
        let body = LoginBody {
            email: credentials.email.expose(),
            password: credentials.password.expose(),
        };
        let answer = engine.request(&LOGIN).json(&body).send().await?;
        let login: LoginAnswer = answer.json()?;
        if login.token.is_empty() {
            let why = "the login's answer has an empty token";
            return Err(answer.unreadable().with_detail(why));
        }
        let user = login.user.as_ref().map_or("{}", RawJson::as_str);
        let session = Session::new(Secret::from(format!("Bearer {}", login.token)))
            .details(Secret::from(user));
        Ok(match lifetime(&login.expires_in) {
            Some(life) => session
                .lifetime(life)
                .refresh_after(life - RENEW_AHEAD.min(life / 10)),
            None => session,
        })
    }
}

/// How long the token lives: documented as a number of seconds. Where it is missing or makes no sense, the session lives
/// until the vendor answers 401.
fn lifetime(expires_in: &Value) -> Option<Duration> {
    let seconds = match expires_in {
        Value::Number(seconds) => seconds.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let life = Duration::try_from_secs_f64(seconds?).ok()?;
    (!life.is_zero()).then_some(life)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_lifetime_is_a_positive_number() {
        for (value, seconds) in [
            (json!(3600), Some(3600.0)),
            (json!(3600.0), Some(3600.0)),
            (json!(0.5), Some(0.5)),
            (json!("3600"), Some(3600.0)),
            (json!(0), None),
            (json!(-1), None),
            (json!(1e300), None),
            (json!("soon"), None),
            (json!("NaN"), None),
            (json!(null), None),
            (json!([3600]), None),
        ] {
            assert_eq!(
                lifetime(&value),
                seconds.map(Duration::from_secs_f64),
                "{value}"
            );
        }
    }
}
