//! Files that are complete or absent, even if the program is killed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

const PREFIX: &str = ".new-";
const SUFFIX: &str = ".part";

/// A file that gets its name only when it is complete.
///
/// It is written under a temporary name in the same folder, flushed to the disk and renamed. Only
/// this user can read it. Dropping it without [`commit`](Self::commit) deletes it.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl AtomicFile {
    /// Starts the file for `path`, whose folder must exist.
    ///
    /// # Errors
    /// The folder is not writable.
    pub fn create(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let file = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .tempfile_in(folder_of(&path))?;
        Ok(Self {
            path,
            file: BufWriter::new(file),
        })
    }

    /// Gives the file its name, replacing an existing file.
    ///
    /// # Errors
    /// It cannot be written completely or renamed. An existing file is then unchanged.
    pub fn commit(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(|error| error.into_error())?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        sync_folder(folder_of(&self.path))
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Flushes the folder: only then does a renaming survive a power failure.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some network file systems cannot flush folders.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        done => done,
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Creates a folder and those above it, for this user only. One that is there stays as it is.
///
/// # Errors
/// It cannot be created.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Whether the file system ignores the case of names in this folder.
///
/// # Errors
/// The folder is not writable.
pub fn ignores_case(folder: &Path) -> io::Result<bool> {
    let probe = tempfile::Builder::new()
        .prefix(PREFIX)
        .suffix(SUFFIX)
        .tempfile_in(folder)?;
    let name = probe.path().file_name().unwrap_or_default();
    folder.join(name.to_ascii_uppercase()).try_exists()
}

/// Removes the unfinished files that killed runs left in a folder.
///
/// These are the files of [`AtomicFile`] and of the clients' downloads (`.download-*.part`). No
/// other program may use the folder meanwhile, or its unfinished files would be removed too.
///
/// # Errors
/// The folder cannot be read, or a file cannot be removed.
pub fn remove_strays(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_stray = entry.file_name().to_str().is_some_and(is_stray);
        if is_stray && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn is_stray(name: &str) -> bool {
    [PREFIX, ".download-"]
        .iter()
        .filter_map(|prefix| name.strip_prefix(prefix)?.strip_suffix(SUFFIX))
        .any(|random| !random.is_empty() && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_gets_its_name_only_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        fs::write(&path, "before").unwrap();

        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"after").unwrap();
        file.flush().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before");
        drop(file);
        assert_eq!(names(folder.path()), ["a.jsonl"]);

        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"after").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
        assert_eq!(names(folder.path()), ["a.jsonl"]);
    }

    #[test]
    fn a_failed_renaming_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        fs::create_dir(&path).unwrap();
        let file = AtomicFile::create(&path).unwrap();
        assert!(file.commit().is_err());
        assert_eq!(names(folder.path()), ["a.jsonl"]);
    }

    #[test]
    fn removes_strays_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let kept = [
            ".download-.part",
            ".download-a.b.part",
            ".download-abc",
            ".new-abc",
            ".part",
            "a.new-abc.part",
            "download-abc.part",
        ];
        for name in kept
            .iter()
            .chain(&[".download-aB3xYz.part", ".new-aB3xYz.part"])
        {
            fs::write(path.join(name), "x").unwrap();
        }
        fs::create_dir(path.join(".new-folder.part")).unwrap();
        remove_strays(path).unwrap();
        let mut kept: Vec<_> = kept.to_vec();
        kept.push(".new-folder.part");
        kept.sort_unstable();
        assert_eq!(names(path), kept);
    }
}
