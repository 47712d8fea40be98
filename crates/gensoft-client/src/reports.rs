//! Reports: the PDF of a released result, the vendor's *laudo*.

use common_http::{
    Body, CallOptions, Engine, Error, ErrorKind, Multipart, Operation, Request, Result,
    looks_like_pdf,
};
use http::header::CONTENT_DISPOSITION;

use crate::ids::ExecutionId;
use crate::reply::Reply;

/// `PUT /api/v1/results/upload/execution/{executionId}`: uploads the report of an execution; another upload replaces it
/// as a new version (documented), so that repeating does no harm.
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

/// Uploads a laudo. Made by [`GensoftClient::upload_report`](crate::GensoftClient::upload_report).
#[must_use = "nothing is sent before `send`"]
pub struct UploadReport {
    engine: Engine,
    execution: ExecutionId,
    pdf: Body,
    file_name: String,
    field: Option<String>,
    slash: bool,
    options: CallOptions,
}

common_http::safe_debug!(UploadReport {
    pdf,
    slash,
    options,
});

impl UploadReport {
    pub(crate) fn new(engine: Engine, execution: ExecutionId, pdf: Body) -> Self {
        Self {
            engine,
            execution,
            pdf,
            file_name: "laudo.pdf".to_owned(),
            field: None,
            slash: false,
            options: CallOptions::default(),
        }
    }

    /// Names the file; default `laudo.pdf`. Gensoft labels a report itself (documented, though the label is left open).
    ///
    /// ```
    /// # fn example(client: gensoft_client::GensoftClient, pdf: gensoft_client::Body) {
    /// let upload = client.upload_report(&10.into(), pdf).file_name("laudo-10.pdf");
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = name.into();
        self
    }

    /// Sends the file in this field of a form, instead of as the body itself: the other reading of a document that does not
    /// say which.
    ///
    /// ```
    /// # fn example(client: gensoft_client::GensoftClient, pdf: gensoft_client::Body) {
    /// let upload = client.upload_report(&10.into(), pdf).multipart("file");
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn multipart(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Ends the path in a slash: the document shows none behind the id, but servers of this kind often want one, and answer
    /// with a redirect (which is not followed) or a 404 where it is missing.
    ///
    /// ```
    /// # fn example(client: gensoft_client::GensoftClient, pdf: gensoft_client::Body) {
    /// let upload = client.upload_report(&10.into(), pdf).trailing_slash(true);
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn trailing_slash(mut self, slash: bool) -> Self {
        self.slash = slash;
        self
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # fn example(client: gensoft_client::GensoftClient, pdf: gensoft_client::Body) {
    /// use gensoft_client::CallOptions;
    ///
    /// let options = CallOptions::default().on_progress(|progress| println!("{} bytes", progress.sent));
    /// let upload = client.upload_report(&10.into(), pdf).options(options);
    /// # let _ = upload;
    /// # }
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        let operation = if self.slash { &UPLOAD_SLASH } else { &UPLOAD };
        let request = self
            .engine
            .request(operation)
            .path("executionId", self.execution.as_str())
            .options(self.options.clone());
        match &self.field {
            Some(field) => request.multipart(Multipart::new().file(
                field,
                &self.file_name,
                "application/pdf",
                self.pdf.clone(),
            )),
            None => request
                .body(self.pdf.clone(), "application/pdf")
                .header(CONTENT_DISPOSITION, disposition(&self.file_name)),
        }
    }

    /// Uploads the report.
    ///
    /// Repeated when it fails, since a new upload replaces the old. A cancelled upload may have been taken.
    ///
    /// # Errors
    /// - `invalid_input`: the file is empty or no PDF (`%PDF-` within its first 1,024 bytes), or the id is empty, `.`, `..` or
    ///   has control characters; nothing was sent
    /// - `local_io`: the file cannot be read, or changed while it was sent
    /// - `rejected` with a 3xx: the vendor redirects, and the slash at the path's end is probably wrong, or the base
    ///   URL; the text says which
    /// - `unauthenticated`, `permission_denied`, `not_found` and the like: refused
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after three attempts; `timeout` with delivery `NotSent`
    ///   where the file's first bytes do not come within the idle limit or the deadline
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = gensoft_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use gensoft_client::Body;
    ///
    /// let pdf = Body::from("%PDF-1.7 ..."); // or Body::from_path("laudo.pdf").await?
    /// let reply = client.upload_report(&10.into(), pdf).send().await?;
    /// assert!(reply.status().is_success());
    /// # Ok::<(), gensoft_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(mut self) -> Result<Reply> {
        self.check().await?;
        self.request().send().await.map(Reply::from)
    }

    async fn check(&mut self) -> Result<()> {
        let refuse = |why| {
            Error::new(ErrorKind::InvalidInput)
                .with_detail(why)
                .with_operation(UPLOAD.id())
        };
        let look = self
            .engine
            .peek(&UPLOAD, &self.pdf, 1024, &mut self.options);
        let start = look.await?;
        if start.is_empty() {
            return Err(refuse("the file is empty"));
        }
        match looks_like_pdf(&start) {
            true => Ok(()),
            false => Err(refuse("the file is no PDF")),
        }
    }
}

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
        value.push_str(&common_http::percent_encode(name));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn any_name_fits_a_header() {
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
