//! What differs between systems: who may access a file, links, locks, flushed folders.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long to wait for another process that changes a value: less than a client waits for a store.
const PATIENCE: Duration = Duration::from_secs(4);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// The right to change the folder, until this is dropped or the process ends.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Locks this file, or fails with `TimedOut`.
    ///
    /// It asks again and again: a thread that waits in the system for the lock of a process that
    /// hangs would never end, nor would the program.
    pub(super) fn take(path: &Path) -> io::Result<Self> {
        let (started, mut pause) = (Instant::now(), Duration::from_micros(200));
        loop {
            if let Some(file) = try_lock(path)? {
                return Ok(Self { _file: file });
            }
            if started.elapsed() > PATIENCE {
                return Err(io::ErrorKind::TimedOut.into());
            }
            sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

#[cfg(unix)]
fn try_lock(path: &Path) -> io::Result<Option<File>> {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let file = not_through_links(for_this_user(&mut options)).open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(Errno::WOULDBLOCK | Errno::INTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A file that is opened without sharing cannot be opened again before it is closed.
#[cfg(windows)]
fn try_lock(path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt;
    const SHARING_VIOLATION: i32 = 32;
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    match options.share_mode(0).open(path) {
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
        opened => opened.map(Some),
    }
}

/// A file that is created can be read and written by this user alone.
pub(super) fn for_this_user(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// A link is an error, and a pipe does not block.
pub(super) fn not_through_links(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(options, flags.cast_signed());
    }
    options
}

/// Fails if others than this user and root may write to what was found.
#[cfg(unix)]
pub(super) fn refuse_unsafe(found: &Metadata, what: &str) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let owners = [rustix::process::geteuid().as_raw(), 0];
    let why = if !owners.contains(&found.uid()) {
        "belongs to another user"
    } else if found.mode() & 0o022 != 0 {
        "can be written by others"
    } else {
        return Ok(());
    };
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!("{what} {why}"),
    ))
}

#[cfg(not(unix))]
pub(super) fn refuse_unsafe(_found: &Metadata, _what: &str) -> io::Result<()> {
    Ok(())
}

/// Creates a folder and those above it, for this user only. One that is there stays as it is.
pub(super) fn create(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Flushes the folder: only then does a change of its names survive a power failure.
#[cfg(unix)]
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some network file systems cannot flush folders.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        done => done,
    }
}

#[cfg(not(unix))]
pub(super) fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
}
