//! The state of unfinished uploads: one file per upload, which only this user can read.

use std::fs::{self, DirBuilder, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use common_http::{Secret, Store, StoreKey, async_trait};
use examples::atomic_file::AtomicFile;
use examples::failure::Failure;
use examples::lock::{self, FileLock, SharedFolder};
use examples::output;
use serde_json::Value;

/// The folder of `--resume-dir`. Several runs may use it at once.
pub(crate) struct ResumeFolder {
    path: PathBuf,
    /// Of a file that this run made there: it has this user as its owner.
    ours: Metadata,
    _shared: SharedFolder,
}

impl ResumeFolder {
    /// Creates the folder if needed, and tries whether a state can be kept there.
    ///
    /// Who can change a state can have the file sent elsewhere, so a folder that others may write is
    /// refused.
    pub(crate) async fn open(path: &Path) -> Result<Self, Failure> {
        let failure = |error| Failure::file("the folder of --resume-dir cannot be used", &error);
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || {
            make(&path).map_err(failure)?;
            let ours = try_out(&path).map_err(failure)?;
            if !is_safe(&fs::metadata(&path).map_err(failure)?, &ours) {
                return Err(unsafe_to_use("the folder of --resume-dir"));
            }
            let shared = SharedFolder::join(&path).map_err(failure)?;
            Ok(Self {
                path,
                ours,
                _shared: shared,
            })
        })
        .await
        .map_err(|_| failure(io::ErrorKind::Other.into()))?
    }

    /// The journal of one upload, identified by its clinic, patient, analysis and file name.
    ///
    /// It is locked for this run: a second run would write its content to the address of the first,
    /// which would then report a file that is not its own.
    pub(crate) fn journal(&self, upload: [&str; 4]) -> Result<Journal, Failure> {
        let path = self.path.join(StoreKey::of(&upload).as_str());
        let lock = FileLock::take(path.with_extension("lock")).map_err(|error| {
            Failure::file("the folder of --resume-dir cannot be locked", &error)
        })?;
        let lock = lock.ok_or_else(|| {
            lock::taken("another run is at this upload")
                .advise("wait until it has ended, and check its result")
        })?;
        Ok(Journal {
            path: path.with_extension("json"),
            ours: self.ours.clone(),
            _lock: lock,
        })
    }
}

/// Writes a file of the size of a large state, which is gone at once.
fn try_out(folder: &Path) -> io::Result<Metadata> {
    let mut file = tempfile::tempfile_in(folder)?;
    file.write_all(&[0; 4096])?;
    file.sync_all()?;
    file.metadata()
}

/// Whether nobody else may write to this, root excepted.
#[cfg(unix)]
fn is_safe(found: &Metadata, ours: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.mode() & 0o022 == 0 && [ours.uid(), 0].contains(&found.uid())
}

#[cfg(not(unix))]
fn is_safe(_: &Metadata, _: &Metadata) -> bool {
    true
}

fn unsafe_to_use(what: &str) -> Failure {
    let error = io::Error::from(io::ErrorKind::PermissionDenied);
    Failure::file(format_args!("others may write to {what}"), &error).advise(
        "choose a folder of this user's own, or take the others' right to write away (chmod go-w)",
    )
}

fn make(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The file that keeps the state of one upload, locked for this run. It ignores the keys.
pub(crate) struct Journal {
    path: PathBuf,
    ours: Metadata,
    _lock: FileLock,
}

impl Journal {
    /// Whether an earlier run left a state that can be used.
    ///
    /// Fails if others may write to it.
    pub(crate) fn has_state(&self) -> Result<bool, Failure> {
        let text = self.read().map_err(|error| {
            Failure::file("the state of an earlier upload cannot be read", &error)
        })?;
        if fs::metadata(&self.path).is_ok_and(|found| !is_safe(&found, &self.ours)) {
            return Err(unsafe_to_use("the state of an earlier upload"));
        }
        let is_usable = text.as_deref().map(is_usable);
        if is_usable == Some(false) {
            output::note("the state of an earlier upload is not readable, and is not used");
        }
        Ok(is_usable == Some(true))
    }

    fn read(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }
}

/// The client uses only states of version 1.
fn is_usable(text: &str) -> bool {
    serde_json::from_str(text).is_ok_and(|state: Value| state["version"] == 1)
}

#[async_trait]
impl Store for Journal {
    async fn get(&self, _: &StoreKey) -> io::Result<Option<Secret>> {
        Ok(self.read()?.map(Secret::from))
    }

    async fn put(&self, _: &StoreKey, state: &Secret, _: Option<Duration>) -> io::Result<()> {
        let mut file = AtomicFile::create(&self.path)?;
        file.write_all(state.expose().as_bytes())?;
        file.commit()
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        state: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool> {
        let is_absent = self.read()?.is_none();
        if is_absent {
            self.put(key, state, lifetime).await?;
        }
        Ok(is_absent)
    }

    async fn remove(&self, _: &StoreKey) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}
