//! What is new, changed or gone in the list since the last run.

mod checkpoint;
mod reading;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::collections::btree_set;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use common_http::{CallOptions, Item, Result};
use futures_core::Stream;

pub use self::checkpoint::Checkpoint;
use self::reading::{Reading, Rules};
use crate::exams::exam::Exam;
use crate::exams::list::{Exams, PAGE_SIZE};
use crate::exams::stream::Pager;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an exam is waited for that stays open.
const HORIZON: Duration = DAY.saturating_mul(90);
/// An hour less than seven days, so that a job that runs every night may be early on the seventh.
const FULL_EVERY: Duration = Duration::from_secs(7 * 24 * 60 * 60 - 60 * 60);

/// What [`Changes`] gives.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::exhaustive_enums,
    clippy::large_enum_variant,
    reason = "an exam is listed or it is not, and most changes are exams"
)]
pub enum Change {
    /// An exam of the list: new or changed since the checkpoint, or one that it does not have.
    Listed(Item<Exam>),
    /// The id of an exam that is not in the list any more, of those given to [`Changes::known`].
    Gone(String),
}

impl Exams {
    /// Reads what is new or changed since the last run, and now and then the whole list.
    ///
    /// Save the [`Checkpoint`] after you have kept what came: if the program ends in between, the
    /// next run gives it once more, and nothing is lost. Best is one transaction for both: without
    /// it, an exam that was kept, and by the next run has its earlier text again to the byte, is
    /// given by the next reading of the whole list only. [`Changes`] says how far it reads.
    ///
    /// ```
    /// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
    /// use std::collections::BTreeMap;
    ///
    /// use biologix_client::exams::{Change, Checkpoint};
    /// use biologix_client::{Item, PartnerId, Result};
    ///
    /// let client = sandbox.client();
    /// let centre = client.exams(&PartnerId::from("0000001DD"));
    /// let mut checkpoint = Checkpoint::default(); // for the first run, which reads everything
    /// let mut table = BTreeMap::new(); // in a real program, a table of a database
    /// for _night in 0..2 {
    ///     let mut changes = centre.changes(&checkpoint).known(table.keys());
    ///     while let Some(change) = changes.next().await {
    ///         match change? {
    ///             Change::Listed(Item::Read(exam)) => {
    ///                 table.insert(exam.exam_id.clone(), exam.raw().as_str().to_owned());
    ///             }
    ///             Change::Listed(Item::Rejected(item)) => println!("not readable: {}", item.error),
    ///             Change::Gone(exam_id) => drop(table.remove(&exam_id)),
    ///         }
    ///     }
    ///     // Commit the table first, or both in one transaction.
    ///     let saved = serde_json::to_string(&changes.checkpoint())?;
    ///     checkpoint = serde_json::from_str(&saved)?;
    ///     sandbox.issue_exams(20);
    /// }
    /// assert_eq!(table.len(), 270);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// Those of [`Exams::list`].
    pub fn changes(&self, checkpoint: &Checkpoint) -> Changes {
        Changes {
            exams: self.clone(),
            page_size: PAGE_SIZE,
            options: CallOptions::default(),
            checkpoint: checkpoint.clone(),
            known: BTreeSet::new(),
            horizon: HORIZON,
            full_every: FULL_EVERY,
            now: None,
            run: None,
        }
    }
}

/// The exams that are new or changed since a [`Checkpoint`]: a [`Stream`] that is `Send` and
/// `'static`. Made by [`Exams::changes`].
///
/// It reads the list from the newest exam on, and stops as soon as nothing further can have changed:
///
/// - every exam that was open at the last run (issued, started, scheduled, processing, or a status
///   that is not known) has been seen again, or it is older than a [`horizon`](Self::horizon), and
/// - a page's worth of known, unchanged, finished exams has passed since the last one that was new
///   or changed.
///
/// This relies on the order of the list (observed), and on finished exams that do not change later
/// without being among the newest. If the vendor's total has grown by more than the new exams in
/// front, it reads on to the end. The net under it is a reading of the whole list every seventh day
/// ([`full_every`](Self::full_every)). That gives every exam, changed or not, and [`Change::Gone`]
/// for the ids in [`known`](Self::known) that are not listed any more.
///
/// Whatever is issued, changed or removed meanwhile, an exam is given at most once in a run, unless
/// it has changed again, and a change that comes too late for this run is given by the next one. An
/// item that cannot be read has no id, so it is given by every run that reads its place. An `Err`
/// means that a page failed. It is the last item, and there is no checkpoint then: the next run
/// starts from the old one.
///
/// An open exam that is removed makes the next run read as far as the horizon, and to an exam that
/// was behind it, once, and give what the checkpoint does not have. The age of an exam is the time
/// since it began, or since a run first saw it if that is not known. Memory and checkpoint are
/// bounded by the open exams, the finished ones between them, and ten pages' worth behind the last
/// (while it reads, 10,000 exams).
///
/// ```
/// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
/// use biologix_client::exams::{Changes, Checkpoint};
/// use biologix_client::{PartnerId, Result};
///
/// /// Reads to the end, without keeping anything. Returns the pages that it took.
/// async fn read(mut changes: Changes) -> Result<(u64, Option<Checkpoint>)> {
///     while let Some(change) = changes.next().await {
///         drop(change?);
///     }
///     Ok((changes.pages(), changes.checkpoint()))
/// }
///
/// sandbox.put_exam(serde_json::json!({ "examId": "EXAMPLE-1", "status": 4 }))?;
/// for exam in sandbox.exam_ids().iter().skip(1) {
///     sandbox.change_exam(exam)?; // all but that one are done
/// }
/// let client = sandbox.client();
/// let centre = client.exams(&PartnerId::from("0000001DD"));
/// let (pages, checkpoint) = read(centre.changes(&Checkpoint::default()).page_size(20)).await?;
/// assert_eq!(pages, 13);
/// let checkpoint = checkpoint.ok_or("the end was reached")?;
/// let (pages, _) = read(centre.changes(&checkpoint).page_size(20)).await?;
/// assert_eq!(pages, 2);
/// # Ok(()) });
/// ```
#[must_use = "a stream does nothing unless polled"]
pub struct Changes {
    exams: Exams,
    page_size: u32,
    options: CallOptions,
    checkpoint: Checkpoint,
    known: BTreeSet<String>,
    horizon: Duration,
    full_every: Duration,
    now: Option<SystemTime>,
    run: Option<Run>,
}

/// The stream once it was polled.
struct Run {
    pager: Pager,
    /// `None` at the end.
    reading: Option<Reading>,
    is_full: bool,
    pages: u64,
    gone: btree_set::IntoIter<String>,
    /// It becomes the checkpoint when all is given.
    next: Option<Checkpoint>,
    checkpoint: Option<Checkpoint>,
}

/// The settings count until the first item is requested.
impl Changes {
    /// Sets the page size. See [`ListExams::page_size`](crate::exams::ListExams::page_size).
    pub fn page_size(mut self, exams: u32) -> Self {
        self.page_size = exams;
        self
    }

    /// Sets the options of each page's call. A deadline is one page's.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets the age from which an open exam is no longer waited for (default 90 days).
    pub fn horizon(mut self, age: Duration) -> Self {
        self.horizon = age;
        self
    }

    /// Sets how often the whole list is read. Zero does so in each run.
    ///
    /// The default is seven days less an hour, so that a job that runs every night does so on every
    /// seventh, even if it starts a little earlier that night. After a time that is ahead of the
    /// clock, the whole list is read too.
    pub fn full_every(mut self, period: Duration) -> Self {
        self.full_every = period;
        self
    }

    /// Names the exams that the caller has, so that the stream can say which are gone.
    ///
    /// They are given as [`Change::Gone`] if the whole list was read, the vendor told its total on
    /// every page, and every item was readable: an item that is not may be any of them.
    pub fn known(mut self, exam_ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.known.extend(exam_ids.into_iter().map(Into::into));
        self
    }

    /// Sets the time of this run, for tests (default: the system's when the first item is
    /// requested).
    pub fn now(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }
}

impl Changes {
    /// The next change. `None` at the end, and after an error.
    pub async fn next(&mut self) -> Option<Result<Change>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The checkpoint for the next run. `None` before the end, and after an error.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.run.as_ref()?.checkpoint.clone()
    }

    /// Whether the whole list is read, because it is time to. At the end also if all of it was
    /// read for another reason.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let is_due = || self.rules().is_full(&self.checkpoint);
        self.run.as_ref().map_or_else(is_due, |run| run.is_full)
    }

    /// How many pages were read so far.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.run.as_ref().map_or(0, |run| run.pages)
    }

    fn rules(&self) -> Rules {
        Rules {
            now: self.now.unwrap_or_else(SystemTime::now),
            horizon: self.horizon,
            full_every: self.full_every,
            page_size: self.page_size,
        }
    }

    fn start(&mut self) -> Run {
        let checkpoint = std::mem::take(&mut self.checkpoint);
        let rules = self.rules();
        let reading = Reading::new(checkpoint, &rules, std::mem::take(&mut self.known));
        let list = self.exams.list().page_size(self.page_size);
        Run {
            pager: list.options(std::mem::take(&mut self.options)).pager(),
            is_full: reading.is_full(),
            reading: Some(reading),
            pages: 0,
            gone: btree_set::IntoIter::default(),
            next: None,
            checkpoint: None,
        }
    }
}

impl Run {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Change>>> {
        while let Some(reading) = &mut self.reading {
            while let Some(item) = self.pager.walk.pop() {
                if reading.note(&item) {
                    return Poll::Ready(Some(Ok(Change::Listed(item))));
                }
            }
            let page = if reading.is_over() && !self.pager.walk.has_gap() {
                None
            } else {
                ready!(self.pager.poll_page(cx))
            };
            match page {
                Some(Ok(())) => {
                    reading.page(self.pager.walk.cursor().total());
                    self.pages += 1;
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None if self.pager.failed => return Poll::Ready(None),
                None => self.end(),
            }
        }
        match self.gone.next() {
            Some(exam_id) => Poll::Ready(Some(Ok(Change::Gone(exam_id)))),
            None => {
                self.checkpoint = self.checkpoint.take().or(self.next.take());
                Poll::Ready(None)
            }
        }
    }

    fn end(&mut self) {
        let walk = &self.pager.walk;
        let whole = walk.next_offset().is_none();
        self.is_full |= whole;
        if let Some(reading) = self.reading.take() {
            let (checkpoint, gone) = reading.end(whole, walk.is_counted());
            self.next = Some(checkpoint);
            self.gone = gone.into_iter();
        }
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.run {
            Some(run) => run.pager.debug("Changes", f),
            None => f.debug_struct("Changes").finish_non_exhaustive(),
        }
    }
}

impl Stream for Changes {
    type Item = Result<Change>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.run.is_none() {
            self.run = Some(self.start());
        }
        match &mut self.run {
            Some(run) => run.poll_next(cx),
            None => Poll::Ready(None),
        }
    }
}
