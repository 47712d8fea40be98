//! The upload target: a storage on another host than the ERP, which behaves like Azure or S3.

use std::time::SystemTime;

use common_http::sandbox::{Answer, Request, rfc3339};
use http::StatusCode;

use crate::sandbox::ledger::Blob;
use crate::sandbox::readings::StorageKind;
use crate::sandbox::state::Clinic;

/// An error. Both storages write it in XML.
struct Failure {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    /// More elements.
    more: String,
}

const AZURE_REQUEST: &str = "00000000-0000-0000-0000-000000000000";
const S3_REQUEST: &str = "EXAMPLE0000000000";

impl Failure {
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

    fn answer(&self, clinic: &Clinic) -> Answer {
        let (code, message, more) = (self.code, self.message, &self.more);
        let answer = Answer::new(self.status);
        match clinic.settings.storage {
            StorageKind::Azure => {
                let time = rfc3339(clinic.now(), 7);
                // With a byte order mark, as Azure has it.
                let xml = format!(
                    "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\
                     <Error><Code>{code}</Code><Message>{message}\n\
                     RequestId:{AZURE_REQUEST}\nTime:{time}</Message>{more}</Error>"
                );
                answer
                    .body("application/xml", xml)
                    .header("x-ms-error-code", code)
                    .header("x-ms-request-id", AZURE_REQUEST)
            }
            StorageKind::S3 => {
                let xml = format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                     <Error><Code>{code}</Code><Message>{message}</Message>{more}\
                     <RequestId>{S3_REQUEST}</RequestId><HostId>EXAMPLE</HostId></Error>"
                );
                answer
                    .body("application/xml", xml)
                    .header("x-amz-request-id", S3_REQUEST)
            }
        }
    }
}

const AUTHENTICATION_FAILED: &str = "Server failed to authenticate the request. \
    Make sure the value of Authorization header is formed correctly including the signature.";

/// `PUT /storage/{place}/{fileName}`.
pub(super) fn transfer(clinic: &Clinic, request: &Request) -> Answer {
    let put = match clinic.settings.storage {
        StorageKind::Azure => azure(clinic, request),
        StorageKind::S3 => s3(clinic, request),
    };
    put.unwrap_or_else(|failure| failure.answer(clinic))
}

/// The answer of this status if the server refuses, or a fault asks for it.
pub(super) fn refusal(clinic: &Clinic, status: StatusCode) -> Answer {
    let azure = clinic.settings.storage == StorageKind::Azure;
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
    Failure::new(status.as_u16(), code, message).answer(clinic)
}

fn azure(clinic: &Clinic, request: &Request) -> Result<Answer, Box<Failure>> {
    let refuse = |failure: Failure| Err(Box::new(failure));
    let detail = |text: String| {
        let element = format!("<AuthenticationErrorDetail>{text}</AuthenticationErrorDetail>");
        Failure::new(403, "AuthenticationFailed", AUTHENTICATION_FAILED).more(element)
    };
    // It would try that credential instead of the signature.
    if request.headers().contains_key("authorization") {
        let code = "AuthenticationFailed";
        return refuse(Failure::new(403, code, AUTHENTICATION_FAILED));
    }
    let now = clinic.now();
    let Some(address) = clinic.ledger(|ledger| ledger.address(request.target())) else {
        return refuse(detail("Signature did not match.".to_owned()));
    };
    if address.end <= now {
        let (start, end) = (http_date(address.start), http_date(address.end));
        let now = http_date(now);
        return refuse(detail(format!(
            "Signature not valid in the specified time frame: \
             Start [{start}] - Expiry [{end}] - Current [{now}]"
        )));
    }
    if !request.headers().contains_key("content-length") {
        let text = "The Content-Length header was not specified.";
        return refuse(Failure::new(411, "MissingContentLengthHeader", text));
    }
    let problem = match request.header("x-ms-blob-type") {
        Some("BlockBlob") => None,
        None => Some((
            "MissingRequiredHeader",
            "An HTTP header that's mandatory for this request is not specified.",
        )),
        Some(_) => Some((
            "InvalidHeaderValue",
            "The value for one of the HTTP headers is not in the correct format.",
        )),
    };
    if let Some((code, text)) = problem {
        let element = "<HeaderName>x-ms-blob-type</HeaderName>".to_owned();
        return refuse(Failure::new(400, code, text).more(element));
    }
    if is_kept(clinic, address.place) {
        let text = "This request is not authorized to perform blob overwrites.";
        return refuse(Failure::new(403, "UnauthorizedBlobOverwrite", text));
    }
    store(clinic, address.place, request);
    Ok(Answer::new(StatusCode::CREATED)
        .header("etag", "\"0x8D0000000000000\"")
        .header("last-modified", http_date(now))
        .header("x-ms-request-id", AZURE_REQUEST)
        .header("x-ms-version", "2024-11-04"))
}

fn s3(clinic: &Clinic, request: &Request) -> Result<Answer, Box<Failure>> {
    let refuse = |failure: Failure| Err(Box::new(failure));
    if request.headers().contains_key("authorization") {
        let text = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
            Signature query string parameter or the Authorization header should be specified";
        return refuse(Failure::new(400, "InvalidArgument", text));
    }
    let Some(address) = clinic.ledger(|ledger| ledger.address(request.target())) else {
        let text = "The request signature we calculated does not match the signature you \
            provided. Check your key and signing method.";
        return refuse(Failure::new(403, "SignatureDoesNotMatch", text));
    };
    let now = clinic.now();
    if address.end <= now {
        let (end, now) = (rfc3339(address.end, 0), rfc3339(now, 0));
        let times = format!("<Expires>{end}</Expires><ServerTime>{now}</ServerTime>");
        return refuse(Failure::new(403, "AccessDenied", "Request has expired").more(times));
    }
    if !request.headers().contains_key("content-length") {
        let text = "You must provide the Content-Length HTTP header.";
        return refuse(Failure::new(411, "MissingContentLength", text));
    }
    if is_kept(clinic, address.place) {
        let text = "At least one of the pre-conditions you specified did not hold";
        return refuse(Failure::new(412, "PreconditionFailed", text));
    }
    store(clinic, address.place, request);
    Ok(Answer::new(StatusCode::OK)
        .header("etag", "\"00000000000000000000000000000000\"")
        .header("x-amz-request-id", S3_REQUEST))
}

/// Whether there is a file that may not be overwritten.
fn is_kept(clinic: &Clinic, place: usize) -> bool {
    clinic.settings.create_only && clinic.ledger(|ledger| ledger.places[place].blob.is_some())
}

fn store(clinic: &Clinic, place: usize, request: &Request) {
    let blob = Blob {
        bytes: request.body().clone(),
        content_type: request.header("content-type").map(str::to_owned),
    };
    clinic.ledger(|ledger| ledger.places[place].blob = Some(blob));
}

/// The sandbox's clock stays before the year 9999, beyond which HTTP has no dates.
fn http_date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}
