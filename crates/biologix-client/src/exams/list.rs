//! The operation: one page, or the start of a stream.

use std::time::Duration;

use common_http::{
    Answer, CallOptions, DecodeError, Engine, Error, ErrorKind, RawJson, Request, Result,
    safe_debug,
};

use super::cursor::Cursor;
use super::stream::{ExamPages, Exams};
use super::walk::Walk;
use super::{Exam, LIST};
use crate::ids::PartnerId;

/// Observed to be accepted; the vendor's own default and maximum are not known.
const PAGE_SIZE: u32 = 100;

/// Something that the list held: an exam, or what could not be read as one.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "there is nothing else it could be")]
pub enum Listed {
    /// An exam.
    Exam(Box<Exam>),
    /// What cannot be read as an exam: kept as it came, so that one bad exam costs nobody the others.
    Rejected {
        /// The vendor's JSON text.
        raw: RawJson,
        /// Why, with its place in the page.
        error: DecodeError,
    },
}

impl Listed {
    /// Reads what stood at this index of its page.
    pub(super) fn read(raw: RawJson, index: usize) -> Self {
        match Exam::from_raw(raw.clone()) {
            Ok(exam) => Self::Exam(Box::new(exam)),
            Err(error) => Self::Rejected {
                raw,
                error: error.in_item(index),
            },
        }
    }

    /// The exam; none where it was rejected.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let page = client.exams(&partner).send().await?;
    /// let ids: Vec<&str> =
    ///     page.items.iter().filter_map(|listed| listed.exam()).map(|exam| exam.exam_id.as_str()).collect();
    /// # assert_eq!(ids.len(), 100);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn exam(&self) -> Option<&Exam> {
        match self {
            Self::Exam(exam) => Some(exam),
            Self::Rejected { .. } => None,
        }
    }

    /// The vendor's JSON text, of either.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// # let spoiled = sandbox.exam_ids().remove(0);
    /// # sandbox.spoil_exam(&spoiled).unwrap();
    /// let page = client.exams(&partner).send().await?;
    /// // All that came, what cannot be read as an exam included.
    /// let texts: Vec<&str> = page.items.iter().map(|listed| listed.raw().as_str()).collect();
    /// # assert_eq!(texts.len(), 100);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn raw(&self) -> &RawJson {
        match self {
            Self::Exam(exam) => exam.raw(),
            Self::Rejected { raw, .. } => raw,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExamPage {
    /// The page's exams, in the vendor's order.
    pub items: Vec<Listed>,
    /// The offset that was asked for.
    pub offset: u64,
    /// How many exams there are in all (`X-Pagination-Total`, documented), where the vendor says so.
    pub total: Option<u64>,
    /// The page size that the vendor applied (`X-Pagination-Limit`, documented), where it says so.
    pub limit: Option<u64>,
}

/// A page as it came.
pub(super) struct RawPage {
    pub(super) items: Vec<RawJson>,
    pub(super) total: Option<u64>,
    pub(super) limit: Option<u64>,
    pub(super) throttled: bool,
}

/// Lists the exams of a sleep centre. Made by [`BiologixClient::exams`](crate::BiologixClient::exams).
///
/// [`send`](Self::send) gives one page; [`items`](Self::items) and [`pages`](Self::pages) go through the whole list, in
/// which no exam is lost or repeated while others are issued or removed meanwhile. An exam that comes again is handed
/// over again only if its text has changed. That exams are removed shows in the vendor's total alone: where he tells
/// none, one removed from what was read already costs another that was not.
///
/// ```
/// # #[cfg(feature = "sandbox")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
/// # let client = sandbox.client();
/// # let partner = sandbox.partner_id().into();
/// use biologix_client::exams::Listed;
///
/// let mut done = 0;
/// let mut exams = client.exams(&partner).items();
/// while let Some(listed) = exams.next().await {
///     match listed? {
///         Listed::Exam(exam) if exam.is_done() => done += 1,
///         Listed::Exam(_) => {}
///         Listed::Rejected { error, .. } => println!("not readable: {error}"),
///     }
/// }
/// # assert!(done > 0);
/// # Ok::<(), biologix_client::Error>(())
/// # }).unwrap();
/// ```
#[must_use = "nothing is sent before `send`, `items` or `pages`"]
pub struct ListExams {
    engine: Engine,
    partner: PartnerId,
    spacing: Duration,
    cursor: Cursor,
    page_size: u32,
    options: CallOptions,
}

safe_debug!(ListExams {
    cursor,
    page_size,
    options
});

impl ListExams {
    pub(crate) fn new(engine: Engine, partner: PartnerId, spacing: Duration) -> Self {
        Self {
            engine,
            partner,
            spacing,
            cursor: Cursor::at(0),
            page_size: PAGE_SIZE,
            options: CallOptions::default(),
        }
    }

    /// Starts after this many exams (`offset`, documented), the newest being the first (observed); default 0.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// // The second page of a table on a screen.
    /// let page = client.exams(&partner).offset(20).page_size(20).send().await?;
    /// assert_eq!(page.offset, 20);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn offset(mut self, offset: u64) -> Self {
        self.cursor = Cursor::at(offset);
        self
    }

    /// Asks for this many exams a page (`limit`, documented); default 100, observed to be accepted. The vendor may give
    /// fewer; its own maximum is not known.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// // The newest ten: one small answer.
    /// let page = client.exams(&partner).page_size(10).send().await?;
    /// assert_eq!(page.items.len(), 10);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn page_size(mut self, exams: u32) -> Self {
        self.page_size = exams;
        self
    }

    /// Takes a listing up where its [`Cursor`] says.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// use biologix_client::exams::Cursor;
    ///
    /// let mut exams = client.exams(&partner).items();
    /// # exams.next().await.transpose()?;
    /// let saved = serde_json::to_string(&exams.cursor()).unwrap();
    /// // The program was ended here; its next run goes on behind the last exam that it got.
    /// let cursor: Cursor = serde_json::from_str(&saved).unwrap();
    /// let rest = client.exams(&partner).resume(cursor).items();
    /// # let mut rest = rest;
    /// # let mut left = 0;
    /// # while rest.next().await.transpose()?.is_some() { left += 1 }
    /// # assert_eq!(left, 249);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.cursor = cursor;
        self
    }

    /// Sets the settings of each page's call: a deadline is a page's.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// use biologix_client::CallOptions;
    /// use std::time::Duration;
    ///
    /// // Each page within ten seconds, or an error that says how long the vendor wants us to stay away.
    /// let options = CallOptions::default().deadline(Duration::from_secs(10));
    /// # use biologix_client::sandbox::{EXAMS_LIST, Fault};
    /// # sandbox.fail_next(EXAMS_LIST, Fault::Throttled { retry_after: None }).unwrap();
    /// let error = client.exams(&partner).options(options).send().await.unwrap_err();
    /// assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent for the first page.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        self.request_at(self.cursor.offset)
    }

    /// Asks for one page.
    ///
    /// Only reads: repeated freely, and a cancelled call leaves nothing behind.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use biologix_client::{ErrorCode, PartnerId};
    ///
    /// let page = client.exams(&PartnerId::from("0000009DD")).send().await;
    /// if let Err(error) = page
    ///     && ErrorCode::of(&error) == Some(ErrorCode::NotAuthorized)
    /// {
    ///     println!("this account may not see that centre");
    /// }
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// - `permission_denied`: not this account's centre, or no rights ([`ErrorCode::NotAuthorized`](crate::ErrorCode))
    /// - `rate_limited`: throttled, and the waits are used up or do not fit the deadline; `retry_after` says for how long
    /// - `unauthenticated`: the session was refused, the new one too
    /// - `credentials` and the other errors of the login, see [`OpenSession::send`](crate::OpenSession::send)
    /// - `decode`: what came is no JSON array, or is for another offset (`X-Pagination-Offset`)
    /// - `invalid_input`: the partner id is empty, `.`, `..` or has control characters, or the page size is 0
    /// - `server`, `connect`, `timeout`, `interrupted`: after four attempts
    pub async fn send(self) -> Result<ExamPage> {
        let offset = self.cursor.offset;
        let page = self.fetch(offset).await?;
        let read = |(index, raw)| Listed::read(raw, index);
        Ok(ExamPage {
            items: page.items.into_iter().enumerate().map(read).collect(),
            offset,
            total: page.total,
            limit: page.limit,
        })
    }

    /// All exams, one by one, as a stream.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let mut ids = Vec::new();
    /// let mut exams = client.exams(&partner).items();
    /// while let Some(listed) = exams.next().await {
    ///     ids.extend(listed?.exam().map(|exam| exam.exam_id.clone()));
    /// }
    /// assert_eq!(ids.len(), 250);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn items(self) -> Exams {
        Exams::new(self)
    }

    /// All exams, a page at a time, as a stream. What drift brings again is left out of its page.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let mut pages = client.exams(&partner).pages();
    /// while let Some(page) = pages.next().await {
    ///     let page = page?;
    ///     // One transaction of a database a page, with `pages.cursor()` in it.
    ///     println!("{} exams from {} on", page.items.len(), page.offset);
    /// }
    /// # assert_eq!(pages.cursor().offset(), 250);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn pages(self) -> ExamPages {
        ExamPages::new(self)
    }

    pub(super) fn walk(&self) -> Walk {
        Walk::new(self.cursor.clone())
    }

    pub(super) fn spacing(&self) -> Duration {
        self.spacing
    }

    pub(super) async fn fetch(&self, offset: u64) -> Result<RawPage> {
        if self.page_size == 0 {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_detail("argument `page_size` is zero")
                .with_operation(LIST.id()));
        }
        let answer = self.request_at(offset).send().await?;
        let items: Vec<RawJson> = answer.json()?;
        // Documented to be the offset that was applied: another would lose exams without a word.
        let applied = count(&answer, "x-pagination-offset");
        if !items.is_empty() && applied.is_some_and(|applied| applied != offset) {
            let why = "the answer is for another offset than was asked for";
            return Err(answer.unreadable().with_detail(why));
        }
        Ok(RawPage {
            items,
            total: count(&answer, "x-pagination-total"),
            limit: count(&answer, "x-pagination-limit"),
            throttled: answer.was_throttled(),
        })
    }

    fn request_at(&self, offset: u64) -> Request {
        self.engine
            .request(&LIST)
            .path("partnerId", self.partner.as_str())
            .query("offset", offset.to_string())
            .query("limit", self.page_size.to_string())
            .options(self.options.clone())
    }
}

/// Documented headers, observed as integers in text; anything else counts as missing.
fn count(answer: &Answer, name: &str) -> Option<u64> {
    answer.header(name)?.trim().parse().ok()
}
