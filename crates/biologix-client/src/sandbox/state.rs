//! What the sandbox holds: a sleep centre's exams and its sessions.

use std::io;
use std::sync::Mutex;
use std::time::SystemTime;

use common_http::safe_debug;
use common_http::sandbox::{Host, SandboxClock, SandboxError, lock};
use serde_json::Value;

use crate::sandbox::calls::Calls;
use crate::sandbox::ledger::Ledger;
use crate::sandbox::settings::Settings;
use crate::sandbox::tokens::Tokens;

/// A sleep centre: its exams, newest first, and its sessions.
pub struct Centre {
    /// The settings that the sandbox was started with.
    pub settings: Settings,
    pub(super) url: String,
    pub(super) storage_url: String,
    clock: SandboxClock,
    ledger: Mutex<Ledger>,
    tokens: Mutex<Tokens>,
    calls: Mutex<Calls>,
}

safe_debug!(Centre { settings });

impl Centre {
    pub(super) fn new(settings: Settings, host: Host) -> io::Result<Self> {
        settings.check()?;
        let ledger = Ledger::new(settings.seed, settings.drift, settings.exams);
        let mut urls = host.urls.into_iter();
        Ok(Self {
            settings,
            url: urls.next().unwrap_or_default(),
            storage_url: urls.next().unwrap_or_default(),
            clock: host.clock,
            ledger: Mutex::new(ledger),
            tokens: Mutex::default(),
            calls: Mutex::default(),
        })
    }

    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub(super) fn ledger<T>(&self, act: impl FnOnce(&mut Ledger) -> T) -> T {
        act(&mut lock(&self.ledger))
    }

    pub(super) fn tokens<T>(&self, act: impl FnOnce(&mut Tokens) -> T) -> T {
        act(&mut lock(&self.tokens))
    }

    pub(super) fn calls<T>(&self, act: impl FnOnce(&mut Calls) -> T) -> T {
        act(&mut lock(&self.calls))
    }

    /// Puts new exams at the front of the list.
    pub fn issue_exams(&self, count: usize) {
        self.ledger(|ledger| ledger.issue(count));
    }

    /// Removes an exam from the list. The total falls.
    ///
    /// # Errors
    /// There is no such exam.
    pub fn remove_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.ledger(|ledger| ledger.remove(exam_id))
    }

    /// Removes the newest exams from the list, or all if there are fewer. The total falls.
    pub fn remove_newest(&self, count: usize) {
        self.ledger(|ledger| ledger.remove_newest(count));
    }

    /// Changes an exam: it becomes DONE, with a key and so a report.
    ///
    /// Each change gives it another text in `partnerSleepStudy.report`. The rest stays. A spoiled
    /// exam becomes readable.
    ///
    /// # Errors
    /// There is no such exam.
    pub fn change_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.ledger(|ledger| ledger.change(exam_id))
    }

    /// Puts a test's own exam into the list: it replaces the exam of its id, or is the newest.
    ///
    /// It is listed as it is given, with what it lacks left out. Its report is there if its `status`
    /// is 6 (DONE) and it has an `examKey`.
    ///
    /// ```
    /// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
    /// sandbox.put_exam(serde_json::json!({ "examId": "EXAMPLE-1", "status": 0 }))?;
    /// assert_eq!(sandbox.exam_ids()[0], "EXAMPLE-1");
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// It is not a JSON object, or its `examId` is not a text or is empty.
    pub fn put_exam(&self, exam: Value) -> Result<(), SandboxError> {
        self.ledger(|ledger| ledger.put(exam))
    }

    /// Replaces an exam by something that is not readable as an exam, and removes its report.
    ///
    /// Depending on the exam's number, that is a string, an object without `examId`, or an array.
    ///
    /// # Errors
    /// There is no such exam.
    pub fn spoil_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.ledger(|ledger| ledger.spoil(exam_id))
    }

    /// The ids of the exams, newest first, without the spoiled ones.
    #[must_use]
    pub fn exam_ids(&self) -> Vec<String> {
        self.ledger(|ledger| ledger.ids())
    }

    /// The JSON text that the list has for this exam, byte for byte.
    #[must_use]
    pub fn exam_json(&self, exam_id: &str) -> Option<String> {
        self.ledger(|ledger| ledger.text(exam_id))
    }

    /// How many exams the list has, including the spoiled ones.
    #[must_use]
    pub fn total(&self) -> usize {
        self.ledger(|ledger| ledger.total())
    }

    /// Ends the life of all tokens.
    pub fn expire_tokens(&self) {
        self.tokens(Tokens::expire);
    }

    /// How many sessions were opened so far. Refused logins do not count.
    #[must_use]
    pub fn sessions_opened(&self) -> usize {
        self.tokens(|tokens| tokens.opened())
    }
}
