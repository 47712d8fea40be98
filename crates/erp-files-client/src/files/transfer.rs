//! The operation `erp.files.transfer`: the file goes to the signed URL.

use std::pin::Pin;
use std::time::{Duration, SystemTime};

use common_http::{
    Body, Call, CallOptions, Error, ErrorKind, ForeignHosts, ForeignUrl, Operation, Prepared,
    Result, Secret, Timestamp, safe_debug,
};
use http::HeaderName;
use http::header::CONTENT_TYPE;

use crate::files::Files;

/// `PUT` to the signed URL: the file itself. Sent twice, it leaves the same file.
pub(crate) static TRANSFER: Operation = Operation::put("erp.files.transfer", "/{signedAddress}")
    .transfer()
    .public();

impl Files {
    /// Second step of an upload by hand: sends the file to the signed URL.
    ///
    /// Its bytes are sent with `Content-Length`, `Accept`, and the headers that are set here, but
    /// without any credentials of the ERP. Any 2xx is success (documented: 201).
    ///
    /// It is repeated from the file's start if it fails. A cancelled call may have stored the file,
    /// which nobody sees before it is finalized.
    ///
    /// ```
    /// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
    /// use erp_files_client::Body;
    ///
    /// let files = sandbox.client().files(&7.into(), &12.into());
    /// let target = files.initialize("result.pdf").await?;
    /// files.transfer(&target, Body::from("%PDF-1.7 ...")).await?;
    /// assert!(files.list().await?.is_empty(), "it is not finalized");
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `invalid_input`: the body's length is not known, and the storage takes no chunks
    /// - `permission_denied` with the code `upload_url_expired`: initialize again
    /// - `permission_denied`, `rejected`, `conflict`, `not_found`: the storage refused it, with a
    ///   code of its own
    /// - `local_io`: the file cannot be read, or changed while it was sent
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after three attempts
    pub fn transfer(&self, target: &UploadTarget, body: Body) -> TransferFile {
        TransferFile {
            files: self.clone(),
            target: target.clone(),
            body,
            content_type: None,
            options: CallOptions::default(),
        }
    }
}

/// The signed URL that the ERP issued, to which a file is sent.
///
/// Whoever has it can write there until it expires, so `Debug` shows the host only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadTarget(ForeignUrl);

impl UploadTarget {
    pub(super) fn parse(url: &str, hosts: &ForeignHosts) -> Result<Self> {
        ForeignUrl::parse(url, hosts).map(Self)
    }

    /// The host to which the file is sent.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host()
    }

    pub(super) fn secret(&self) -> Secret {
        Secret::from(self.0.expose().as_str())
    }

    /// Recognises Azure by its host names, or by two parameters that its signed URLs always have.
    fn is_azure(&self) -> bool {
        let has = |name: &str| self.parameter(name).is_some();
        self.host().ends_with(".blob.core.windows.net") || (has("sig") && has("sv"))
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.0.expose().query_pairs();
        let (_, value) = pairs.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value.into_owned())
    }

    /// When it expires: Azure's `se`, or S3's `X-Amz-Date` and `X-Amz-Expires`.
    fn expires(&self) -> Option<SystemTime> {
        if let Some(end) = self.parameter("se") {
            return Timestamp::from(end).to_system_time();
        }
        let start = self.parameter("x-amz-date")?;
        let seconds = self.parameter("x-amz-expires")?.parse().ok()?;
        // As in 20300102T030405Z.
        let (date, time) = start.trim_end_matches('Z').split_once('T')?;
        let (year, month, day) = (date.get(..4)?, date.get(4..6)?, date.get(6..8)?);
        let (hour, minute, second) = (time.get(..2)?, time.get(2..4)?, time.get(4..6)?);
        let start = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
        let start = Timestamp::from(start).to_system_time()?;
        start.checked_add(Duration::from_secs(seconds))
    }
}

/// When `x-ms-blob-type: BlockBlob` is sent, which Azure requires.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlobType {
    /// If the URL looks like Azure's: by its host, or by `sig` and `sv` in the query.
    #[default]
    WhenAzure,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Sends a file to a signed URL. Made by [`Files::transfer`].
///
/// ```
/// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
/// use erp_files_client::files::TransferFile;
/// use erp_files_client::{Body, CallOptions};
///
/// fn as_pdf(transfer: TransferFile) -> TransferFile {
///     let print = |bytes, of| println!("{bytes} of {of:?} bytes");
///     transfer
///         .content_type("application/pdf")
///         .options(CallOptions::default().on_progress(move |now| print(now.sent, now.total)))
/// }
///
/// let files = sandbox.client().files(&7.into(), &12.into());
/// let target = files.initialize("result.pdf").await?;
/// as_pdf(files.transfer(&target, Body::from("%PDF-1.7 ..."))).await?;
/// # Ok(()) });
/// ```
#[must_use = "nothing is sent before `.await` or `send`"]
pub struct TransferFile {
    files: Files,
    target: UploadTarget,
    body: Body,
    content_type: Option<String>,
    options: CallOptions,
}

safe_debug!(TransferFile { target, body });

impl TransferFile {
    /// Sends this `Content-Type`. Without it, none is sent.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets options of this call: deadline, attempts, progress.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends the file: the same as `.await`.
    ///
    /// # Errors
    /// Those of [`Files::transfer`].
    pub async fn send(self) -> Result<()> {
        self.call().await
    }

    /// The request as it will be sent. No I/O.
    #[doc(hidden)]
    pub fn prepare(self) -> Result<Prepared> {
        self.call().prepare()
    }

    fn call(self) -> Call<()> {
        let request = self.files.engine.foreign_request(&TRANSFER, &self.target.0);
        let mut request = request.accept("*/*").options(self.options);
        if self.body.len().is_none() {
            let why = "the file's length is not known, and the storage takes no chunks";
            request = request.invalid(Error::new(ErrorKind::InvalidInput).with_detail(why));
        }
        let blob_type = match self.files.settings.blob_type {
            BlobType::WhenAzure => self.target.is_azure(),
            BlobType::Always => true,
            BlobType::Never => false,
        };
        if blob_type {
            request = request.header(HeaderName::from_static("x-ms-blob-type"), "BlockBlob");
        }
        if let Some(content_type) = &self.content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let target = self.target;
        request
            .raw_body(self.body)
            .settles(move |ended| match ended {
                Ok(_) => Ok(()),
                Err(error) if is_expired(&error, &target) => Err(error
                    .with_kind(ErrorKind::PermissionDenied)
                    .with_detail("the signed URL has expired")
                    .with_code("upload_url_expired", true)),
                Err(error) => Err(error),
            })
    }
}

impl IntoFuture for TransferFile {
    type Output = Result<()>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// By the storage's error text, or by the time in the URL.
fn is_expired(error: &Error, target: &UploadTarget) -> bool {
    let refused = error
        .status()
        .is_some_and(|status| matches!(status.as_u16(), 400 | 401 | 403));
    let says_so = error.message().is_some_and(|message| {
        let message = message.to_ascii_lowercase();
        message.contains("expired") || message.contains("not valid in the specified time frame")
    });
    let passed = target.expires().is_some_and(|end| SystemTime::now() > end);
    refused && (says_so || passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(query: &str) -> UploadTarget {
        let url = format!("https://storage.example/x?{query}");
        UploadTarget::parse(&url, &ForeignHosts::default()).unwrap()
    }

    #[test]
    fn azure_is_recognised() {
        assert!(target("sv=1&sig=x").is_azure());
        assert!(!target("sig=x").is_azure());
        assert!(!target("X-Amz-Signature=x").is_azure());
        let host = "https://account.blob.core.windows.net/c/x?y=1";
        assert!(
            UploadTarget::parse(host, &ForeignHosts::default())
                .unwrap()
                .is_azure()
        );
    }

    #[test]
    fn the_end_is_read_from_the_url() {
        let at = |text: &str| Timestamp::from(text).to_system_time();
        assert_eq!(
            target("se=2030-01-01T00%3A00%3A00Z&sig=x").expires(),
            at("2030-01-01T00:00:00Z")
        );
        assert_eq!(
            target("X-Amz-Date=20300102T030405Z&X-Amz-Expires=60").expires(),
            at("2030-01-02T03:05:05Z")
        );
        for query in [
            "",
            "se=soon",
            "X-Amz-Date=x&X-Amz-Expires=60",
            "X-Amz-Date=20300102T030405Z",
        ] {
            assert_eq!(target(query).expires(), None, "{query}");
        }
    }
}
