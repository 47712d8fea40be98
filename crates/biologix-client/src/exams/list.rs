//! The list of a centre's exams: one page, or all of them as a stream.

use std::sync::Arc;
use std::time::Duration;

use common_http::{
    Answer, CallOptions, Engine, Error, ErrorKind, Operation, Prepared, Request, Result,
    safe_debug, sent_by_await,
};
use http::HeaderName;

use crate::exams::cursor::Cursor;
use crate::exams::page::{ExamPage, FetchedPage};
use crate::exams::stream::{ExamItems, ExamPages, Pager};
use crate::ids::PartnerId;

/// `GET /v2/partners/{partnerId}/exams`: the exams of a sleep centre, newest first (observed).
pub(crate) static LIST: Operation =
    Operation::get("biologix.exams.list", "/v2/partners/{partnerId}/exams");

/// Observed to be accepted. The vendor's own default and maximum are not known.
pub(super) const PAGE_SIZE: u32 = 100;

static PAGE_OFFSET: HeaderName = HeaderName::from_static("x-pagination-offset");
static PAGE_LIMIT: HeaderName = HeaderName::from_static("x-pagination-limit");
static LIST_TOTAL: HeaderName = HeaderName::from_static("x-pagination-total");

/// The exams of a sleep centre: [`BiologixClient::exams`](crate::BiologixClient::exams).
#[derive(Clone)]
#[must_use]
pub struct Exams {
    pub(crate) engine: Engine,
    pub(crate) partner: PartnerId,
    pub(crate) page_spacing: Duration,
}

safe_debug!(Exams {});

impl Exams {
    /// Lists the exams, newest first (observed): one page when awaited, or all of them as a stream.
    ///
    /// A program that does so every night reads less with [`changes`](Self::changes).
    ///
    /// Only reads, so it is repeated freely. A cancelled call leaves nothing behind.
    ///
    /// ```
    /// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
    /// use biologix_client::{Item, PartnerId};
    ///
    /// let client = sandbox.client();
    /// let centre = client.exams(&PartnerId::from("0000001DD"));
    /// // One page:
    /// let newest = centre.list().page_size(20).await?;
    /// assert_eq!((newest.items.len(), newest.total), (20, Some(250)));
    /// // All exams, one by one. `.pages()` gives them page by page.
    /// let mut done = 0;
    /// let mut exams = centre.list().items();
    /// while let Some(item) = exams.next().await {
    ///     match item? {
    ///         Item::Read(exam) => done += u32::from(exam.is_done()),
    ///         Item::Rejected(rejected) => println!("not readable: {}", rejected.error),
    ///     }
    /// }
    /// assert_eq!(done, 150);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `permission_denied`: not this account's centre, or no rights
    ///   ([`ErrorCode::NotAuthorized`](crate::ErrorCode::NotAuthorized))
    /// - `rate_limited`: throttled, and the waits are used up or do not fit into the deadline.
    ///   [`Error::retry_after`] says for how long
    /// - `unauthenticated`: the session was refused, and so was the new one
    /// - `credentials` and other errors of the login, see [`Sessions::open`](crate::Sessions::open)
    /// - `decode`: the answer is not a JSON array, or is for another offset (`X-Pagination-Offset`)
    /// - `invalid_input`: the partner id is empty, `.`, `..` or has a slash, a backslash or control
    ///   characters, or the page size is 0
    /// - `server`, `connect`, `timeout`, `interrupted`: after four attempts
    pub fn list(&self) -> ListExams {
        ListExams {
            exams: self.clone(),
            cursor: Cursor::at(0),
            page_size: PAGE_SIZE,
            options: CallOptions::default(),
        }
    }
}

/// Lists the exams of a sleep centre. Made by [`Exams::list`], which names the errors.
///
/// Awaiting it gives one page. [`items`](Self::items) and [`pages`](Self::pages) go through the
/// whole list, in which no exam is lost or repeated while others are issued or removed. An exam
/// that comes again is given again only if its text has changed. Removed exams show only in the
/// vendor's total. Without a total, each removal from the part already read loses one exam not yet
/// read.
#[must_use = "nothing is sent before `.await`, `send`, `items` or `pages`"]
pub struct ListExams {
    exams: Exams,
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
    /// Skips this many exams (`offset`, documented), the newest first (observed). Default 0.
    pub fn offset(mut self, offset: u64) -> Self {
        self.cursor = Cursor::at(offset);
        self
    }

    /// Sets the page size (`limit`, documented). Default 100, which is observed to be accepted.
    ///
    /// The vendor may give fewer. Its maximum is not known.
    pub fn page_size(mut self, exams: u32) -> Self {
        self.page_size = exams;
        self
    }

    /// Resumes a list where its [`Cursor`] says.
    pub fn resume(mut self, cursor: Cursor) -> Self {
        self.cursor = cursor;
        self
    }

    /// Sets the options of each page's call. A deadline is one page's.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Gets one page: the same as `.await`.
    ///
    /// # Errors
    /// Those of [`Exams::list`].
    pub async fn send(self) -> Result<ExamPage> {
        let offset = self.cursor.offset();
        Ok(self.fetch(offset).await?.page)
    }

    /// Gives all exams one by one, as a stream.
    pub fn items(self) -> ExamItems {
        ExamItems(self.pager())
    }

    /// Gives all exams page by page, as a stream. Exams that come again are left out of their page.
    pub fn pages(self) -> ExamPages {
        ExamPages(self.pager())
    }

    /// The request of the first page as it will be sent, without credentials. No I/O.
    ///
    /// # Errors
    /// `invalid_input` for a wrong argument.
    #[doc(hidden)]
    pub fn prepare(self) -> Result<Prepared> {
        self.request(self.cursor.offset()).prepare()
    }

    pub(super) fn pager(self) -> Pager {
        let (cursor, spacing) = (self.cursor.clone(), self.exams.page_spacing);
        let clock = self.exams.engine.clock().clone();
        let list = Arc::new(self);
        Pager::new(&LIST, cursor, spacing, clock, move |offset| {
            let list = Arc::clone(&list);
            Box::pin(async move { list.fetch(offset).await })
        })
    }

    async fn fetch(&self, offset: u64) -> Result<FetchedPage> {
        let answer = self.request(offset).await?;
        let items = answer.items()?;
        // Documented to be the offset that was applied. Another one would silently lose exams.
        let applied = count(&answer, &PAGE_OFFSET);
        if !items.is_empty() && applied.is_some_and(|applied| applied != offset) {
            let why = "the answer is for another offset than was requested";
            return Err(answer.unreadable().with_detail(why));
        }
        let limit = count(&answer, &PAGE_LIMIT);
        let most = limit.unwrap_or(u64::MAX).min(self.page_size.into());
        Ok(FetchedPage {
            full: !items.is_empty() && items.len() as u64 >= most,
            page: ExamPage {
                items,
                offset,
                total: count(&answer, &LIST_TOTAL),
                limit,
            },
            throttled: answer.was_throttled(),
        })
    }

    fn request(&self, offset: u64) -> Request {
        let request = self
            .exams
            .engine
            .request(&LIST)
            .path("partnerId", self.exams.partner.as_str())
            .query("offset", offset.to_string())
            .query("limit", self.page_size.to_string())
            .options(self.options.clone());
        if self.page_size > 0 {
            return request;
        }
        let why = "argument `page_size` is zero";
        request.invalid(Error::new(ErrorKind::InvalidInput).with_detail(why))
    }
}

sent_by_await!(ListExams => ExamPage);

/// Reads a documented header, observed as an integer. Anything else counts as missing.
fn count(answer: &Answer, name: &HeaderName) -> Option<u64> {
    answer
        .headers()
        .get(name)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}
