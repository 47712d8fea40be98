//! Where to resume a list.

use common_http::safe_debug;
use serde::{Deserialize, Serialize};

use crate::exams::seen::Seen;

/// Where to resume a list that was interrupted, also in another process.
///
/// It has the offset, the total, and hashes of the exams given lately (at most 10,000, about 220 KB
/// of JSON), so that no exam is lost or repeated if the list has changed in between. Keep it like the
/// list itself: whoever has it can check a guess at an exam. It is not a
/// bookmark for the next day: new exams are at the front of the list, where only a new listing
/// finds them.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    pub(super) offset: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) total: Option<u64>,
    /// How far the list was read when the vendor last told the total.
    #[serde(default)]
    pub(super) counted: u64,
    #[serde(default)]
    pub(super) seen: Seen,
}

impl Cursor {
    pub(super) fn at(offset: u64) -> Self {
        Self {
            offset,
            total: None,
            counted: offset,
            seen: Seen::default(),
        }
    }

    /// The offset that is requested next: how many exams, from the newest on, are behind it.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many exams there are, as the vendor last said (`X-Pagination-Total`, documented).
    ///
    /// If the vendor does not say it, the end of the list shows it.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }
}

safe_debug!(Cursor { offset, total });
