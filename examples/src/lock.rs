//! One run at a time in a folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use common_http::{Error, ErrorKind};

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
