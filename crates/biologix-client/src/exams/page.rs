//! One page of a list: as it came, and as it is given to the program.

use common_http::Item;

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
pub(super) struct FetchedPage {
    pub(super) items: Vec<Item<Exam>>,
    pub(super) total: Option<u64>,
    pub(super) limit: Option<u64>,
    /// It may have been cut off at its limit.
    pub(super) full: bool,
    pub(super) throttled: bool,
}
