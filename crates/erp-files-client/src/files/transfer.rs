//! The operation `erp.files.transfer`: the file goes to the signed address.

use std::time::{Duration, SystemTime};

use common_http::{
    Body, CallOptions, Error, ErrorKind, ForeignHosts, ForeignUrl, Request, Result, Secret,
    Timestamp, safe_debug,
};
use http::HeaderName;
use http::header::CONTENT_TYPE;

use super::{Files, TRANSFER};

/// Where a file is to be sent: the signed address that the ERP gave. Whoever has it can write there until it expires, so
/// `Debug` shows the host alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadTarget(ForeignUrl);

impl UploadTarget {
    pub(super) fn parse(address: &str, hosts: &ForeignHosts) -> Result<Self> {
        ForeignUrl::parse(address, hosts).map(Self)
    }

    /// The host that the file goes to.
    ///
    /// ```
    /// # fn example(target: erp_files_client::files::UploadTarget) {
    /// println!("the files are stored at {}", target.host());
    /// # }
    /// ```
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host()
    }

    pub(super) fn secret(&self) -> Secret {
        Secret::from(self.0.expose().as_str())
    }

    /// Azure by the signs of it: its host names, or the two parameters that its signed addresses always have.
    fn is_azure(&self) -> bool {
        let has = |name: &str| self.parameter(name).is_some();
        self.host().ends_with(".blob.core.windows.net") || (has("sig") && has("sv"))
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = self.0.expose().query_pairs();
        let (_, value) = pairs.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value.into_owned())
    }

    /// Until when it can be used, as it says of itself: Azure's `se`, or S3's `X-Amz-Date` and `X-Amz-Expires`.
    fn expires(&self) -> Option<SystemTime> {
        if let Some(end) = self.parameter("se") {
            return Timestamp::from(end).to_system_time();
        }
        let start = self.parameter("x-amz-date")?;
        let seconds = self.parameter("x-amz-expires")?.parse().ok()?;
        let (date, time) = start.trim_end_matches('Z').split_once('T')?;
        let (Some(year), Some(month), Some(day)) = (date.get(..4), date.get(4..6), date.get(6..8))
        else {
            return None;
        };
        let (Some(hour), Some(minute), Some(second)) =
            (time.get(..2), time.get(2..4), time.get(4..6))
        else {
            return None;
        };
        let start = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
        let start = Timestamp::from(start).to_system_time()?;
        start.checked_add(Duration::from_secs(seconds))
    }
}

/// Whether `x-ms-blob-type: BlockBlob` is sent, which Azure demands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlobType {
    /// When the address looks like Azure's: its host names, or `sig` and `sv` in the query.
    #[default]
    WhenAzure,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Sends a file to a signed address. Made by [`Files::transfer`].
#[must_use = "nothing is sent before `send`"]
pub struct TransferFile {
    files: Files,
    target: UploadTarget,
    body: Body,
    content_type: Option<String>,
    options: CallOptions,
}

safe_debug!(TransferFile { target, body });

impl TransferFile {
    pub(super) fn new(files: Files, target: UploadTarget, body: Body) -> Self {
        Self {
            files,
            target,
            body,
            content_type: None,
            options: CallOptions::default(),
        }
    }

    /// Sends this `Content-Type`; without it none is sent.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files, target: erp_files_client::files::UploadTarget) {
    /// # let pdf = erp_files_client::Body::from("%PDF-1.7 ...");
    /// let transfer = files.transfer(&target, pdf).content_type("application/pdf");
    /// # let _ = transfer;
    /// # }
    /// ```
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # fn example(files: erp_files_client::files::Files, target: erp_files_client::files::UploadTarget) {
    /// # let pdf = erp_files_client::Body::from("%PDF-1.7 ...");
    /// use erp_files_client::CallOptions;
    ///
    /// let options = CallOptions::default().on_progress(|progress| println!("{} bytes", progress.sent));
    /// let transfer = files.transfer(&target, pdf).options(options);
    /// # let _ = transfer;
    /// # }
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        let mut request = self
            .files
            .engine
            .foreign_request(&TRANSFER, &self.target.0)
            .accept("*/*")
            .raw_body(self.body.clone())
            .options(self.options.clone());
        let blob_type = match self.files.settings.blob_type {
            BlobType::WhenAzure => self.target.is_azure(),
            BlobType::Always => true,
            BlobType::Never => false,
        };
        if blob_type {
            request = request.header(HeaderName::from_static("x-ms-blob-type"), "BlockBlob");
        }
        match &self.content_type {
            Some(content_type) => request.header(CONTENT_TYPE, content_type),
            None => request,
        }
    }

    /// Sends the file: its bytes, `Content-Length`, `Accept`, and the headers set here. No credential of the ERP goes along. Any
    /// 2xx is success (documented: 201).
    ///
    /// Repeated from the file's start when it fails. A cancelled call may have stored the file, which nobody sees before it
    /// is finalized.
    ///
    /// # Errors
    /// - `invalid_input`: the body's length is not known; the storage takes no chunks
    /// - `permission_denied` with the code `upload_url_expired`: the address has expired; initialize again
    /// - `permission_denied`, `rejected`, `conflict`, `not_found`: the storage refused; its code is in the error
    /// - `local_io`: the file cannot be read, or changed while it was sent
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after three attempts
    ///
    /// See [`InitializeUpload::send`](super::InitializeUpload::send) for an example.
    ///
    /// ```
    /// # async fn example(files: erp_files_client::files::Files) -> erp_files_client::Result<()> {
    /// let target = files.initialize("result.pdf").send().await?;
    /// files.transfer(&target, erp_files_client::Body::from("%PDF-1.7 ...")).send().await?;
    /// # Ok(()) }
    /// ```
    pub async fn send(self) -> Result<()> {
        if self.body.len().is_none() {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_detail("the file's length is not known, and the storage takes no chunks")
                .with_operation(TRANSFER.id()));
        }
        match self.request().send().await {
            Ok(_) => Ok(()),
            Err(error) if is_expired(&error, &self.target) => Err(error
                .with_kind(ErrorKind::PermissionDenied)
                .with_detail("the signed address has expired")
                .with_code("upload_url_expired", true)),
            Err(error) => Err(error),
        }
    }
}

/// By the storage's own words, or by what the address says of itself.
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
        UploadTarget::parse(
            &format!("https://storage.example/x?{query}"),
            &ForeignHosts::default(),
        )
        .unwrap()
    }

    #[test]
    fn azure_by_its_signs() {
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
    fn when_it_expires() {
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
