//! Reports: the PDF of an exam.

use std::path::{Path, PathBuf};

use common_http::{
    Call, Download, Engine, ErrorKind, ForeignHosts, Operation, Result, file_name, looks_like_pdf,
    safe_debug,
};

use crate::exams::Exam;
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
    pub(crate) engine: Engine,
    pub(crate) follow: Option<ForeignHosts>,
}

safe_debug!(Reports {});

impl Reports {
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

    /// Saves the report of a finished exam in a folder, unless it is there already.
    ///
    /// Returns its path, which is the exam's id as a [`file_name`] with `.pdf`, or `None` if there
    /// is no report (yet): the exam is not done, it has no usable key, or the vendor answers 404.
    /// The folder is created if it is missing. What is there already is not compared or replaced.
    ///
    /// A report that does not arrive whole leaves no file, so that the next call gets it again.
    ///
    /// ```
    /// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
    /// # let parent = tempfile::tempdir()?;
    /// # let folder = parent.path().join("reports");
    /// use biologix_client::{Item, PartnerId};
    ///
    /// let client = sandbox.client();
    /// let mut exams = client.exams(&PartnerId::from("0000001DD")).list().items();
    /// while let Some(item) = exams.next().await {
    ///     if let Item::Read(exam) = item? {
    ///         client.reports().save_new(&exam, &folder).await?;
    ///     }
    /// }
    /// assert!(folder.join(format!("{}.pdf", sandbox.exam_ids()[249])).exists());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// Those of [`get`](Self::get) but `not_found`, and of [`Download::save_to`].
    pub async fn save_new(&self, exam: &Exam, folder: impl AsRef<Path>) -> Result<Option<PathBuf>> {
        let Some(key) = exam.report_key().filter(|_| exam.is_done()) else {
            return Ok(None);
        };
        let folder = folder.as_ref();
        let file = folder.join(format!("{}.pdf", file_name(&exam.exam_id)));
        if !tokio::fs::try_exists(&file).await.unwrap_or(false) {
            let report = match self.get(&key).await {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                report => report?,
            };
            // If it cannot be created, saving says so.
            tokio::fs::create_dir_all(folder).await.ok();
            report.save_to(&file).await?;
        }
        Ok(Some(file))
    }
}
