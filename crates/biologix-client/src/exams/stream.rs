//! The list as a stream, of exams or of pages.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use common_http::{Clock, Delivery, Error, ErrorKind, Item, Operation, Result};
use futures_core::Stream;

use crate::exams::cursor::Cursor;
use crate::exams::exam::Exam;
use crate::exams::page::{ExamPage, FetchedPage};
use crate::exams::spacing::Spacing;
use crate::exams::walk::Walk;

type Fetching = Pin<Box<dyn Future<Output = Result<FetchedPage>> + Send>>;

/// Fetches page after page.
///
/// What is known of the list stays outside the future that runs, so that the cursor can be had at
/// any time.
pub(super) struct Pager {
    operation: &'static Operation,
    fetch: Box<dyn Fn(u64) -> Fetching + Send>,
    pub(super) walk: Walk,
    spacing: Spacing,
    clock: Clock,
    offset: u64,
    limit: Option<u64>,
    fetching: Option<Fetching>,
    pub(super) failed: bool,
}

impl Pager {
    /// A walk from this cursor on. `fetch` gets the page at an offset.
    pub(super) fn new(
        operation: &'static Operation,
        cursor: Cursor,
        spacing: Duration,
        clock: Clock,
        fetch: impl Fn(u64) -> Fetching + Send + 'static,
    ) -> Self {
        Self {
            operation,
            fetch: Box::new(fetch),
            walk: Walk::new(cursor),
            spacing: Spacing::new(spacing),
            clock,
            offset: 0,
            limit: None,
            fetching: None,
            failed: false,
        }
    }

    /// Gets the next page into the walk. `None` at the end of the list, and after an error.
    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<()>>> {
        let offset = match self.walk.next_offset() {
            Some(offset) if !self.failed => offset,
            _ => return Poll::Ready(None),
        };
        let fetching = self.fetching.get_or_insert_with(|| {
            let wait = self.spacing.pause();
            let page = (self.fetch)(offset);
            let clock = self.clock.clone();
            Box::pin(async move {
                // Even a timer for no time takes up to a millisecond.
                if !wait.is_zero() {
                    clock.sleep(wait).await;
                }
                page.await
            })
        });
        let page = ready!(fetching.as_mut().poll(cx));
        self.fetching = None;
        self.offset = offset;
        let taken = page.and_then(|page| {
            self.spacing.note(page.throttled);
            let (full, page) = (page.full, page.page);
            self.limit = page.limit;
            let taken = self.walk.take(page.items, page.total, full);
            taken.map_err(|astray| {
                Error::new(ErrorKind::Decode)
                    .with_detail(astray.words())
                    .with_operation(self.operation.id())
                    .with_delivery(Delivery::Answered)
                    .with_attempts(1)
            })
        });
        self.failed = taken.is_err();
        Poll::Ready(Some(taken))
    }

    pub(super) fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("cursor", self.walk.cursor())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

/// All exams of a centre, one by one: a [`Stream`] that is `Send` and `'static`.
///
/// An `Err` means that a page failed. It is the last item, and [`ExamItems::cursor`] says where to
/// resume. The stream may pause between pages, see
/// [`page_spacing`](crate::BiologixClientBuilder::page_spacing). That time does not count for a
/// call's deadline.
///
/// ```
/// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
/// use biologix_client::PartnerId;
/// use biologix_client::exams::Cursor;
///
/// let client = sandbox.client();
/// let centre = client.exams(&PartnerId::from("0000001DD"));
/// let mut exams = centre.list().items();
/// let first = exams.next().await.transpose()?;
/// let saved = serde_json::to_string(&exams.cursor())?;
///
/// // In the next run of the program:
/// let cursor: Cursor = serde_json::from_str(&saved)?;
/// let mut rest = centre.list().resume(cursor).items();
/// assert_ne!(rest.next().await.transpose()?, first);
/// assert_eq!((rest.cursor().offset(), rest.total()), (2, Some(250)));
/// # Ok(()) });
/// ```
#[must_use = "a stream does nothing unless polled"]
pub struct ExamItems(pub(super) Pager);

impl ExamItems {
    /// The next exam. `None` at the end of the list, and after an error.
    pub async fn next(&mut self) -> Option<Result<Item<Exam>>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Where to resume after the exams given so far, with
    /// [`ListExams::resume`](crate::exams::ListExams::resume).
    ///
    /// It is a copy of up to 10,000 hashes: take one now and then and after an error, not after
    /// each exam.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.0.walk.cursor().clone()
    }

    /// How many exams there are, once a page has said so: see [`Cursor::total`].
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.0.walk.cursor().total()
    }
}

impl fmt::Debug for ExamItems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug("ExamItems", f)
    }
}

impl Stream for ExamItems {
    type Item = Result<Item<Exam>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.0.walk.pop() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.0.poll_page(cx)) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// All exams of a centre, page by page: a [`Stream`] that is `Send` and `'static`.
///
/// An `Err` means that a page failed. It is the last item, and [`ExamPages::cursor`] says where to
/// resume.
///
/// ```
/// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
/// use biologix_client::PartnerId;
///
/// let client = sandbox.client();
/// let mut pages = client.exams(&PartnerId::from("0000001DD")).list().pages();
/// while let Some(page) = pages.next().await {
///     let page = page?;
///     // For example, a database transaction for each page, with `pages.cursor()` in it.
///     println!("{} exams from {} on", page.items.len(), page.offset);
/// }
/// assert_eq!(pages.cursor().offset(), 250);
/// # Ok(()) });
/// ```
#[must_use = "a stream does nothing unless polled"]
pub struct ExamPages(pub(super) Pager);

impl ExamPages {
    /// The next page. `None` at the end of the list, and after an error.
    pub async fn next(&mut self) -> Option<Result<ExamPage>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Where to resume after the pages given so far, with
    /// [`ListExams::resume`](crate::exams::ListExams::resume).
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.0.walk.cursor().clone()
    }
}

impl fmt::Debug for ExamPages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug("ExamPages", f)
    }
}

impl Stream for ExamPages {
    type Item = Result<ExamPage>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match ready!(self.0.poll_page(cx)) {
            Some(Ok(())) => {
                let items = std::iter::from_fn(|| self.0.walk.pop()).collect();
                Poll::Ready(Some(Ok(ExamPage {
                    items,
                    offset: self.0.offset,
                    total: self.0.walk.cursor().total(),
                    limit: self.0.limit,
                })))
            }
            Some(Err(error)) => Poll::Ready(Some(Err(error))),
            None => Poll::Ready(None),
        }
    }
}
