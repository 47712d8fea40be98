//! Folders: for one run at a time, or for several at once.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use common_http::{Error, ErrorKind};

use crate::atomic_file;
use crate::failure::Failure;

/// The name of the lock's file. It stays: whether a run is at work is told by the lock, which the system lets go with
/// the process, however that ends.
const NAME: &str = ".lock";

/// A folder that this run has for itself, until it is dropped.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, which must exist.
    ///
    /// # Errors
    /// Another run has it, or nothing can be written there.
    pub fn take(folder: &Path) -> Result<Self, Failure> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(NAME))
            .map_err(|error| Failure::file("the folder cannot be written", &error))?;
        match file.try_lock() {
            Ok(()) => {}
            // A network file system may have no locks; better to work there unguarded than not at all.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => {
                return Err(Failure::file("the folder cannot be locked", &error));
            }
            Err(TryLockError::WouldBlock) => {
                let error = Error::builder(ErrorKind::LocalIo)
                    .detail("another run is at work in this folder");
                return Err(Failure::from(error.build())
                    .advise("wait until it has ended, or choose another folder"));
            }
        }
        Ok(Self { _file: file })
    }
}

/// A folder that several runs may use at once, until it is dropped.
#[derive(Debug)]
pub struct SharedFolder {
    _lock: Option<File>,
}

impl SharedFolder {
    /// Joins those who use the folder, which must exist. Who is alone there clears away what killed runs left (see
    /// [`remove_strays`](atomic_file::remove_strays)); who comes meanwhile waits for that, and blocks the thread.
    ///
    /// # Errors
    /// The folder cannot be read or locked, or a stray file not be removed.
    pub fn join(folder: &Path) -> io::Result<Self> {
        // Elsewhere a folder cannot be opened as a file: strays then stay.
        if !cfg!(unix) {
            return Ok(Self { _lock: None });
        }
        // The folder itself is locked, so that no file is left of it.
        let lock = File::open(folder)?;
        match lock.try_lock() {
            Ok(()) => atomic_file::remove_strays(folder)?,
            Err(TryLockError::WouldBlock) => {}
            // A file system without locks for folders: nobody is ever alone there, and nobody clears away.
            Err(TryLockError::Error(_)) => return Ok(Self { _lock: None }),
        }
        // Without it another could take what is being written here for a stray.
        lock.lock_shared()?;
        Ok(Self { _lock: Some(lock) })
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn who_is_alone_clears_away() {
        let folder = tempfile::tempdir().unwrap();
        let stray = folder.path().join(".new-aB3xYz.part");
        let first = SharedFolder::join(folder.path()).unwrap();
        fs::write(&stray, "half").unwrap();
        let second = SharedFolder::join(folder.path()).unwrap();
        assert!(stray.exists());
        drop(first);
        drop(second);
        SharedFolder::join(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// Else it would work there without a lock, and a third clear away what it writes.
    #[test]
    fn who_comes_while_another_clears_away_waits() {
        let folder = tempfile::tempdir().unwrap();
        let clearing = File::open(folder.path()).unwrap();
        clearing.lock().unwrap();
        let (joining, joined) = mpsc::channel();
        let path = folder.path().to_owned();
        let thread = thread::spawn(move || {
            joining.send(SharedFolder::join(&path).unwrap()).unwrap();
        });
        let early = joined.recv_timeout(Duration::from_millis(300));
        assert_eq!(early.err(), Some(RecvTimeoutError::Timeout));
        clearing.unlock().unwrap();
        let shared = joined.recv().unwrap();
        thread.join().unwrap();
        assert!(clearing.try_lock().is_err());
        drop(shared);
        assert!(clearing.try_lock().is_ok());
    }
}
