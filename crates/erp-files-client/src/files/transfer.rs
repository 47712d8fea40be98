//! The operation `erp.files.transfer`: the file goes to the signed URL.

use std::time::{Duration, SystemTime};

use common_http::{
    Body, Call, CallOptions, Delivery, Error, ErrorKind, ForeignHosts, ForeignUrl, Operation,
    Prepared, Result, Secret, Timestamp, safe_debug, sent_by_await,
};
use http::HeaderName;
use http::header::CONTENT_TYPE;

use crate::errors::says_there;
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
    /// It is repeated from the file's start if it fails. If a repetition finds a file there that
    /// may not be overwritten, an earlier attempt stored it, and that is success. A cancelled call
    /// may have stored the file, which nobody sees before it is finalized.
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
    /// - `permission_denied` with the code `upload_url_not_yet_valid`: try again later
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
            in_doubt: false,
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

    /// From when until when it is valid: Azure's `st` and `se`, or S3's `X-Amz-Date` and
    /// `X-Amz-Expires`.
    fn validity(&self) -> [Option<SystemTime>; 2] {
        let azure = ["st", "se"].map(|name| self.parameter(name).and_then(|text| instant(&text)));
        if azure != [None, None] {
            return azure;
        }
        let start = self.parameter("x-amz-date").and_then(|text| instant(&text));
        let seconds = self.parameter("x-amz-expires");
        let life = seconds.and_then(|text| text.parse().ok().map(Duration::from_secs));
        [
            start,
            start
                .zip(life)
                .and_then(|(start, life)| start.checked_add(life)),
        ]
    }
}

/// An instant as URLs have it: `2030-01-02`, `2030-01-02T03:04Z`, with seconds, or
/// `20300102T030405Z`.
fn instant(text: &str) -> Option<SystemTime> {
    let digits = |part: &str| {
        part.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let (date, time) = text.split_once('T').unwrap_or((text, "Z"));
    let time = time.strip_suffix('Z')?;
    let (date, time) = (digits(date), format!("{:0<6}", digits(time)));
    let (year, month, day) = (date.get(..4)?, date.get(4..6)?, date.get(6..8)?);
    let (hour, minute, second) = (time.get(..2)?, time.get(2..4)?, time.get(4..6)?);
    Timestamp::from(format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z")).to_system_time()
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
    /// An earlier call may have stored the file.
    in_doubt: bool,
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

    /// Says that an earlier call may have stored the file.
    pub(super) fn in_doubt(mut self, in_doubt: bool) -> Self {
        self.in_doubt = in_doubt;
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
        let (target, in_doubt) = (self.target, self.in_doubt);
        request.raw_body(self.body).settles(move |ended| {
            let Err(error) = ended else {
                return Ok(());
            };
            if says_there(&error) && (in_doubt || error.delivery() == Delivery::Unknown) {
                return Ok(());
            }
            let (code, why) = match time_problem(&error, &target) {
                None => return Err(error),
                Some(Time::Over) => ("upload_url_expired", "the signed URL has expired"),
                Some(Time::ToCome) => {
                    let why = "the signed URL is not valid yet";
                    ("upload_url_not_yet_valid", why)
                }
            };
            let error = error.with_kind(ErrorKind::PermissionDenied);
            Err(error.with_detail(why).with_code(code, true))
        })
    }
}

sent_by_await!(TransferFile => ());

/// What is wrong with the time at which a signed URL was used.
enum Time {
    ToCome,
    Over,
}

/// By the storage's word. If it says nothing, by the times in the URL.
fn time_problem(error: &Error, target: &UploadTarget) -> Option<Time> {
    if !matches!(error.status()?.as_u16(), 400 | 401 | 403) {
        return None;
    }
    let now = SystemTime::now();
    let [start, end] = target.validity();
    let (is_to_come, is_over) = (
        start.is_some_and(|start| now < start),
        end.is_some_and(|end| now > end),
    );
    let by_the_url = match (is_to_come, is_over) {
        (true, _) => Some(Time::ToCome),
        (_, true) => Some(Time::Over),
        _ => None,
    };
    let said = error.message().unwrap_or_default();
    let message = said.to_ascii_lowercase();
    if message.contains("not valid in the specified time frame") {
        // Azure says both times and its own, except where it hides them.
        return Some(
            match (said_time(said, "Start ["), said_time(said, "Current [")) {
                (Some(start), Some(current)) if current < start => Time::ToCome,
                (Some(_), Some(_)) => Time::Over,
                _ => by_the_url.unwrap_or(match start {
                    Some(_) if end.is_none_or(|end| now < end) => Time::ToCome,
                    _ => Time::Over,
                }),
            },
        );
    }
    if ["not yet valid", "not valid yet"]
        .iter()
        .any(|words| message.contains(words))
    {
        return Some(Time::ToCome);
    }
    if message.contains("expired") || error.code() == Some("ExpiredToken") {
        return Some(Time::Over);
    }
    by_the_url.filter(|_| error.code().is_none())
}
/// A time in Azure's words, for example `Start [Wed, 02 Jan 2030 03:04:05 GMT]`.
fn said_time(text: &str, before: &str) -> Option<SystemTime> {
    let (_, rest) = text.split_once(before)?;
    httpdate::parse_http_date(rest.split_once(']')?.0).ok()
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
    fn the_times_are_read_from_the_url() {
        let at = |text: &str| Timestamp::from(text).to_system_time();
        for (query, start, end) in [
            (
                "se=2030-01-01T00%3A00%3A00Z&sig=x",
                "",
                "2030-01-01T00:00:00Z",
            ),
            (
                "st=2030-01-01&se=2030-01-02T03%3A04Z",
                "2030-01-01T00:00:00Z",
                "2030-01-02T03:04:00Z",
            ),
            (
                "se=2030-01-02T03:04:05.1234567Z",
                "",
                "2030-01-02T03:04:05Z",
            ),
            (
                "X-Amz-Date=20300102T030405Z&X-Amz-Expires=60",
                "2030-01-02T03:04:05Z",
                "2030-01-02T03:05:05Z",
            ),
            ("X-Amz-Date=20300102T030405Z", "2030-01-02T03:04:05Z", ""),
            ("", "", ""),
            ("se=soon", "", ""),
            ("se=2030-01-02T03:04:05", "", ""),
            ("X-Amz-Date=x&X-Amz-Expires=60", "", ""),
        ] {
            assert_eq!(target(query).validity(), [at(start), at(end)], "{query}");
        }
    }
}
