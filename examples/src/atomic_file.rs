//! Files that are whole or not there, whenever the program dies.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

const PREFIX: &str = ".new-";
const SUFFIX: &str = ".part";

/// A file that gets its name only when it is complete: written beside its place under another name, flushed to the
/// disk and renamed. This user alone can read it. Dropped without [`commit`](Self::commit), it is gone.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl AtomicFile {
    /// Starts the file that is to stand at `path`, whose folder must exist.
    ///
    /// # Errors
    /// The folder cannot be written.
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

    /// Gives the file its name, in place of what has it.
    ///
    /// # Errors
    /// It cannot be written to the end or renamed; what had the name before still has it.
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

/// A new name is on the disk when its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some network file systems cannot do it for folders.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        done => done,
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes what killed runs left in a folder: the unfinished files of [`AtomicFile`] and those of the clients' downloads
/// (`.download-*.part`). Only for who has the folder for himself.
///
/// # Errors
/// The folder cannot be read, or a file not be removed.
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
    fn has_its_name_only_when_it_is_complete() {
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
    fn what_cannot_be_renamed_leaves_nothing_behind() {
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
