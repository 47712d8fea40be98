//! Reports: the PDF of an exam.

use common_http::{
    CallOptions, Download, Engine, Operation, Request, Result, looks_like_pdf, safe_debug,
};

use crate::ids::ExamKey;

/// `GET /v2/exams/{examKey}/files/report.pdf`: an exam's report, without credentials.
pub(crate) static GET: Operation = Operation::get(
    "biologix.reports.get",
    "/v2/exams/{examKey}/files/report.pdf",
)
.public()
.transfer();

/// Fetches a report. Made by [`BiologixClient::report`](crate::BiologixClient::report).
#[must_use = "nothing is sent before `send`"]
pub struct Report {
    engine: Engine,
    key: ExamKey,
    options: CallOptions,
}

safe_debug!(Report { options });

impl Report {
    pub(crate) fn new(engine: Engine, key: ExamKey) -> Self {
        Self {
            engine,
            key,
            options: CallOptions::default(),
        }
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let id = sandbox.exam_ids().remove(0);
    /// # sandbox.change_exam(&id).unwrap();
    /// # let text = sandbox.exam_json(&id).unwrap();
    /// # let exam: biologix_client::exams::Exam = serde_json::from_str(&text).unwrap();
    /// # let key = exam.report_key().unwrap();
    /// use biologix_client::CallOptions;
    /// use std::time::Duration;
    ///
    /// // A person waits, and no report is larger than ten megabytes.
    /// let options = CallOptions::default().deadline(Duration::from_secs(20)).max_bytes(10_000_000);
    /// let pdf = client.report(&key).options(options).send().await?.bytes().await?;
    /// # assert!(pdf.starts_with(b"%PDF-"));
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        self.engine
            .request(&GET)
            .path("examKey", self.key.as_str())
            .accept("application/pdf")
            .options(self.options.clone())
    }

    /// Asks for the report and gives it as a [`Download`] once its first bytes have shown that it is a PDF (`%PDF-` within
    /// the first 1,024; the `Content-Type` decides nothing).
    ///
    /// Only reads: repeated freely, and a cancelled call leaves nothing behind.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # use biologix_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id();
    /// # let folder = tempfile::tempdir().unwrap();
    /// let mut exams = client.exams(&partner.into()).items();
    /// while let Some(listed) = exams.next().await {
    ///     let listed = listed?;
    ///     let Some(exam) = listed.exam().filter(|exam| exam.is_done()) else { continue };
    ///     if let Some(key) = exam.report_key() {
    ///         client.report(&key).send().await?.save_to(folder.path().join("report.pdf")).await?;
    ///         break;
    ///     }
    /// }
    /// # assert!(folder.path().join("report.pdf").exists());
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// - `not_found`: there is no such report (observed: 404 with JSON, also while an exam is not finished)
    /// - `decode`: what came is no PDF; [`Error::body`](crate::Error::body) has its start
    /// - `invalid_input`: the key is empty, `.`, `..` or has control characters
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after three attempts
    pub async fn send(self) -> Result<Download> {
        self.request().downloads(Some(looks_like_pdf)).await
    }
}
