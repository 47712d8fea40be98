//! A store for one upload.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common_http::{Secret, Store, StoreKey, async_trait};
use serde_json::Value;

/// Keeps every state that was saved, whatever the key, and fails when it is full.
#[derive(Default)]
pub(crate) struct OneUpload {
    states: Mutex<States>,
    room: Option<usize>,
    is_broken: bool,
    hangs: bool,
}

#[derive(Default)]
struct States {
    saved: Vec<Value>,
    kept: Option<String>,
    keys: Vec<StoreKey>,
}

impl OneUpload {
    /// A store that has nothing.
    pub(crate) fn empty() -> Arc<Self> {
        Arc::default()
    }

    /// A store that has this state, as an earlier process has left it.
    pub(crate) fn holding(state: &Value) -> Arc<Self> {
        Self::holding_text(&state.to_string())
    }

    pub(crate) fn holding_text(text: &str) -> Arc<Self> {
        let store = Self::default();
        store.states.lock().unwrap().kept = Some(text.to_owned());
        Arc::new(store)
    }

    /// A store that takes so many states and no more.
    pub(crate) fn with_room(room: usize) -> Arc<Self> {
        Arc::new(Self {
            room: Some(room),
            ..Self::default()
        })
    }

    /// A store that cannot be read.
    pub(crate) fn broken() -> Arc<Self> {
        Arc::new(Self {
            is_broken: true,
            ..Self::default()
        })
    }

    /// A store that never answers.
    pub(crate) fn hanging() -> Arc<Self> {
        Arc::new(Self {
            hangs: true,
            ..Self::default()
        })
    }

    /// All states that were saved, in their order.
    pub(crate) fn saved(&self) -> Vec<Value> {
        self.states.lock().unwrap().saved.clone()
    }

    /// The last state, unless it was removed.
    pub(crate) fn kept(&self) -> Option<Value> {
        let states = self.states.lock().unwrap();
        let text = states.kept.as_ref()?;
        Some(serde_json::from_str(text).unwrap())
    }

    /// The keys by which it was used.
    pub(crate) fn keys(&self) -> Vec<StoreKey> {
        self.states.lock().unwrap().keys.clone()
    }
}

#[async_trait]
impl Store for OneUpload {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        if self.is_broken {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let mut states = self.states.lock().unwrap();
        states.keys.push(key.clone());
        Ok(states.kept.clone().map(Secret::from))
    }

    async fn put(&self, key: &StoreKey, value: &Secret, _: Option<Duration>) -> io::Result<()> {
        let mut states = self.states.lock().unwrap();
        if self.room == Some(states.saved.len()) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        states.keys.push(key.clone());
        let state = serde_json::from_str(value.expose()).unwrap();
        states.saved.push(state);
        states.kept = Some(value.expose().to_owned());
        Ok(())
    }

    async fn put_if_absent(
        &self,
        _: &StoreKey,
        _: &Secret,
        _: Option<Duration>,
    ) -> io::Result<bool> {
        unreachable!("an upload does not need it")
    }

    async fn remove(&self, key: &StoreKey) -> io::Result<()> {
        let mut states = self.states.lock().unwrap();
        states.keys.push(key.clone());
        states.kept = None;
        Ok(())
    }
}
