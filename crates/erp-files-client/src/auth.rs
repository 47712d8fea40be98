//! The login: OAuth2 client credentials, a fixed access token, or a provider of tokens.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use common_http::{
    Authenticator, Engine, Error, ErrorKind, HttpOptions, Operation, Provider, Result, Secret,
    Session, percent_encode, safe_debug,
};
use http::HeaderValue;

use crate::errors::ERP;
use crate::sessions;

/// The vendor's token endpoint (documented).
pub const TOKEN_URL: &str = "https://id.medakadem.com/connect/token";

/// The scope that the files need (documented).
pub const SCOPE: &str = "gambit:erp";

/// OAuth2 client credentials: id, secret and scopes, issued by the vendor's support.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    id: Secret,
    secret: Secret,
    scope: String,
    token_url: String,
}

safe_debug!(ClientCredentials {});

impl ClientCredentials {
    /// Client credentials with the scope [`SCOPE`] and the vendor's token endpoint.
    pub fn new(id: impl Into<Secret>, secret: impl Into<Secret>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            scope: SCOPE.to_owned(),
            token_url: TOKEN_URL.to_owned(),
        }
    }

    /// Sets the scopes, separated by spaces (default [`SCOPE`]).
    ///
    /// The vendor's support knows which scopes a client may have.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// Sets the token endpoint (default [`TOKEN_URL`]).
    #[must_use]
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = url.into();
        self
    }

    /// What tells the saved tokens of these credentials from others'.
    pub(crate) fn store_key(&self) -> [&str; 3] {
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

/// An access token, as a [`Provider`] gives it.
///
/// ```
/// use std::time::Duration;
///
/// use erp_files_client::{AccessToken, ErpFilesClient, Provider, Result, async_trait};
///
/// /// A service of your own that issues tokens.
/// struct Gateway;
///
/// #[async_trait]
/// impl Provider<AccessToken> for Gateway {
///     async fn get(&self) -> Result<AccessToken> {
///         Ok(AccessToken::new("EXAMPLE-TOKEN").lifetime(Duration::from_secs(3600)))
///     }
/// }
///
/// let client = ErpFilesClient::builder()
///     .base_url("https://clinic.example")
///     .access_token_from(Gateway)
///     .build()?;
/// # Ok::<(), erp_files_client::Error>(())
/// ```
#[derive(Clone)]
pub struct AccessToken {
    token: Secret,
    lifetime: Option<Duration>,
}

safe_debug!(AccessToken { lifetime });

impl AccessToken {
    /// A token that is used until the ERP refuses it.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self {
            token: token.into(),
            lifetime: None,
        }
    }

    /// Sets how long it lives from now on. Another is requested ahead of its end.
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

/// One token for as long as the client lives.
pub(crate) struct Fixed(AccessToken);

impl Fixed {
    pub(crate) fn new(token: Secret) -> Result<Self> {
        let refused = |why| Err(Error::new(ErrorKind::Config).with_detail(why));
        if token.expose().trim().is_empty() {
            return refused("the access token is empty");
        }
        if HeaderValue::from_str(token.expose()).is_err() {
            return refused("the access token is not a valid header value");
        }
        Ok(Self(AccessToken::new(token)))
    }
}

#[async_trait]
impl Authenticator for Fixed {
    async fn open(&self, _: &Engine) -> Result<Session> {
        Ok(self.0.session().fixed())
    }
}

/// Tokens from the caller's provider.
pub(crate) struct Provided(pub(crate) Arc<dyn Provider<AccessToken>>);

#[async_trait]
impl Authenticator for Provided {
    async fn open(&self, _: &Engine) -> Result<Session> {
        Ok(self.0.get().await?.session())
    }
}

/// Tokens from the token endpoint.
pub(crate) struct OAuth {
    credentials: ClientCredentials,
    endpoint: Engine,
}

impl OAuth {
    pub(crate) fn new(credentials: ClientCredentials, http: HttpOptions) -> Result<Self> {
        let endpoint = Engine::builder(&ERP, &*credentials.token_url).http(http);
        Ok(Self {
            endpoint: endpoint.build()?,
            credentials,
        })
    }
}

#[async_trait]
impl Authenticator for OAuth {
    async fn open(&self, _: &Engine) -> Result<Session> {
        let form = self.credentials.form();
        let (token, lifetime) = sessions::request_token(&self.endpoint, form).await?;
        Ok(AccessToken { token, lifetime }.session())
    }

    fn login(&self) -> Option<&'static Operation> {
        Some(&sessions::OPEN)
    }

    async fn secret(&self) -> Option<Secret> {
        Some(self.credentials.secret.clone())
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
            "grant_type=client_credentials&client_id=a%26b&client_secret=c%3Dd%2Be%20f\
             &scope=gambit%3Aerp%20x"
        );
        assert_eq!(format!("{credentials:?}"), "ClientCredentials { .. }");
    }

    #[test]
    fn a_token_is_renewed_ahead_of_its_end() {
        assert_eq!(ahead(Duration::from_secs(3600)), Duration::from_secs(60));
        assert_eq!(ahead(Duration::from_secs(5)), Duration::from_millis(500));
    }
}
