//! Access tokens: OAuth2 client credentials, a fixed token, or the caller's own provider.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use common_http::{
    Authenticator, Body, Engine, Operation, Result, Secret, Session, percent_encode, safe_debug,
};
use http::HeaderValue;
use serde::{Deserialize, Deserializer};

/// `POST` to the token endpoint (documented: the same for every clinic). Its whole path is in the endpoint's address.
pub(crate) static TOKEN: Operation = Operation::post("erp.oauth.token", "").login();

/// The vendor's token endpoint (documented).
pub const TOKEN_URL: &str = "https://id.medakadem.com/connect/token";

/// The scope that the files need (documented).
pub const SCOPE: &str = "gambit:erp";

/// OAuth2 client credentials: id, secret and scopes are issued by the vendor's support. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    id: Secret,
    secret: Secret,
    scope: String,
    pub(crate) token_url: String,
}

safe_debug!(ClientCredentials {});

impl ClientCredentials {
    /// Client credentials with the scope [`SCOPE`] and the vendor's token endpoint.
    ///
    /// ```
    /// use erp_files_client::ClientCredentials;
    ///
    /// let credentials = ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET");
    /// assert_eq!(format!("{credentials:?}"), "ClientCredentials { .. }");
    /// ```
    pub fn new(id: impl Into<Secret>, secret: impl Into<Secret>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            scope: SCOPE.to_owned(),
            token_url: TOKEN_URL.to_owned(),
        }
    }

    /// Asks for these scopes, separated by spaces; which a client may have, support says.
    ///
    /// ```
    /// # use erp_files_client::ClientCredentials;
    /// let credentials = ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET")
    ///     .scope("gambit:erp gambit:static_data");
    /// # let _ = credentials;
    /// ```
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// Asks this endpoint; default [`TOKEN_URL`].
    ///
    /// ```
    /// # use erp_files_client::ClientCredentials;
    /// let credentials = ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET")
    ///     .token_url("http://127.0.0.1:5060/connect/token");
    /// # let _ = credentials;
    /// ```
    #[must_use]
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = url.into();
        self
    }

    /// What tells these credentials' saved sessions from others'.
    pub(crate) fn session_key(&self) -> [&str; 3] {
        [&self.token_url, self.id.expose(), &self.scope]
    }

    fn form(&self) -> String {
        [
            ("grant_type", "client_credentials"),
            ("client_id", self.id.expose()),
            ("client_secret", self.secret.expose()),
            ("scope", &self.scope),
        ]
        .map(|(name, value)| format!("{name}={}", percent_encode(value)))
        .join("&")
    }
}

/// An access token from a provider.
#[derive(Clone)]
pub struct AccessToken {
    token: Secret,
    lifetime: Option<Duration>,
}

safe_debug!(AccessToken { lifetime });

impl AccessToken {
    /// A token that is good until the ERP says otherwise.
    ///
    /// ```
    /// let token = erp_files_client::AccessToken::new("EXAMPLE-TOKEN");
    /// # let _ = token;
    /// ```
    pub fn new(token: impl Into<Secret>) -> Self {
        Self {
            token: token.into(),
            lifetime: None,
        }
    }

    /// How long it lives from now on; another is asked for ahead of that.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let token = erp_files_client::AccessToken::new("EXAMPLE-TOKEN").lifetime(Duration::from_secs(3600));
    /// # let _ = token;
    /// ```
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    fn session(&self) -> Session {
        let session = Session::new(Secret::from(format!("Bearer {}", self.token.expose())));
        match self.lifetime {
            Some(lifetime) => session
                .lifetime(lifetime)
                .refresh_after(lifetime - ahead(lifetime)),
            None => session,
        }
    }
}

/// A token is renewed a minute before its end, a short-lived one in its last tenth.
fn ahead(lifetime: Duration) -> Duration {
    (lifetime / 10).min(Duration::from_secs(60))
}

/// Gives an access token when the client needs one: from a service of your own that asks for them, say.
///
/// ```
/// use erp_files_client::{Result, async_trait};
/// use erp_files_client::{AccessToken, TokenProvider};
///
/// struct Gateway;
///
/// #[async_trait]
/// impl TokenProvider for Gateway {
///     async fn token(&self) -> Result<AccessToken> {
///         Ok(AccessToken::new("EXAMPLE-TOKEN"))
///     }
/// }
/// ```
#[async_trait]
pub trait TokenProvider: Send + Sync + 'static {
    /// A token that is good now.
    ///
    /// # Errors
    /// The provider's own, built with [`Error::new`](crate::Error::new); the call ends with it.
    async fn token(&self) -> Result<AccessToken>;
}

/// One token for as long as the client lives.
pub(crate) struct Fixed(pub(crate) Secret);

#[async_trait]
impl Authenticator for Fixed {
    async fn open(&self, _: &Engine) -> Result<Session> {
        Ok(AccessToken::new(self.0.clone()).session().fixed())
    }
}

/// Tokens from the caller's provider.
pub(crate) struct Provided(pub(crate) Arc<dyn TokenProvider>);

#[async_trait]
impl Authenticator for Provided {
    async fn open(&self, _: &Engine) -> Result<Session> {
        Ok(self.0.token().await?.session())
    }
}

/// Tokens from the token endpoint, which is another host than the ERP's and so has an engine of its own.
pub(crate) struct OAuth {
    pub(crate) credentials: ClientCredentials,
    pub(crate) endpoint: Engine,
}

/// RFC 6749; what else it has is of no use here.
#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(deserialize_with = "common_http::lenient::string")]
    access_token: String,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<f64>,
}

/// Seconds, or nothing where it is no number: a token without a lifetime is good until the ERP says otherwise.
fn seconds<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<f64>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value.as_f64().or_else(|| value.as_str()?.parse().ok()))
}

#[async_trait]
impl Authenticator for OAuth {
    async fn open(&self, _: &Engine) -> Result<Session> {
        let form = Body::from(self.credentials.form());
        let answer = self
            .endpoint
            .request(&TOKEN)
            .body(form, "application/x-www-form-urlencoded")
            .send()
            .await?;
        let TokenAnswer {
            access_token,
            expires_in,
        } = answer.json()?;
        if access_token.is_empty() {
            return Err(answer.unreadable().with_detail("the access token is empty"));
        }
        if HeaderValue::from_str(&access_token).is_err() {
            return Err(answer
                .unreadable()
                .with_detail("the access token fits no header"));
        }
        let lifetime = expires_in.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let mut token = AccessToken::new(access_token);
        token.lifetime = lifetime.filter(|lifetime| !lifetime.is_zero());
        Ok(token.session())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_encoded() {
        let credentials = ClientCredentials::new("a&b", "c=d+e f").scope("gambit:erp x");
        assert_eq!(
            credentials.form(),
            "grant_type=client_credentials&client_id=a%26b&client_secret=c%3Dd%2Be%20f&scope=gambit%3Aerp%20x"
        );
    }

    #[test]
    fn renewed_ahead() {
        assert_eq!(ahead(Duration::from_secs(3600)), Duration::from_secs(60));
        assert_eq!(ahead(Duration::from_secs(5)), Duration::from_millis(500));
    }

    #[test]
    fn odd_lifetimes_are_none() {
        for (text, expected) in [
            (r#"{"access_token":"x","expires_in":3600}"#, Some(3600.0)),
            (r#"{"access_token":"x","expires_in":"60"}"#, Some(60.0)),
            (r#"{"access_token":"x","expires_in":1.5}"#, Some(1.5)),
            (r#"{"access_token":"x","expires_in":null}"#, None),
            (r#"{"access_token":"x"}"#, None),
            (r#"{"access_token":"x","expires_in":"soon"}"#, None),
        ] {
            let answer: TokenAnswer = serde_json::from_str(text).unwrap();
            assert_eq!(answer.expires_in, expected, "{text}");
        }
    }
}
