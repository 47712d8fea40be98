//! Reports: the PDF of an exam.

use common_http::{Call, Download, Engine, ForeignHosts, Operation, looks_like_pdf, safe_debug};

use crate::ids::ExamKey;

/// `GET /v2/exams/{examKey}/files/report.pdf`: an exam's report, without credentials.
pub(crate) static GET: Operation = Operation::get(
    "biologix.reports.get",
    "/v2/exams/{examKey}/files/report.pdf",
)
.public()
.transfer();

/// The reports of exams: [`BiologixClient::reports`](crate::BiologixClient::reports).
#[derive(Clone)]
#[must_use]
pub struct Reports {
    engine: Engine,
    follow: Option<ForeignHosts>,
}

safe_debug!(Reports {});

impl Reports {
    pub(crate) fn new(engine: Engine, follow: Option<ForeignHosts>) -> Self {
        Self { engine, follow }
    }

    /// Gets the report of an exam. No login is needed or sent (documented).
    ///
    /// The [`Download`] starts once the first bytes have shown a PDF: `%PDF-` within the first
    /// 1,024 bytes. The `Content-Type` is ignored, unless it is that of a web page. A part of a file
    /// (206) is an error, and one whose end nothing shows must have `%%EOF` there. The key comes from
    /// [`Exam::report_key`](crate::exams::Exam::report_key), or is one that was saved.
    ///
    /// Only reads, so it is repeated freely. A cancelled call leaves nothing behind.
    ///
    /// ```
    /// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
    /// use biologix_client::PartnerId;
    ///
    /// let client = sandbox.client();
    /// let folder = tempfile::tempdir()?;
    /// let page = client.exams(&PartnerId::from("0000001DD")).list().await?;
    /// let done = page.items.iter().filter_map(|item| item.value()).filter(|exam| exam.is_done());
    /// if let Some(key) = done.filter_map(|exam| exam.report_key()).next() {
    ///     client.reports().get(&key).await?.save_to(folder.path().join("report.pdf")).await?;
    /// }
    /// assert!(folder.path().join("report.pdf").exists());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `not_found`: there is no such report (observed: 404 with JSON, also for unfinished exams)
    /// - `decode`: the answer is not a PDF. [`Error::body`](crate::Error::body) has its start
    /// - `rejected`: a redirect, unless
    ///   [`follow_reports`](crate::BiologixClientBuilder::follow_reports) allows it
    /// - `invalid_input`: the key is empty, `.`, `..` or has a slash, a backslash or control
    ///   characters
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after three attempts
    pub fn get(&self, key: &ExamKey) -> Call<Download> {
        let request = self.engine.request(&GET).path("examKey", key.as_str());
        let request = match &self.follow {
            Some(hosts) => request.follow_once(hosts.clone()),
            None => request,
        };
        request
            .accept("application/pdf")
            .downloads(Some(looks_like_pdf))
    }
}
