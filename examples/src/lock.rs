//! Locks on folders and files, held by one run alone.
//!
//! The calls name the trait (`FileExt::try_lock(&file)`): from Rust 1.89 on `File` has methods of
//! the same names, which would win over the trait's and which Rust 1.88 lacks.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use common_http::{Error, ErrorKind};
use fs4::{FileExt, TryLockError};

use crate::failure::Failure;

/// The name of the lock file. It is never removed: the lock on it says whether a run is at work,
/// and the system releases that lock when the process ends, however it ends.
const NAME: &str = ".lock";

/// Exclusive use of a folder until this is dropped.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Locks the folder, which must exist.
    ///
    /// # Errors
    /// Another run has locked it, or nothing can be written there.
    pub fn take(folder: &Path) -> Result<Self, Failure> {
        let file = open(&folder.join(NAME))
            .map_err(|error| Failure::file("the folder cannot be written", &error))?;
        match has_locked(&file) {
            Ok(true) => Ok(Self { _file: file }),
            Ok(false) => Err(taken("another run is at work in this folder")
                .advise("wait until it has ended, or choose another folder")),
            Err(error) => Err(Failure::file("the folder cannot be locked", &error)),
        }
    }
}

/// Exclusive use of whatever a lock file stands for, until this is dropped.
///
/// The system releases the lock when the process ends, however it ends. A killed process leaves the
/// file behind; the next run locks it again.
#[derive(Debug)]
pub struct FileLock {
    path: PathBuf,
    _file: File,
}

impl FileLock {
    /// Locks this file; `None` if another run has locked it.
    ///
    /// # Errors
    /// The file cannot be opened, created or locked.
    pub fn take(path: PathBuf) -> io::Result<Option<Self>> {
        loop {
            let file = open(&path)?;
            if !has_locked(&file)? {
                return Ok(None);
            }
            // The previous owner may have removed the file after we opened it. Then our lock is on
            // a file that nobody else can find, and another run may lock a new one of that name.
            if is_at(&file, &path)? {
                return Ok(Some(Self { path, _file: file }));
            }
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // On other systems `is_at` cannot detect a removed file, so it is kept there.
        if cfg!(unix) {
            // If this fails, the next run locks the file that is left.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Locks a file; `false` if another run has locked it.
fn has_locked(file: &File) -> io::Result<bool> {
    match FileExt::try_lock(file) {
        Ok(()) => Ok(true),
        // A network file system may have no locks: working there unguarded beats not working.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
        Err(TryLockError::WouldBlock) => Ok(false),
    }
}

/// Whether the path still names this open file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let of = |file: fs::Metadata| (file.dev(), file.ino());
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        found => Ok(of(found?) == of(file.metadata()?)),
    }
}

#[cfg(not(unix))]
fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}

/// The failure of a run that finds another run at work.
#[must_use]
pub fn taken(why: &'static str) -> Failure {
    Failure::from(Error::new(ErrorKind::LocalIo).with_detail(why))
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn one_run_at_a_time_holds_a_file_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let first = FileLock::take(path.clone()).unwrap();
        assert!(first.is_some());
        assert!(FileLock::take(path.clone()).unwrap().is_none());
        assert!(
            FileLock::take(folder.path().join("b.lock"))
                .unwrap()
                .is_some()
        );
        drop(first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        // A killed run leaves the file but not the lock.
        fs::write(&path, "").unwrap();
        assert!(FileLock::take(path).unwrap().is_some());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// Many threads lock and release: never two at once, though each removes the file when it is
    /// done.
    #[test]
    fn a_removed_file_locks_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let (inside, turns) = (AtomicU32::new(0), AtomicU32::new(0));
        let work = || {
            while turns.load(Ordering::SeqCst) < 500 {
                if let Some(lock) = FileLock::take(path.clone()).unwrap() {
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    thread::yield_now();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    turns.fetch_add(1, Ordering::SeqCst);
                    drop(lock);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(work);
            }
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
