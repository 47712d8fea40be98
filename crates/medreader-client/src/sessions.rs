//! Sessions: opened with an e-mail address and a password for a tenant, renewed by opening another.

use common_http::lenient::take;
use common_http::{Call, Credentials, Engine, Extra, Operation, Request, Secret, json, safe_debug};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `POST /api/v1/auth/login`: opens a session.
pub(crate) static OPEN: Operation =
    Operation::post("medreader.sessions.open", "/api/v1/auth/login").login();

/// The session of a client: [`MedReaderClient::sessions`](crate::MedReaderClient::sessions).
#[derive(Clone, Debug)]
pub struct Sessions {
    pub(crate) engine: Engine,
}

impl Sessions {
    /// Opens a session unless there is one, to learn early whether the credentials are good.
    ///
    /// Every other call does this by itself. Of the call's options only the deadline counts. A
    /// refused login is remembered: until a pause is over (30 s, doubling to 15 min, or the
    /// vendor's `Retry-After`) it is answered locally, because MedReader locks out who tries too
    /// often. A call that is cancelled may leave a session open that nobody uses.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let user = sandbox.client().sessions().open().await?;
    /// assert!(user.name.is_some());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `credentials`, code [`InvalidCredentials`](crate::ErrorCode::InvalidCredentials): the
    ///   e-mail address or the password is wrong
    /// - `credentials`, code [`ValidationError`](crate::ErrorCode::ValidationError): one of them is
    ///   missing or malformed
    /// - `credentials`, code [`TenantInvalid`](crate::ErrorCode::TenantInvalid): there is no such
    ///   tenant
    /// - `rate_limited`, code [`TooManyAttempts`](crate::ErrorCode::TooManyAttempts): locked out;
    ///   [`Error::retry_after`](crate::Error::retry_after) says for how long, if it is known
    /// - `decode`: the answer has no token, or one that is not a valid header value
    /// - `connect`, `timeout`, `interrupted`, `server`: after three attempts
    pub fn open(&self) -> Call<User> {
        let read = |details: &str| {
            let mut login: Extra = json::decode(details.as_bytes())?;
            let user = User::from(login.remove("user").unwrap_or_default());
            let login = Secret::from(Value::Object(login).to_string());
            Ok(User { login, ..user })
        };
        self.engine.open_session(&OPEN, read)
    }

    /// Forgets that a login was refused, so that the next call logs in at once.
    ///
    /// For example after the account was unlocked, or a provider has another password. That call
    /// also removes the refusal from the store, for other processes.
    pub fn forget_refusal(&self) {
        self.engine.forget_refusal();
    }
}

#[derive(Serialize)]
struct LoginBody<'a> {
    email: &'a str,
    password: &'a str,
}

/// The request of a login.
pub(crate) fn login(engine: &Engine, credentials: &Credentials) -> Request {
    engine.request(&OPEN).json(&LoginBody {
        email: credentials.username().expose(),
        password: credentials.password().expose(),
    })
}

/// The user who is logged in, as the login describes it. `Debug` shows nothing: it is personal
/// data.
///
/// The fields are documented. That any of them may be missing or odd is our reading. A user that is
/// not a JSON object is kept in `extra` as `user`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Value")]
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
    /// Fields that this type does not name, and those with an unexpected type.
    #[serde(flatten)]
    pub extra: Extra,
    /// Fields of the login's answer beside the user, undocumented or with an unexpected type, as
    /// the text of a JSON object. One may be a token: `Serialize` leaves them out.
    #[serde(skip)]
    pub login: Secret,
}

safe_debug!(User {});

impl From<Value> for User {
    fn from(user: Value) -> Self {
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
            login: Secret::from("{}"),
        }
    }
}
