//! `checkpoint.json`: what a run with `--changes` leaves to the next one.

use std::fs;
use std::io::{self, Write};

use biologix_client::exams::Checkpoint;
use examples::atomic_file::AtomicFile;
use examples::failure::Failure;
use examples::output;

use crate::folder::Folder;

/// The checkpoint of the last run, or the one with which everything is read.
///
/// It only says what `exams.jsonl` has, so without that file it is of no use.
pub(crate) fn load(folder: &Folder) -> Checkpoint {
    let json = match fs::read(folder.checkpoint()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Checkpoint::default(),
        read => read.unwrap_or_default(),
    };
    let checkpoint = serde_json::from_slice(&json);
    match checkpoint {
        Ok(checkpoint) if folder.exams().is_file() => checkpoint,
        Ok(_) => Checkpoint::default(),
        Err(_) => {
            output::note("checkpoint.json is not readable; the whole list is read");
            Checkpoint::default()
        }
    }
}

/// Saves it, after `exams.jsonl`: a crash between them only costs a repetition.
pub(crate) fn save(folder: &Folder, checkpoint: &Checkpoint) -> Result<(), Failure> {
    let write = || {
        let mut file = AtomicFile::create(folder.checkpoint())?;
        file.write_all(&serde_json::to_vec(checkpoint)?)?;
        file.commit()
    };
    write().map_err(|error| Failure::file("checkpoint.json cannot be written", &error))
}
