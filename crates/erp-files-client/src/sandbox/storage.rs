//! The upload target: a storage on another host than the ERP, with the manners of Azure or of S3.

use std::time::SystemTime;

use common_http::sandbox::old::{Route, Vendor};
use common_http::sandbox::{Answer, Request, rfc3339};
use http::{Method, StatusCode};
use serde_json::Value;

use super::{Clinic, StorageKind, ledger::Blob, vendor::FILES_TRANSFER};

static ROUTES: [Route; 1] = [Route::new(
    FILES_TRANSFER,
    Method::PUT,
    "/storage/{place}/{fileName}",
)];

/// The storage behind the plumbing.
pub(super) struct Storage(pub(super) Clinic);

/// An error, as both write them in XML.
struct Trouble {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    /// More elements.
    more: String,
}

impl Trouble {
    fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            code,
            message,
            more: String::new(),
        }
    }

    fn more(mut self, elements: String) -> Self {
        self.more = elements;
        self
    }
}

const AUTHENTICATION_FAILED: &str = "Server failed to authenticate the request. \
    Make sure the value of Authorization header is formed correctly including the signature.";

impl Vendor for Storage {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn answer(&self, _operation: &'static str, request: &Request) -> Answer {
        let put = match self.kind() {
            StorageKind::Azure => self.azure(request),
            StorageKind::S3 => self.s3(request),
        };
        put.unwrap_or_else(|trouble| self.trouble(&trouble))
    }

    fn refusal(&self, status: StatusCode, _request: &Request) -> Answer {
        let azure = self.kind() == StorageKind::Azure;
        let (code, message) = match (status.as_u16(), azure) {
            (404, true) => ("ResourceNotFound", "The specified resource does not exist."),
            (404, false) => ("NoSuchBucket", "The specified bucket does not exist"),
            (405, true) => (
                "UnsupportedHttpVerb",
                "The resource doesn't support specified Http Verb.",
            ),
            (405, false) => (
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
            ),
            (413, true) => (
                "RequestBodyTooLarge",
                "The request body is too large and exceeds the maximum permissible limit.",
            ),
            (413, false) => (
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
            ),
            (_, true) => ("ServerBusy", "The server is busy."),
            (_, false) => ("SlowDown", "Please reduce your request rate."),
        };
        self.trouble(&Trouble::new(status.as_u16(), code, message))
    }

    fn drift(&self, _operation: &'static str, _body: &mut Value) {
        // Its answers are XML, or empty.
    }
}

impl Storage {
    fn kind(&self) -> StorageKind {
        self.0.settings().storage
    }

    fn azure(&self, request: &Request) -> Result<Answer, Box<Trouble>> {
        let refuse = |trouble: Trouble| Err(Box::new(trouble));
        let detail = |text: String| {
            let element = format!("<AuthenticationErrorDetail>{text}</AuthenticationErrorDetail>");
            Trouble::new(403, "AuthenticationFailed", AUTHENTICATION_FAILED).more(element)
        };
        // It would try that credential instead of the signature.
        if request.headers().contains_key("authorization") {
            return refuse(Trouble::new(
                403,
                "AuthenticationFailed",
                AUTHENTICATION_FAILED,
            ));
        }
        let now = self.0.clock().now();
        let Some(address) = self.0.ledger(|ledger| ledger.address(request.target())) else {
            return refuse(detail("Signature did not match.".to_owned()));
        };
        if address.end <= now {
            let (start, end) = (http_date(address.start), http_date(address.end));
            return refuse(detail(format!(
                "Signature not valid in the specified time frame: Start [{start}] - Expiry [{end}] - Current [{}]",
                http_date(now)
            )));
        }
        if !request.headers().contains_key("content-length") {
            let text = "The Content-Length header was not specified.";
            return refuse(Trouble::new(411, "MissingContentLengthHeader", text));
        }
        match request.header("x-ms-blob-type") {
            Some("BlockBlob") => {}
            None => {
                let text = "An HTTP header that's mandatory for this request is not specified.";
                let trouble = Trouble::new(400, "MissingRequiredHeader", text);
                return refuse(trouble.more("<HeaderName>x-ms-blob-type</HeaderName>".to_owned()));
            }
            Some(_) => {
                let text = "The value for one of the HTTP headers is not in the correct format.";
                let trouble = Trouble::new(400, "InvalidHeaderValue", text);
                return refuse(trouble.more("<HeaderName>x-ms-blob-type</HeaderName>".to_owned()));
            }
        }
        self.store(address.place, request);
        Ok(Answer::new(StatusCode::CREATED)
            .header("etag", "\"0x8D0000000000000\"")
            .header("last-modified", http_date(now))
            .header("x-ms-request-id", "00000000-0000-0000-0000-000000000000")
            .header("x-ms-version", "2024-11-04"))
    }

    fn s3(&self, request: &Request) -> Result<Answer, Box<Trouble>> {
        let refuse = |trouble: Trouble| Err(Box::new(trouble));
        if request.headers().contains_key("authorization") {
            let text = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                parameter or the Authorization header should be specified";
            return refuse(Trouble::new(400, "InvalidArgument", text));
        }
        let Some(address) = self.0.ledger(|ledger| ledger.address(request.target())) else {
            let text = "The request signature we calculated does not match the signature you provided. \
                Check your key and signing method.";
            return refuse(Trouble::new(403, "SignatureDoesNotMatch", text));
        };
        let now = self.0.clock().now();
        if address.end <= now {
            let (end, now) = (rfc3339(address.end, 0), rfc3339(now, 0));
            let times = format!("<Expires>{end}</Expires><ServerTime>{now}</ServerTime>");
            return refuse(Trouble::new(403, "AccessDenied", "Request has expired").more(times));
        }
        if !request.headers().contains_key("content-length") {
            let text = "You must provide the Content-Length HTTP header.";
            return refuse(Trouble::new(411, "MissingContentLength", text));
        }
        self.store(address.place, request);
        Ok(Answer::new(StatusCode::OK)
            .header("etag", "\"00000000000000000000000000000000\"")
            .header("x-amz-request-id", "EXAMPLE0000000000"))
    }

    fn store(&self, place: usize, request: &Request) {
        let blob = Blob {
            bytes: request.body().clone(),
            content_type: request.header("content-type").map(str::to_owned),
        };
        self.0
            .ledger(|ledger| ledger.places[place].blob = Some(blob));
    }

    fn trouble(&self, trouble: &Trouble) -> Answer {
        let Trouble {
            status,
            code,
            message,
            more,
        } = trouble;
        let answer = Answer::new(*status);
        match self.kind() {
            StorageKind::Azure => {
                let time = rfc3339(self.0.clock().now(), 7);
                // With a byte order mark, as Azure has it.
                let xml = format!(
                    "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{message}\n\
                     RequestId:00000000-0000-0000-0000-000000000000\nTime:{time}</Message>{more}</Error>"
                );
                answer
                    .body("application/xml", xml)
                    .header("x-ms-error-code", code)
                    .header("x-ms-request-id", "00000000-0000-0000-0000-000000000000")
            }
            StorageKind::S3 => {
                let xml = format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{more}\
                     <RequestId>EXAMPLE0000000000</RequestId><HostId>EXAMPLE</HostId></Error>"
                );
                answer
                    .body("application/xml", xml)
                    .header("x-amz-request-id", "EXAMPLE0000000000")
            }
        }
    }
}

/// The sandbox's clock stays before the year 9999, beyond which HTTP has no dates.
fn http_date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}
