//! The state of unfinished uploads: one file per upload, which only this user can read.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use common_http::async_trait;
use erp_files_client::files::{UploadJournal, UploadState};
use examples::atomic_file::AtomicFile;
use examples::failure::Failure;
use examples::lock::{self, FileLock, SharedFolder};
use examples::output;

use crate::hash::Hash;

/// The folder of `--resume-dir`. Several runs may use it at once.
pub(crate) struct ResumeFolder {
    path: PathBuf,
    _shared: SharedFolder,
}

impl ResumeFolder {
    /// Creates the folder if needed.
    pub(crate) async fn open(path: &Path) -> Result<Self, Failure> {
        let failure = |error| Failure::file("the folder of --resume-dir cannot be used", &error);
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || {
            make(&path)?;
            let shared = SharedFolder::join(&path)?;
            Ok(Self {
                path,
                _shared: shared,
            })
        })
        .await
        .map_err(|_| failure(io::ErrorKind::Other.into()))?
        .map_err(failure)
    }

    /// The journal of one upload, identified by its clinic, patient, analysis and file name.
    ///
    /// It is locked for this run: a second run would write its content to the address of the first,
    /// which would then report a file that is not its own.
    pub(crate) fn journal(&self, upload: [&str; 4]) -> Result<Journal, Failure> {
        let path = self.path.join(Hash::of_parts(upload).to_string());
        let lock = FileLock::take(path.with_extension("lock")).map_err(|error| {
            Failure::file("the folder of --resume-dir cannot be locked", &error)
        })?;
        let lock = lock.ok_or_else(|| {
            lock::taken("another run is at this upload")
                .advise("wait until it has ended, and check its result")
        })?;
        Ok(Journal {
            path: path.with_extension("json"),
            _lock: lock,
        })
    }
}

fn make(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The file that keeps the state of one upload, locked for this run.
pub(crate) struct Journal {
    path: PathBuf,
    _lock: FileLock,
}

impl Journal {
    /// The state that an earlier run left, if any.
    ///
    /// Fails if no state could be written: an upload that could not be resumed is not started.
    pub(crate) fn load(&self) -> Result<Option<UploadState>, Failure> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            read => Some(read.map_err(|error| {
                Failure::file("the state of an earlier upload cannot be read", &error)
            })?),
        };
        AtomicFile::create(&self.path).map_err(|error| {
            Failure::file("the folder of --resume-dir cannot be written", &error)
        })?;
        let state = text.as_deref().map(UploadState::from_json);
        if let Some(None) = state {
            output::note("the state of an earlier upload is not readable, and is not used");
        }
        Ok(state.flatten())
    }
}

#[async_trait]
impl UploadJournal for Journal {
    async fn save(&self, state: &UploadState) -> io::Result<()> {
        let mut file = AtomicFile::create(&self.path)?;
        file.write_all(state.to_json().expose().as_bytes())?;
        file.commit()
    }

    async fn clear(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}
