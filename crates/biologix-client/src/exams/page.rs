//! One page of a list, and what is known of it while it is walked.

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

/// A page, and what the walk needs to know of it.
pub(super) struct FetchedPage {
    pub(super) page: ExamPage,
    /// It may have been cut off at its limit.
    pub(super) full: bool,
    pub(super) throttled: bool,
}
