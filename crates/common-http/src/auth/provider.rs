//! Credentials that are fetched when a login needs them.

use async_trait::async_trait;

use crate::data::redact::Secret;
use crate::error::Result;

/// Provides the current credentials, a key or a token, each time a login needs them.
///
/// For secrets that are kept in a vault or change while the program runs. It is called once per
/// login. With a [`Store`](crate::Store) it is also called when a refused login is saved, and each
/// time that one is found there, twice a second while another process logs in. It is never called
/// twice at the same time for one client.
///
/// ```
/// use common_http::{Credentials, Provider, Result, async_trait};
///
/// struct Vault;
///
/// #[async_trait]
/// impl Provider<Credentials> for Vault {
///     async fn get(&self) -> Result<Credentials> {
///         Ok(Credentials::new("EXAMPLE-USER", "EXAMPLE-PASSWORD"))
///     }
/// }
/// ```
#[async_trait]
pub trait Provider<T>: Send + Sync + 'static {
    /// Returns the current value.
    ///
    /// # Errors
    /// The provider's own error, for example [`Error::new`](crate::Error::new) with kind
    /// `credentials`. The call that needed the session fails with it.
    async fn get(&self) -> Result<T>;
}

/// A user name and a password for a vendor's login.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    username: Secret,
    password: Secret,
}

crate::safe_debug!(Credentials {});

impl Credentials {
    /// Credentials with this user name and password, which are not trimmed.
    pub fn new(username: impl Into<Secret>, password: impl Into<Secret>) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
        }
    }

    /// The user name, to build a login request.
    #[must_use]
    pub fn username(&self) -> &Secret {
        &self.username
    }

    /// The password, to build a login request.
    #[must_use]
    pub fn password(&self) -> &Secret {
        &self.password
    }
}

#[async_trait]
impl Provider<Credentials> for Credentials {
    async fn get(&self) -> Result<Credentials> {
        Ok(self.clone())
    }
}

#[async_trait]
impl Provider<Secret> for Secret {
    async fn get(&self) -> Result<Secret> {
        Ok(self.clone())
    }
}
