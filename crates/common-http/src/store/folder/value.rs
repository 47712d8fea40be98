//! A value as its file has it: a line about it, and the text.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::disk;
use crate::data::redact::Secret;

/// What a file starts with. Another version's file counts as absent.
const FORMAT: &str = "common-http 1 ";

/// More than the first line of a file can have.
const LINE: u64 = 128;

/// A value, and when its lifetime ends.
pub(super) struct Kept {
    pub(super) value: Secret,
    /// Milliseconds since 1970; `None` means never.
    ends: Option<u64>,
}

impl Kept {
    pub(super) fn new(value: Secret, lifetime: Option<Duration>) -> Self {
        let lifetime = lifetime.and_then(|lifetime| u64::try_from(lifetime.as_millis()).ok());
        let ends = lifetime.and_then(|lifetime| now().checked_add(lifetime));
        Self { value, ends }
    }

    /// Whether the lifetime is over. A clock that was set back makes it longer.
    pub(super) fn has_ended(&self) -> bool {
        self.ends.is_some_and(|ends| ends <= now())
    }

    /// Writes a file that must not exist, and flushes it to the disk.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        disk::for_this_user(options.write(true).create_new(true));
        let mut file = options.open(path)?;
        let ends = self.ends.map_or_else(String::new, |ends| ends.to_string());
        let value = self.value.expose();
        // The length shows a file that was cut off, by a disk that lies about flushing.
        writeln!(file, "{FORMAT}{} {ends}", value.len())?;
        file.write_all(value.as_bytes())?;
        file.sync_all()
    }

    fn from_text(text: &str) -> Option<Self> {
        let (line, value) = text.split_once('\n')?;
        let (length, ends) = from_line(line)?;
        (length == value.len()).then(|| Self {
            value: Secret::from(value),
            ends,
        })
    }
}

/// The length of a value, and when its lifetime ends.
fn from_line(line: &str) -> Option<(usize, Option<u64>)> {
    let (length, ends) = line.strip_prefix(FORMAT)?.split_once(' ')?;
    let ends = match ends {
        "" => None,
        ends => Some(ends.parse().ok()?),
    };
    Some((length.parse().ok()?, ends))
}

/// Whether this is the file of a value whose lifetime is over. Reads no more than its first line.
pub(super) fn has_ended(path: &Path) -> io::Result<bool> {
    let Some(file) = open(path)? else {
        return Ok(false);
    };
    let mut start = Vec::new();
    file.take(LINE).read_to_end(&mut start)?;
    let line = start.split(|byte| *byte == b'\n').next();
    let line = line.and_then(|line| str::from_utf8(line).ok());
    let ends = line.and_then(from_line).and_then(|(_, ends)| ends);
    Ok(ends.is_some_and(|ends| ends <= now()))
}

/// Reads the file of a value. `None` if there is none, or if it is not a whole value.
pub(super) fn read(path: &Path) -> io::Result<Option<Kept>> {
    let Some(mut file) = open(path)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).ok().map(Secret::from);
    Ok(text.and_then(|text| Kept::from_text(text.expose())))
}

fn open(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    let opened = disk::not_through_links(options.read(true)).open(path);
    let file = match opened {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "what has the name of a value is not a file",
        ));
    }
    disk::refuse_unsafe(&found, "the file of a value")?;
    Ok(Some(file))
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_value_comes_back_from_its_file_and_from_no_part_of_it(
            value: String, lifetime in prop::option::of(any::<u64>().prop_map(Duration::from_millis)),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("value");
            let kept = Kept::new(Secret::from(value.as_str()), lifetime);
            kept.write(&path).unwrap();
            let again = read(&path).unwrap().unwrap();
            prop_assert_eq!((again.value.expose(), again.ends), (value.as_str(), kept.ends));
            prop_assert!(lifetime.is_some() || !again.has_ended());
            let text = std::fs::read_to_string(&path).unwrap();
            for (end, _) in text.char_indices() {
                prop_assert!(Kept::from_text(&text[..end]).is_none());
            }
        }
    }

    #[test]
    fn other_texts_are_not_values() {
        assert!(Kept::from_text("common-http 1 1 \na").is_some());
        for text in [
            "",
            "a",
            "{}\n",
            "common-http 2 1 \na",
            "common-http 1 2 \na",
            "common-http 1 1 \nab",
            "common-http 1 1 soon\na",
            "common-http 1 1\na",
        ] {
            assert!(Kept::from_text(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_lifetime_ends_by_the_wall_clock() {
        let with = |ends| Kept::from_text(&format!("common-http 1 1 {ends}\na")).unwrap();
        assert!(with(1).has_ended());
        assert!(with(now()).has_ended());
        assert!(!with(now() + 3_600_000).has_ended());
        let endless = Kept::new(Secret::from("a"), Some(Duration::MAX));
        assert!(!endless.has_ended());
    }
}
