//! A store in a folder, for the processes of one machine.

mod disk;
mod value;

use std::fmt;
use std::fs::{self, ReadDir};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::spawn_blocking;

use self::disk::Lock;
use self::value::Kept;
use super::{Store, StoreKey};
use crate::data::redact::Secret;

/// The lock of the folder. It is never removed, because a lock is on a file and not on its name.
const LOCK: &str = ".lock";
/// A value that is being written. Only the holder of the lock writes, so one name is enough.
const NEW: &str = ".new";
/// A write looks at this many files whether they have expired, and the next goes on after them.
const SWEPT: usize = 64;

/// A [`Store`] in a folder, which survives restarts and is shared by the processes that use it.
///
/// Each value is a file that only this user can read. It is written completely under another name,
/// flushed to the disk and renamed, so a process that is killed, or a machine that loses power,
/// leaves the old value or the new one. A lock makes the changes of several processes one after
/// another. Values that have expired are removed when others are written.
///
/// Making one does no I/O. Each access creates the folder if it is missing. It fails with
/// `PermissionDenied` if the folder, or the file of the value, belongs to another user (root
/// excepted) or if others may write to it: who can change a value can have files and passwords sent
/// elsewhere. [`check`](Self::check) finds that out before the first use.
///
/// The file system must be able to lock files. Lifetimes end by the wall clock. On systems other
/// than Unix, access to the folder is what its parent folder grants.
///
/// ```
/// use common_http::{FolderStore, Secret, Store, StoreKey};
///
/// # #[tokio::main] async fn main() -> std::io::Result<()> {
/// # let parent = tempfile::tempdir()?;
/// # let folder = parent.path().join("state");
/// let store = FolderStore::new(&folder);
/// store.check().await?;
///
/// let key = StoreKey::of(&["example", "cursor"]);
/// store.put(&key, &Secret::from("page 7"), None).await?;
///
/// // After a restart, or in another process:
/// let again = FolderStore::new(&folder);
/// assert_eq!(again.get(&key).await?, Some(Secret::from("page 7")));
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct FolderStore(Arc<Folder>);

struct Folder {
    path: PathBuf,
    /// Where the search for expired values is.
    sweep: Mutex<Option<ReadDir>>,
}

impl FolderStore {
    /// A store in this folder. Nothing is read or created yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Folder {
            path: path.into(),
            sweep: Mutex::default(),
        }))
    }

    /// Creates the folder if it is missing, and tries whether a value can be kept there.
    ///
    /// # Errors
    /// `PermissionDenied` if the folder is not this user's, or if others may write to it.
    /// The system's error if the folder cannot be created, locked or written.
    pub async fn check(&self) -> io::Result<()> {
        self.run(Folder::check).await
    }

    /// Runs an access on a thread that may block. It runs to its end, even if nobody waits for it.
    async fn run<T: Send + 'static>(
        &self,
        access: impl FnOnce(&Folder) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let folder = Arc::clone(&self.0);
        let ended = spawn_blocking(move || access(&folder)).await;
        ended.unwrap_or_else(|_| Err(io::Error::other("the access to the folder was cancelled")))
    }
}

impl Folder {
    fn check(&self) -> io::Result<()> {
        let _lock = self.lock()?;
        // As long as a large value; it is gone at once, even if the process is killed.
        let mut probe = tempfile::tempfile_in(&self.path)?;
        probe.write_all(&[0; 4096])?;
        probe.sync_all()
    }

    fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            folder => disk::refuse_unsafe(&folder?, "the folder of the store")?,
        }
        // Without the lock, which a process that hangs may have. A write removes what has ended.
        let kept = value::read(&self.path.join(key.as_str()))?;
        Ok(kept.filter(|kept| !kept.has_ended()).map(|kept| kept.value))
    }

    /// Locks the folder for changes, creating it if it is missing.
    fn lock(&self) -> io::Result<Lock> {
        disk::create(&self.path)?;
        disk::refuse_unsafe(&fs::metadata(&self.path)?, "the folder of the store")?;
        Lock::take(&self.path.join(LOCK))
    }

    fn put(&self, key: &StoreKey, kept: &Kept) -> io::Result<()> {
        let lock = self.lock()?;
        self.write(&lock, key, kept)
    }

    fn put_if_absent(&self, key: &StoreKey, kept: &Kept) -> io::Result<bool> {
        let lock = self.lock()?;
        let present = value::read(&self.path.join(key.as_str()))?;
        if present.is_some_and(|present| !present.has_ended()) {
            return Ok(false);
        }
        self.write(&lock, key, kept).map(|()| true)
    }

    fn remove(&self, key: &StoreKey) -> io::Result<()> {
        let _lock = self.lock()?;
        disk::remove(&self.path.join(key.as_str()))?;
        // A killed process may have left a value that it was about to write.
        disk::remove(&self.path.join(NEW))?;
        disk::sync(&self.path)
    }

    fn write(&self, lock: &Lock, key: &StoreKey, kept: &Kept) -> io::Result<()> {
        self.sweep(lock);
        let new = self.path.join(NEW);
        disk::remove(&new)?;
        let path = self.path.join(key.as_str());
        let written = kept.write(&new).and_then(|()| fs::rename(&new, path));
        if written.is_err() {
            let _ = disk::remove(&new);
        }
        written.and_then(|()| disk::sync(&self.path))
    }

    /// Looks at some files, and removes those that have expired.
    fn sweep(&self, lock: &Lock) {
        let mut sweep = crate::lock::lock(&self.sweep);
        let mut entries = sweep.take().or_else(|| fs::read_dir(&self.path).ok());
        for _ in 0..SWEPT {
            let Some(Ok(entry)) = entries.as_mut().and_then(Iterator::next) else {
                return;
            };
            let key = entry.file_name().to_str().and_then(StoreKey::from_text);
            // What cannot be read or removed stays; it is not what this write is about.
            let _ = key.map(|key| self.remove_ended(lock, &key));
        }
        *sweep = entries;
    }

    fn remove_ended(&self, _lock: &Lock, key: &StoreKey) -> io::Result<()> {
        let path = self.path.join(key.as_str());
        if value::has_ended(&path)? {
            disk::remove(&path)?;
        }
        Ok(())
    }
}

#[async_trait]
impl Store for FolderStore {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        let key = key.clone();
        self.run(move |folder| folder.get(&key)).await
    }

    async fn put(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<()> {
        let (key, kept) = (key.clone(), Kept::new(value.clone(), lifetime));
        self.run(move |folder| folder.put(&key, &kept)).await
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool> {
        let (key, kept) = (key.clone(), Kept::new(value.clone(), lifetime));
        self.run(move |folder| folder.put_if_absent(&key, &kept))
            .await
    }

    async fn remove(&self, key: &StoreKey) -> io::Result<()> {
        let key = key.clone();
        self.run(move |folder| folder.remove(&key)).await
    }
}

/// Prints no path, because it can name a person.
impl fmt::Debug for FolderStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FolderStore(..)")
    }
}
