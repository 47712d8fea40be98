//! One page of a list: as it came, and as it is given to the program.

use common_http::{Item, RawJson};

use crate::exams::exam::Exam;

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExamPage {
    /// The exams, in the vendor's order.
    pub items: Vec<Item<Exam>>,
    /// The offset that was requested.
    pub offset: u64,
    /// How many exams there are in all (`X-Pagination-Total`, documented), if the vendor says so.
    pub total: Option<u64>,
    /// The page size that the vendor applied (`X-Pagination-Limit`, documented), if it says so.
    pub limit: Option<u64>,
}

/// A page as it came.
pub(super) struct RawPage {
    pub(super) items: Vec<RawJson>,
    pub(super) total: Option<u64>,
    pub(super) limit: Option<u64>,
    /// It may have been cut off at its limit.
    pub(super) full: bool,
    pub(super) throttled: bool,
}

impl RawPage {
    /// Reads the exams of the page at this offset.
    pub(super) fn read(self, offset: u64) -> ExamPage {
        let read = |(index, raw)| Item::read(raw, index);
        ExamPage {
            items: self.items.into_iter().enumerate().map(read).collect(),
            offset,
            total: self.total,
            limit: self.limit,
        }
    }
}
