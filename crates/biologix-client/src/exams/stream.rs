//! The list as a stream, of exams or of pages.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use common_http::{Error, ErrorKind, Result};
use futures_core::Stream;

use super::cursor::Cursor;
use super::list::{ExamPage, ListExams, Listed, RawPage};
use super::spacing::Spacing;
use super::walk::Walk;

type Fetching = Pin<Box<dyn Future<Output = Result<RawPage>> + Send>>;

/// Fetches page after page. What is known of the list stays outside the future that is under way, so that the cursor can
/// be had at any time.
struct Pager {
    list: Arc<ListExams>,
    walk: Walk,
    spacing: Spacing,
    offset: u64,
    limit: Option<u64>,
    fetching: Option<Fetching>,
    failed: bool,
}

impl Pager {
    fn new(list: ListExams) -> Self {
        Self {
            walk: list.walk(),
            spacing: Spacing::new(list.spacing()),
            list: Arc::new(list),
            offset: 0,
            limit: None,
            fetching: None,
            failed: false,
        }
    }

    /// Gets the next page into the walk; `None` at the end of the list, or after an error.
    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<()>>> {
        let offset = match self.walk.next_offset() {
            Some(offset) if !self.failed => offset,
            _ => return Poll::Ready(None),
        };
        let wait = self.spacing.pause();
        let list = Arc::clone(&self.list);
        let fetching = self.fetching.get_or_insert_with(|| {
            Box::pin(async move {
                // A timer takes up to a millisecond, even for nothing.
                if !wait.is_zero() {
                    tokio::time::sleep(wait).await;
                }
                list.fetch(offset).await
            })
        });
        let page = ready!(fetching.as_mut().poll(cx));
        self.fetching = None;
        self.offset = offset;
        let taken = page.and_then(|page| {
            self.spacing.note(page.throttled);
            self.limit = page.limit;
            self.walk.take(page.items, page.total).map_err(|astray| {
                Error::new(ErrorKind::Decode)
                    .with_detail(astray.words())
                    .with_operation(super::LIST.id())
                    .with_delivery(common_http::Delivery::Answered)
                    .with_attempts(1)
            })
        });
        self.failed = taken.is_err();
        Poll::Ready(Some(taken))
    }

    fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("cursor", self.walk.cursor())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

/// All exams of a centre, one by one: a [`Stream`] of [`Listed`], `Send` and `'static`.
///
/// An `Err` means that a page failed, and is the last item; [`Exams::cursor`] says where to go on. Between the pages the
/// stream may pause, see [`page_spacing`](crate::BiologixClientBuilder::page_spacing); that time is not part of a call's
/// deadline.
#[must_use = "a stream does nothing unless polled"]
pub struct Exams(Pager);

impl Exams {
    pub(super) fn new(list: ListExams) -> Self {
        Self(Pager::new(list))
    }

    /// The next exam; `None` at the end of the list, or after an error.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let mut exams = client.exams(&partner).items();
    /// let newest = exams.next().await.transpose()?;
    /// # assert!(newest.is_some());
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn next(&mut self) -> Option<Result<Listed>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Where to go on after what was handed over so far, with [`ListExams::resume`]. A copy of up to 10,000 hashes: to be
    /// had now and then and after an error, rather than after each exam.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let mut exams = client.exams(&partner).items();
    /// while let Some(listed) = exams.next().await {
    ///     match listed {
    ///         Ok(listed) => println!("{listed:?}"),
    ///         // Save it, and go on in an hour.
    ///         Err(_) => println!("{}", serde_json::to_string(&exams.cursor()).unwrap()),
    ///     }
    /// }
    /// # assert_eq!(exams.cursor().offset(), 250);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        self.0.walk.cursor().clone()
    }

    /// How many exams there are, once a page has told: see [`Cursor::total`].
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let mut exams = client.exams(&partner).items();
    /// exams.next().await.transpose()?;
    /// let length_of_the_bar = exams.total();
    /// assert_eq!(length_of_the_bar, Some(250));
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.0.walk.cursor().total()
    }
}

impl fmt::Debug for Exams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.debug("Exams", f)
    }
}

impl Stream for Exams {
    type Item = Result<Listed>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(listed) = self.0.walk.pop() {
                return Poll::Ready(Some(Ok(listed)));
            }
            match ready!(self.0.poll_page(cx)) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

/// All exams of a centre, a page at a time: a [`Stream`] of [`ExamPage`], `Send` and `'static`.
///
/// An `Err` means that a page failed, and is the last item; [`ExamPages::cursor`] says where to go on.
#[must_use = "a stream does nothing unless polled"]
pub struct ExamPages(Pager);

impl ExamPages {
    pub(super) fn new(list: ListExams) -> Self {
        Self(Pager::new(list))
    }

    /// The next page; `None` at the end of the list, or after an error.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let mut pages = client.exams(&partner).page_size(50).pages();
    /// while let Some(page) = pages.next().await {
    ///     let page = page?;
    ///     let rejected = page.items.iter().filter(|listed| listed.exam().is_none()).count();
    ///     println!("{} items, {rejected} of them not readable", page.items.len());
    /// }
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn next(&mut self) -> Option<Result<ExamPage>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Where to go on after the pages handed over so far, with [`ListExams::resume`].
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let mut pages = client.exams(&partner).pages();
    /// if let Some(page) = pages.next().await {
    ///     let page = page?;
    ///     // Behind this page, since all of it was handed over.
    ///     assert_eq!(pages.cursor().offset(), page.items.len() as u64);
    /// }
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
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
