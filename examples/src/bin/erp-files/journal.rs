//! The state of unfinished uploads, in a folder that only this user can read.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common_http::{FolderStore, Secret, Store, StoreKey, async_trait};
use examples::failure::Failure;
use examples::lock::{self, FileLock};
use examples::output;
use serde_json::Value;

/// The folder of `--resume-dir`. Several runs may use it at once.
pub(crate) struct ResumeFolder {
    path: PathBuf,
    store: FolderStore,
}

impl ResumeFolder {
    /// Creates the folder if needed, and tries whether a state can be kept there.
    ///
    /// Who can change a state can have the file sent elsewhere, so a folder that others may write is
    /// refused.
    pub(crate) async fn open(path: &Path) -> Result<Self, Failure> {
        let store = FolderStore::new(path);
        let tried = store.check().await;
        tried.map_err(|error| failure("the folder of --resume-dir cannot be used", &error))?;
        Ok(Self {
            path: path.to_owned(),
            store,
        })
    }

    /// The journal of one upload, identified by its clinic, patient, analysis and file name.
    ///
    /// It is locked for this run: a second run would write its content to the address of the first,
    /// which would then report a file that is not its own.
    pub(crate) fn journal(&self, upload: [&str; 4]) -> Result<Journal, Failure> {
        let key = StoreKey::of(&upload);
        let path = self.path.join(key.as_str()).with_extension("lock");
        let lock = FileLock::take(path).map_err(|error| {
            Failure::file("the folder of --resume-dir cannot be locked", &error)
        })?;
        let lock = lock.ok_or_else(|| {
            lock::taken("another run is at this upload")
                .advise("wait until it has ended, and check its result")
        })?;
        Ok(Journal {
            store: self.store.clone(),
            key,
            _lock: lock,
        })
    }
}

fn failure(what: &str, error: &io::Error) -> Failure {
    let failure = Failure::file(what, error);
    if error.kind() == io::ErrorKind::PermissionDenied {
        failure.advise(
            "it must belong to this user, and no others may write to it: choose another folder, or \
             take the others' right to write away (chmod go-w)",
        )
    } else {
        failure
    }
}

/// The state of one upload, locked for this run. It ignores the keys.
pub(crate) struct Journal {
    store: FolderStore,
    key: StoreKey,
    _lock: FileLock,
}

impl Journal {
    /// Whether an earlier run left a state that can be used.
    ///
    /// Fails if others may write to it.
    pub(crate) async fn has_state(&self) -> Result<bool, Failure> {
        let state = self.store.get(&self.key).await;
        let state = state
            .map_err(|error| failure("the state of an earlier upload cannot be read", &error))?;
        let is_usable = state.map(|state| is_usable(state.expose()));
        if is_usable == Some(false) {
            output::note("the state of an earlier upload is not readable, and is not used");
        }
        Ok(is_usable == Some(true))
    }
}

/// The client uses only states of version 1.
fn is_usable(text: &str) -> bool {
    serde_json::from_str(text).is_ok_and(|state: Value| state["version"] == 1)
}

#[async_trait]
impl Store for Journal {
    async fn get(&self, _: &StoreKey) -> io::Result<Option<Secret>> {
        self.store.get(&self.key).await
    }

    async fn put(&self, _: &StoreKey, state: &Secret, life: Option<Duration>) -> io::Result<()> {
        self.store.put(&self.key, state, life).await
    }

    async fn put_if_absent(
        &self,
        _: &StoreKey,
        state: &Secret,
        life: Option<Duration>,
    ) -> io::Result<bool> {
        self.store.put_if_absent(&self.key, state, life).await
    }

    async fn remove(&self, _: &StoreKey) -> io::Result<()> {
        self.store.remove(&self.key).await
    }
}
