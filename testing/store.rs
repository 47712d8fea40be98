//! A store that fails.

use std::future::pending;
use std::io;
use std::time::Duration;

use common_http::{Secret, Store, StoreKey, async_trait};

/// A store that keeps nothing, because its accesses fail or hang.
pub enum FaultyStore {
    /// Every access fails with an error of this text.
    Broken(&'static str),
    /// It is empty, and every access that would change it fails with an error of this text.
    ReadOnly(&'static str),
    /// No access ends.
    Hanging,
}

impl FaultyStore {
    async fn change<T>(&self) -> io::Result<T> {
        match self {
            Self::Broken(text) | Self::ReadOnly(text) => Err(io::Error::other(*text)),
            Self::Hanging => pending().await,
        }
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn get(&self, _: &StoreKey) -> io::Result<Option<Secret>> {
        match self {
            Self::ReadOnly(_) => Ok(None),
            Self::Broken(_) | Self::Hanging => self.change().await,
        }
    }

    async fn put(&self, _: &StoreKey, _: &Secret, _: Option<Duration>) -> io::Result<()> {
        self.change().await
    }

    async fn put_if_absent(
        &self,
        _: &StoreKey,
        _: &Secret,
        _: Option<Duration>,
    ) -> io::Result<bool> {
        self.change().await
    }

    async fn remove(&self, _: &StoreKey) -> io::Result<()> {
        self.change().await
    }
}
