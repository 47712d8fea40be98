//! Where a listing is to be taken up again.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::seen::Seen;

/// Where a listing is to be taken up again, in another process as well: offset, total, and hashes of the exams handed
/// over lately (10,000 at the most, some 220 KB of JSON), so that drift meanwhile loses none and repeats none.
///
/// For a listing that was interrupted. It is no bookmark for the next day: what is issued later stands at the front of the
/// list and is found by listing anew.
///
/// ```
/// # #[cfg(feature = "sandbox")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
/// # let client = sandbox.client();
/// # let partner = sandbox.partner_id().into();
/// use biologix_client::exams::Cursor;
///
/// let mut exams = client.exams(&partner).page_size(10).items();
/// let first = exams.next().await.transpose()?;
/// let saved = serde_json::to_string(&exams.cursor()).unwrap();
///
/// let cursor: Cursor = serde_json::from_str(&saved).unwrap();
/// let mut others = client.exams(&partner).page_size(10).resume(cursor).items();
/// let second = others.next().await.transpose()?;
/// # let (first, second) = (first.unwrap(), second.unwrap());
/// # assert_ne!(first.exam().unwrap().exam_id, second.exam().unwrap().exam_id);
/// # Ok::<(), biologix_client::Error>(())
/// # }).unwrap();
/// ```
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

    /// The offset that is asked for next: how many exams, from the newest on, are behind it.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let mut exams = client.exams(&partner).items();
    /// for _ in 0..3 {
    ///     exams.next().await.transpose()?;
    /// }
    /// assert_eq!(exams.cursor().offset(), 3);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many exams there are: as the vendor last said (`X-Pagination-Total`, documented), or where he says nothing, as
    /// the end of the list has shown.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let mut exams = client.exams(&partner).items();
    /// exams.next().await.transpose()?;
    /// let cursor = exams.cursor();
    /// let left = cursor.total().map(|total| total - cursor.offset());
    /// assert_eq!(left, Some(249));
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor")
            .field("offset", &self.offset)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}
