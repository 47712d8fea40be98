//! Folders, for one run at a time or for several at once; and files that say that a run is at something.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

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

/// One thing in a folder that this run has for itself, until it is dropped. The system lets it go with the process, however
/// that ends; the file that stands for it is then left, and taken by the next.
#[derive(Debug)]
pub struct FileLock {
    path: PathBuf,
    _file: File,
}

impl FileLock {
    /// Takes what this file stands for; `None` where another run has it.
    ///
    /// # Errors
    /// The file can be neither opened nor made, or not be locked.
    pub fn take(path: PathBuf) -> io::Result<Option<Self>> {
        loop {
            let file = open(&path)?;
            if !has_locked(&file)? {
                return Ok(None);
            }
            // Who had it before may have removed it since it was opened: then it stands for nothing any more.
            if is_at(&file, &path)? {
                return Ok(Some(Self { path, _file: file }));
            }
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Elsewhere a file that was removed cannot be told from the one that has its name: there it stays.
        if cfg!(unix) {
            // What is left of it is taken by the next.
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

/// Locks a file; `false` where another run has it.
fn has_locked(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        // A network file system may have no locks; better to work there unguarded than not at all.
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
        Err(TryLockError::WouldBlock) => Ok(false),
    }
}

/// Whether this file is the one of that name.
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

/// The failure of a run that finds another at work.
#[must_use]
pub fn taken(why: &'static str) -> Failure {
    Failure::from(Error::new(ErrorKind::LocalIo).with_detail(why))
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
    use std::sync::atomic::{AtomicU32, Ordering};
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

    #[test]
    fn one_at_a_time_has_what_a_file_stands_for() {
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
        // A killed run leaves the file, and not the lock.
        fs::write(&path, "").unwrap();
        assert!(FileLock::take(path).unwrap().is_some());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    /// Many come and go: never two at once, though each takes the file away with it.
    #[test]
    fn a_file_that_was_removed_stands_for_nothing() {
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
