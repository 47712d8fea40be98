//! The API key. There is no login: the key goes with each request.

use std::sync::Arc;

use async_trait::async_trait;
use common_http::{Authenticator, Engine, Error, ErrorKind, Provider, Result, Secret, Session};
use http::HeaderValue;

/// The key as the vendor's examples send it, bare, or with a scheme word before it.
pub(crate) struct Key {
    pub(crate) source: KeySource,
    pub(crate) prefix: Option<String>,
}

/// Where the key comes from.
pub(crate) enum KeySource {
    /// A setting, for which asking again would change nothing: a 401 is final.
    Fixed(Secret),
    Provided(Arc<dyn Provider<Secret>>),
}

#[async_trait]
impl Authenticator for Key {
    async fn open(&self, _: &Engine) -> Result<Session> {
        match &self.source {
            KeySource::Fixed(key) => Ok(Session::new(self.authorization(key)).fixed()),
            KeySource::Provided(provider) => {
                let key = provider.get().await?;
                check_key(&key)?;
                Ok(Session::new(self.authorization(&key)))
            }
        }
    }
}

impl Key {
    /// Checks what is known of the key before a call is made.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(prefix) = &self.prefix {
            let problem = "the word before the API key is empty or not a valid header value";
            check(prefix, problem)?;
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

/// An empty key would send patients' data without credentials, and a line end after the key is the
/// usual slip of whoever reads it from a file.
fn check_key(key: &Secret) -> Result<()> {
    let problem = "the API key is empty, has white space around it, or is not a valid header value";
    check(key.expose(), problem)
}

fn check(text: &str, problem: &'static str) -> Result<()> {
    if !text.is_empty() && text.trim() == text && HeaderValue::from_str(text).is_ok() {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::Config).with_detail(problem))
    }
}
