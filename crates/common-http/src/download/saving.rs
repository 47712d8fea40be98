//! The file of a download. It is opened, written and renamed on threads that may block.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::mem;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::lock::lock;

use bytes::Bytes;
use tempfile::TempPath;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

/// How many bytes are collected before a thread is woken to write them.
///
/// Most reports are smaller, and so are written, flushed and renamed in one go.
const BATCH: usize = 256 << 10;
/// After how many bytes the disk begins to flush while later bytes arrive.
const FLUSH: u64 = 16 << 20;

/// What could not be done on this machine, and why.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) what: &'static str,
    pub(super) kind: io::ErrorKind,
}

/// A temporary file beside the target that gets the target's name when it is complete.
///
/// Dropping this removes the temporary file.
pub(super) struct Saving {
    target: PathBuf,
    temporary: Arc<Temporary>,
    /// The latest job on the file. It returns the file for the next one.
    job: Option<Job<File>>,
    pending: Vec<Bytes>,
    pending_bytes: usize,
    length: u64,
    /// The latest flush ahead of the end.
    flushing: Option<Job<()>>,
    unflushed: u64,
}

type Job<T> = JoinHandle<Result<T, Trouble>>;

impl Saving {
    /// Starts to check the target and to create the temporary file.
    pub(super) fn begin(target: &Path) -> Self {
        let temporary = Arc::new(Temporary::default());
        let (path, shared) = (target.to_owned(), Arc::clone(&temporary));
        Self {
            target: target.to_owned(),
            temporary,
            job: Some(spawn_blocking(move || open(&path, &shared))),
            pending: Vec::new(),
            pending_bytes: 0,
            length: 0,
            flushing: None,
            unflushed: 0,
        }
    }

    /// Adds bytes, which are written while later ones arrive.
    pub(super) async fn add(&mut self, bytes: Bytes) -> Result<(), Trouble> {
        self.length += bytes.len() as u64;
        self.pending_bytes += bytes.len();
        self.pending.push(bytes);
        if self.pending_bytes >= BATCH {
            let mut file = self.file().await?;
            if self.unflushed >= FLUSH && self.flushing.as_ref().is_none_or(Job::is_finished) {
                self.flushed().await?;
                self.unflushed = 0;
                let file = file.try_clone().map_err(writing)?;
                let flush = move || file.sync_data().map_err(writing);
                self.flushing = Some(spawn_blocking(flush));
            }
            self.unflushed += self.pending_bytes as u64;
            let pending = self.take_pending();
            self.job = Some(spawn_blocking(move || {
                write(&mut file, &pending)?;
                Ok(file)
            }));
        }
        Ok(())
    }

    /// Starts the content again from the beginning.
    pub(super) async fn restart(&mut self) -> Result<(), Trouble> {
        let mut file = self.file().await?;
        self.take_pending();
        self.length = 0;
        self.job = Some(spawn_blocking(move || {
            file.set_len(0)
                .and_then(|()| file.rewind())
                .map_err(writing)?;
            Ok(file)
        }));
        Ok(())
    }

    /// Ends the job on the file, which could still be creating it, and removes the file.
    pub(super) async fn discard(mut self) {
        let _ = self.file().await;
    }

    /// Writes what is left, flushes the file to the disk and renames it; returns its length.
    pub(super) async fn finish(mut self) -> Result<u64, Trouble> {
        let mut file = self.file().await?;
        self.flushed().await?;
        let pending = self.take_pending();
        let (target, temporary) = (mem::take(&mut self.target), Arc::clone(&self.temporary));
        self.job = Some(spawn_blocking(move || {
            write(&mut file, &pending)?;
            file.sync_all().map_err(writing)?;
            temporary.rename(&target)?;
            Ok(file)
        }));
        self.file().await?;
        Ok(self.length)
    }

    /// Waits for the job on the file.
    async fn file(&mut self) -> Result<File, Trouble> {
        let Some(job) = &mut self.job else {
            // An earlier job failed, and the download with it.
            return Err(writing(io::ErrorKind::Other.into()));
        };
        let done = job.await;
        self.job = None;
        done_with(done)
    }

    /// Waits for the flush. Its error must not be lost: the system may tell it once.
    async fn flushed(&mut self) -> Result<(), Trouble> {
        let Some(flushing) = &mut self.flushing else {
            return Ok(());
        };
        let done = flushing.await;
        self.flushing = None;
        done_with(done)
    }

    fn take_pending(&mut self) -> Vec<Bytes> {
        self.pending_bytes = 0;
        mem::take(&mut self.pending)
    }
}

fn done_with<T>(done: Result<Result<T, Trouble>, JoinError>) -> Result<T, Trouble> {
    match done {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => panic::resume_unwind(panic),
            // The runtime shuts down.
            Err(_) => Err(writing(io::ErrorKind::Interrupted.into())),
        },
    }
}

impl Drop for Saving {
    fn drop(&mut self) {
        self.temporary.remove();
    }
}

/// The temporary file's name, shared with the job on it, so that a cancelled save can remove it.
#[derive(Default)]
struct Temporary(Mutex<Name>);

#[derive(Default)]
enum Name {
    #[default]
    NotYet,
    There(TempPath),
    /// It was renamed, or the save was cancelled.
    Gone,
}

impl Temporary {
    /// Keeps the name of the file, or removes the file if the save was cancelled meanwhile.
    fn keep(&self, path: TempPath) {
        let mut name = lock(&self.0);
        if matches!(*name, Name::NotYet) {
            *name = Name::There(path);
        }
    }

    fn rename(&self, target: &Path) -> Result<(), Trouble> {
        // The lock is kept: a save that is cancelled now waits until the file has its name.
        let mut name = lock(&self.0);
        match mem::replace(&mut *name, Name::Gone) {
            Name::There(path) => path
                .persist(target)
                .map_err(|error| trouble("renaming the download", &error.error)),
            // Cancelled: nobody waits for the result.
            Name::NotYet | Name::Gone => Ok(()),
        }
    }

    fn remove(&self) {
        *lock(&self.0) = Name::Gone;
    }
}

fn open(target: &Path, temporary: &Temporary) -> Result<File, Trouble> {
    check_target(target)
        .map_err(|error| trouble("replacing the entry that has the download's name", &error))?;
    // That of a bare name is empty, which is the current one.
    let folder = target.parent().unwrap_or(Path::new("."));
    let (file, path) = tempfile::Builder::new()
        .prefix(".download-")
        .suffix(".part")
        .tempfile_in(folder)
        .map_err(|error| trouble("creating a temporary file beside the target", &error))?
        .into_parts();
    temporary.keep(path);
    Ok(file)
}

/// Whether a file may be saved here: the path is free, or has a regular file.
fn check_target(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_file() => Ok(()),
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(_) => Err(io::ErrorKind::InvalidInput.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn write(file: &mut File, pending: &[Bytes]) -> Result<(), Trouble> {
    for bytes in pending {
        file.write_all(bytes).map_err(writing)?;
    }
    Ok(())
}

fn writing(error: io::Error) -> Trouble {
    trouble("writing the download", &error)
}

fn trouble(what: &'static str, error: &io::Error) -> Trouble {
    Trouble {
        what,
        kind: error.kind(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt;
    use tokio::runtime::Builder;
    use tokio::sync::oneshot;
    use tokio::task::yield_now;

    use super::*;

    /// One thread does the jobs, so that each waits for those before it.
    fn with_one_thread(test: impl Future<Output = ()>) {
        let mut runtime = Builder::new_current_thread();
        let runtime = runtime.max_blocking_threads(1).build().unwrap();
        runtime.block_on(test);
    }

    fn is_empty(folder: &Path) -> bool {
        fs::read_dir(folder).unwrap().next().is_none()
    }

    #[test]
    fn a_save_that_is_cancelled_while_its_file_is_opened_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let temporary = Temporary::default();
        temporary.remove();
        open(&folder.path().join("EXAMPLE.pdf"), &temporary).unwrap();
        assert!(is_empty(folder.path()));
    }

    #[test]
    fn a_save_that_is_cancelled_at_its_end_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        with_one_thread(async {
            let saving = Saving::begin(&folder.path().join("EXAMPLE.pdf"));
            let (open, gate) = mpsc::channel();
            let (at_gate, arrived) = oneshot::channel();
            let gate = spawn_blocking(move || at_gate.send(()).map(|()| gate.recv()));
            arrived.await.unwrap();
            let mut finish = Box::pin(saving.finish());
            assert!(finish.as_mut().now_or_never().is_none());
            drop(finish);
            assert!(is_empty(folder.path()));
            open.send(()).unwrap();
            gate.await.unwrap().unwrap().unwrap();
            spawn_blocking(|| ()).await.unwrap();
            assert!(is_empty(folder.path()));
        });
    }

    #[test]
    fn a_save_that_is_discarded_before_its_file_is_opened_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        with_one_thread(async {
            let (open, gate) = mpsc::channel();
            let gate = spawn_blocking(move || gate.recv());
            let saving = Saving::begin(&folder.path().join("EXAMPLE.pdf"));
            let mut discard = Box::pin(saving.discard());
            assert!(discard.as_mut().now_or_never().is_none());
            open.send(()).unwrap();
            discard.await;
            assert!(is_empty(folder.path()));
            gate.await.unwrap().unwrap();
        });
    }

    #[tokio::test]
    async fn the_disk_is_busy_before_the_end_with_a_large_file_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut saving = Saving::begin(&folder.path().join("EXAMPLE.pdf"));
        saving.add(vec![7; BATCH - 1].into()).await.unwrap();
        assert_eq!(saving.unflushed, 0);
        for mebibytes in 1..=40 {
            saving.add(vec![7; 1 << 20].into()).await.unwrap();
            while !saving.flushing.as_ref().is_none_or(Job::is_finished) {
                yield_now().await;
            }
            let is_large = mebibytes > 16;
            assert_eq!(saving.flushing.is_some(), is_large, "{mebibytes}");
            assert!(saving.unflushed <= 17 << 20);
        }
    }
}
