//! The API key. There is no login: the key goes with each request.

use std::sync::Arc;

use async_trait::async_trait;
use common_http::{Authenticator, Engine, Result, Secret, Session};

/// Gives the API key when the client needs it: from a vault, say.
///
/// ```
/// use gensoft_client::{Result, Secret, async_trait};
/// use gensoft_client::KeyProvider;
///
/// struct Vault;
///
/// #[async_trait]
/// impl KeyProvider for Vault {
///     async fn key(&self) -> Result<Secret> {
///         Ok(Secret::from("EXAMPLE-KEY"))
///     }
/// }
/// ```
#[async_trait]
pub trait KeyProvider: Send + Sync + 'static {
    /// The key of now.
    ///
    /// # Errors
    /// The provider's own, built with [`Error::builder`](crate::Error::builder); the call ends with it.
    async fn key(&self) -> Result<Secret>;
}

#[async_trait]
impl KeyProvider for Secret {
    async fn key(&self) -> Result<Secret> {
        Ok(self.clone())
    }
}

/// The key as the vendor's examples send it, bare, or with a scheme word before it.
pub(crate) struct Key {
    pub(crate) provider: Arc<dyn KeyProvider>,
    pub(crate) prefix: Option<String>,
}

#[async_trait]
impl Authenticator for Key {
    async fn open(&self, _: &Engine) -> Result<Session> {
        let key = self.provider.key().await?;
        let authorization = match &self.prefix {
            Some(prefix) => Secret::from(format!("{prefix} {}", key.expose())),
            None => key,
        };
        Ok(Session::new(authorization).fixed())
    }
}
