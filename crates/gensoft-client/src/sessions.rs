//! The API key. There is no login: the key goes with each request.

use std::sync::Arc;

use async_trait::async_trait;
use common_http::{Authenticator, Engine, Error, ErrorKind, Result, Secret, Session};
use http::HeaderValue;

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
    /// The key of now. Asked for at the first call, and again when the vendor answers 401 to one that is older than a
    /// minute: so a key that has changed in the vault is found without a restart.
    ///
    /// # Errors
    /// The provider's own, built with [`Error::new`](crate::Error::new); the call ends with it.
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
    pub(crate) source: KeySource,
    pub(crate) prefix: Option<String>,
}

/// Where the key comes from.
pub(crate) enum KeySource {
    /// A setting: asking for it again would change nothing.
    Fixed(Secret),
    Provided(Arc<dyn KeyProvider>),
}

#[async_trait]
impl Authenticator for Key {
    async fn open(&self, _: &Engine) -> Result<Session> {
        match &self.source {
            KeySource::Fixed(key) => Ok(Session::new(self.authorization(key)).fixed()),
            KeySource::Provided(provider) => {
                let key = provider.key().await?;
                check_key(&key)?;
                Ok(Session::new(self.authorization(&key)))
            }
        }
    }
}

impl Key {
    /// What can be said of the settings before a call is made.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(prefix) = &self.prefix {
            check(
                prefix,
                "the word before the API key is empty or fits no header",
            )?;
        }
        match &self.source {
            KeySource::Fixed(key) => check_key(key),
            KeySource::Provided(_) => Ok(()),
        }
    }

    fn authorization(&self, key: &Secret) -> Secret {
        match &self.prefix {
            Some(prefix) => Secret::from(format!("{prefix} {}", key.expose())),
            None => key.clone(),
        }
    }
}

/// An empty key would send patients' data with none, and one with a line's end at its end is the usual slip of a file's.
fn check_key(key: &Secret) -> Result<()> {
    let why = "the API key is empty, has white space around it, or fits no header";
    check(key.expose(), why)
}

fn check(text: &str, why: &'static str) -> Result<()> {
    let fits = !text.is_empty() && text.trim() == text && HeaderValue::from_str(text).is_ok();
    match fits {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Config).with_detail(why)),
    }
}
