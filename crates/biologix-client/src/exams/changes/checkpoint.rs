//! What a run leaves to the next one.

use common_http::safe_debug;
use serde::{Deserialize, Serialize};

use crate::exams::hash::{Hash, from_text, to_text};

/// The format that is written. Another one is refused when it is read.
const VERSION: u32 = 1;

/// What the last run knew of a centre's exams. [`Changes`](crate::exams::Changes) starts from it
/// and gives the next one.
///
/// The default is for the first run, which reads the whole list. It is saved as JSON: hashes of the
/// open exams and of the finished ones among and shortly behind them (32 bytes an exam), how many
/// there were, and when the whole list was last given. Keep it like the list itself, because whoever
/// has it can check a guess at an exam.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Checkpoint {
    /// When the last reading of the whole list began, in seconds since 1970.
    pub(super) full: Option<u64>,
    /// How many exams the list had.
    pub(super) total: Option<u64>,
    /// In the list's order.
    pub(super) entries: Vec<Entry>,
}

safe_debug!(Checkpoint { full });

/// An exam that was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Entry {
    pub(super) id: Hash,
    pub(super) content: Hash,
    /// The exam is open and waited for: since it began, or was first seen if that is not known. In
    /// seconds since 1970.
    pub(super) since: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    full: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    exams: String,
}

impl From<Checkpoint> for Saved {
    fn from(checkpoint: Checkpoint) -> Self {
        let row = |entry: &Entry| [entry.id.0, entry.content.0, entry.since.unwrap_or(0)];
        Self {
            version: VERSION,
            full: checkpoint.full,
            total: checkpoint.total,
            exams: to_text(checkpoint.entries.iter().map(row)),
        }
    }
}

impl TryFrom<Saved> for Checkpoint {
    type Error = &'static str;

    fn try_from(saved: Saved) -> Result<Self, Self::Error> {
        let rows = from_text(&saved.exams).filter(|_| saved.version == VERSION);
        let entry = |[id, content, since]: [u64; 3]| Entry {
            id: Hash(id),
            content: Hash(content),
            since: (since > 0).then_some(since),
        };
        Ok(Self {
            full: saved.full,
            total: saved.total,
            entries: rows
                .ok_or("not a checkpoint of this version of the crate")?
                .into_iter()
                .map(entry)
                .collect(),
        })
    }
}
