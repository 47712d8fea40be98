//! Reports: the PDF of a released result, the vendor's *laudo*.

use common_http::{
    Answer, Body, CallOptions, Engine, Error, ErrorKind, Multipart, Operation, Prepared, Request,
    Result, looks_like_pdf, percent_encode, safe_debug, sent_by_await,
};
use http::header::CONTENT_DISPOSITION;

use crate::ids::ExecutionId;

/// `PUT /api/v1/results/upload/execution/{executionId}`: uploads the report of an execution.
///
/// Another upload replaces it as a new version (documented), so repeating does no harm.
pub(crate) static UPLOAD: Operation = Operation::put(
    "gensoft.reports.upload",
    "/api/v1/results/upload/execution/{executionId}",
)
.transfer();

/// The same with a slash at the end, as servers of this kind often want it.
static UPLOAD_SLASH: Operation = Operation::put(
    "gensoft.reports.upload",
    "/api/v1/results/upload/execution/{executionId}/",
)
.transfer();

/// The reports of executions: [`GensoftClient::reports`](crate::GensoftClient::reports).
#[derive(Clone)]
#[must_use]
pub struct Reports {
    pub(crate) engine: Engine,
}

safe_debug!(Reports {});

impl Reports {
    /// Uploads the laudo of an execution, a PDF, replacing an earlier one.
    ///
    /// Every 2xx is a success, whatever it holds but a web page: [`Answer::raw`] has the JSON, if
    /// it is JSON.
    ///
    /// It is repeated when it fails, since a new upload replaces the old one. A cancelled upload
    /// may have been accepted.
    ///
    /// ```
    /// # gensoft_client::sandbox::Sandbox::story(async |sandbox| {
    /// use gensoft_client::{Body, ExecutionId};
    ///
    /// let reports = sandbox.client().reports();
    /// let pdf = Body::from("%PDF-1.7 ..."); // or Body::from_path("laudo.pdf").await?
    /// reports.upload(&ExecutionId::from(10), pdf).file_name("laudo-10.pdf").await?;
    /// assert_eq!(sandbox.report_versions("10").len(), 1);
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `invalid_input`: the file is empty or not a PDF (`%PDF-` within its first 1,024 bytes), or
    ///   the id is empty, `.`, `..` or has a slash, a backslash or control characters. Nothing was
    ///   sent
    /// - `local_io`: the file cannot be read, or changed while it was sent
    /// - `rejected` with a 3xx: the vendor redirects, so the slash at the end of the path is
    ///   probably wrong, or the base URL; the text says which
    /// - `unauthenticated`, `permission_denied`, `not_found` and the like: refused
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after three attempts
    /// - `decode`: a web page came, which a firewall or a gateway may have written, so its fate is
    ///   unknown ([`HttpOptions::accept_html`](crate::HttpOptions::accept_html) takes it for an
    ///   answer)
    /// - `too_large`: it was accepted, with an answer that exceeds the limit
    /// - `timeout` with delivery `NotSent`: the first bytes of the file do not come within the idle
    ///   limit or the deadline
    pub fn upload(&self, execution: &ExecutionId, pdf: Body) -> UploadReport {
        UploadReport {
            engine: self.engine.clone(),
            execution: execution.clone(),
            pdf,
            file_name: "laudo.pdf".to_owned(),
            field: None,
            slash: false,
            options: CallOptions::default(),
        }
    }
}

/// The upload of a laudo that is not sent yet: [`Reports::upload`]. Await it to send it.
#[must_use = "nothing is sent before `.await` or `send`"]
pub struct UploadReport {
    engine: Engine,
    execution: ExecutionId,
    pdf: Body,
    file_name: String,
    field: Option<String>,
    slash: bool,
    options: CallOptions,
}

safe_debug!(UploadReport {
    pdf,
    slash,
    options
});

impl UploadReport {
    /// Names the file. Default `laudo.pdf`. Gensoft labels a report itself (documented).
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = name.into();
        self
    }

    /// Sends the file in this field of a form, instead of as the body itself.
    ///
    /// The document does not say which of the two the vendor wants.
    pub fn multipart(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Ends the path with a slash. The document shows none after the id.
    ///
    /// Servers of this kind often want one. Where it is missing they answer with a redirect, which
    /// is not followed, or a 404.
    pub fn trailing_slash(mut self, slash: bool) -> Self {
        self.slash = slash;
        self
    }

    /// Sets options of this call: deadline, attempts, size limits, progress.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Uploads the report: the same as `.await`.
    ///
    /// # Errors
    /// Those of [`Reports::upload`].
    pub async fn send(mut self) -> Result<Answer> {
        let peek = self
            .engine
            .peek(&UPLOAD, &self.pdf, 1024, &mut self.options);
        let start = peek.await?;
        let problem = if start.is_empty() {
            "the file is empty"
        } else if !looks_like_pdf(&start) {
            "the file is not a PDF"
        } else {
            return self.request().send().await;
        };
        Err(Error::new(ErrorKind::InvalidInput)
            .with_detail(problem)
            .with_operation(UPLOAD.id()))
    }

    /// The request as it will be sent, without credentials. The file is not checked.
    ///
    /// # Errors
    /// `invalid_input` for a wrong id.
    #[doc(hidden)]
    pub fn prepare(self) -> Result<Prepared> {
        self.request().prepare()
    }

    fn request(self) -> Request {
        let operation = if self.slash { &UPLOAD_SLASH } else { &UPLOAD };
        let request = self
            .engine
            .request(operation)
            .path("executionId", self.execution)
            .options(self.options);
        match self.field {
            Some(field) => request.multipart(Multipart::new().file(
                &field,
                &self.file_name,
                "application/pdf",
                self.pdf,
            )),
            None => request
                .body(self.pdf, "application/pdf")
                .header(CONTENT_DISPOSITION, disposition(&self.file_name)),
        }
    }
}

sent_by_await!(UploadReport => Answer);

/// RFC 6266: a plain name for every server, and the exact one for those that know `filename*`.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            ' '..='~' if !matches!(c, '"' | '\\' | '%') => c,
            _ => '_',
        })
        .collect();
    let mut value = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        value.push_str("; filename*=UTF-8''");
        value.push_str(&percent_encode(name));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn any_name_becomes_a_valid_header_value() {
        assert_eq!(
            disposition("laudo.pdf"),
            r#"attachment; filename="laudo.pdf""#
        );
        assert_eq!(
            disposition("a\"b\r\nç%.pdf"),
            "attachment; filename=\"a_b____.pdf\"; filename*=UTF-8''a%22b%0D%0A%C3%A7%25.pdf"
        );
    }
}
