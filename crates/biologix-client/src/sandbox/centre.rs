//! What the sandbox holds: a sleep centre's exams and its sessions.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use common_http::sandbox::{SandboxClock, SandboxError, lock};

use super::{builder::Settings, exams_list::Throttling, ledger::Ledger, sessions::Sessions};

/// A sleep centre as the sandbox holds it: its exams, newest first, and its sessions. Clones are the same centre.
#[derive(Clone)]
pub struct Centre(Arc<State>);

struct State {
    settings: Settings,
    clock: SandboxClock,
    ledger: Mutex<Ledger>,
    sessions: Mutex<Sessions>,
    throttling: Mutex<Throttling>,
}

impl Centre {
    pub(super) fn new(settings: Settings, clock: SandboxClock) -> Self {
        let ledger = Ledger::new(settings.seed, settings.drift, settings.exams);
        Self(Arc::new(State {
            settings,
            clock,
            ledger: Mutex::new(ledger),
            sessions: Mutex::default(),
            throttling: Mutex::default(),
        }))
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(super) fn clock(&self) -> &SandboxClock {
        &self.0.clock
    }

    pub(super) fn ledger<T>(&self, use_it: impl FnOnce(&mut Ledger) -> T) -> T {
        use_it(&mut lock(&self.0.ledger))
    }

    pub(super) fn sessions<T>(&self, use_it: impl FnOnce(&mut Sessions) -> T) -> T {
        use_it(&mut lock(&self.0.sessions))
    }

    pub(super) fn throttling<T>(&self, use_it: impl FnOnce(&mut Throttling) -> T) -> T {
        use_it(&mut lock(&self.0.throttling))
    }

    /// Puts new exams at the front of the list, as happens while a client reads it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{EXAMS_LIST, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// sandbox.on_request(EXAMS_LIST, 2, |centre| centre.issue_exams(1))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn issue_exams(&self, count: usize) {
        self.ledger(|ledger| ledger.issue(count));
    }

    /// Takes an exam out of the list; the total falls.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{EXAMS_LIST, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// # let centre = sandbox.centre();
    /// let oldest = centre.exam_ids().pop().unwrap_or_default();
    /// centre.remove_exam(&oldest)?;
    /// assert!(centre.remove_exam(&oldest).is_err()); // it is gone
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such exam.
    pub fn remove_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.ledger(|ledger| ledger.remove(exam_id))
    }

    /// Takes the newest exams out of the list, all of them where there are fewer; the total falls.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{EXAMS_LIST, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// // Five authorisations were withdrawn while a program was reading.
    /// sandbox.on_request(EXAMS_LIST, 2, |centre| centre.remove_newest(5))?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove_newest(&self, count: usize) {
        self.ledger(|ledger| ledger.remove_newest(count));
    }

    /// Changes what an exam says: whatever its status was, it is DONE, has a key and thus a report, and with each
    /// change another text in `partnerSleepStudy.report`. The rest stays. A spoiled exam can be read again.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{EXAMS_LIST, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// # let partner = sandbox.partner_id().into();
    /// let newest = sandbox.exam_ids().remove(0);
    /// // A hundred new ones push it to the second page, where it comes again: changed, so it is handed over again.
    /// sandbox.on_request(EXAMS_LIST, 2, move |centre| {
    ///     centre.issue_exams(100);
    ///     centre.change_exam(&newest).expect("the exam is in the list");
    /// })?;
    /// # let mut exams = sandbox.client().exams(&partner).items();
    /// # let mut listed = 0;
    /// # while exams.next().await.transpose()?.is_some() { listed += 1 }
    /// # assert_eq!(listed, 251);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such exam.
    pub fn change_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.ledger(|ledger| ledger.change(exam_id))
    }

    /// Makes the list hold, at an exam's place, what cannot be read as an exam: by the exam's number a string, an
    /// object without `examId`, or an array. Its report is gone.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{EXAMS_LIST, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// # let centre = sandbox.centre();
    /// for id in centre.exam_ids().iter().take(3) {
    ///     centre.spoil_exam(id)?; // one of each kind
    /// }
    /// # assert_eq!((centre.total(), centre.exam_ids().len()), (250, 247));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such exam.
    pub fn spoil_exam(&self, exam_id: &str) -> Result<(), SandboxError> {
        self.ledger(|ledger| ledger.spoil(exam_id))
    }

    /// The ids of the exams in the list's order (newest first), without the spoiled ones.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// let newest = sandbox.centre().exam_ids().remove(0);
    /// assert_eq!(newest, "0000250BB");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn exam_ids(&self) -> Vec<String> {
        self.ledger(|ledger| ledger.ids())
    }

    /// The JSON text that the list has at this exam's place, byte for byte.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// use biologix_client::exams::Exam;
    ///
    /// let text = sandbox.centre().exam_json("0000250BB").unwrap_or_default();
    /// let exam: Exam = serde_json::from_str(&text)?;
    /// assert_eq!(exam.exam_id, "0000250BB");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn exam_json(&self, exam_id: &str) -> Option<String> {
        self.ledger(|ledger| ledger.text(exam_id))
    }

    /// How many exams the list has, the spoiled ones included.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// let centre = sandbox.centre();
    /// centre.issue_exams(1);
    /// assert_eq!(centre.total(), 251);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn total(&self) -> usize {
        self.ledger(|ledger| ledger.total())
    }

    /// Ends the life of all tokens that were given out.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::{EXAMS_LIST, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// // Between two pages.
    /// sandbox.on_request(EXAMS_LIST, 2, |centre| centre.expire_tokens())?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire_tokens(&self) {
        self.sessions(Sessions::expire);
    }

    /// How many sessions were opened so far; refused logins do not count.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// sandbox.client().open_session().send().await?;
    /// assert_eq!(sandbox.centre().sessions_opened(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn sessions_opened(&self) -> usize {
        self.sessions(|sessions| sessions.opened())
    }
}

impl fmt::Debug for Centre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Centre")
            .field("total", &self.total())
            .finish_non_exhaustive()
    }
}
