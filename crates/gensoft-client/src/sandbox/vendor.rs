//! The operations of Gensoft, and what every call of them must have.

use common_http::sandbox::old::{Route, Vendor};
use common_http::sandbox::{Answer, Request, add_unknown_fields};
use http::{Method, StatusCode};
use serde_json::Value;

use super::{Laboratory, attendances, errors::Refusal, readings::KeyForm, reports};

/// The operation that sends an attendance: `POST /api/v1/attendance/`.
pub const ATTENDANCES_SEND: &str = "gensoft.attendances.send";
/// The operation that uploads a report: `PUT /api/v1/results/upload/execution/{executionId}`.
pub const REPORTS_UPLOAD: &str = "gensoft.reports.upload";

/// Each path with and without its slash, so that a call whose slash is wrong is logged as what it was meant to be.
static ROUTES: [Route; 4] = [
    Route::new(ATTENDANCES_SEND, Method::POST, "/api/v1/attendance/"),
    Route::new(
        REPORTS_UPLOAD,
        Method::PUT,
        "/api/v1/results/upload/execution/{executionId}",
    ),
    Route::new(ATTENDANCES_SEND, Method::POST, "/api/v1/attendance"),
    Route::new(
        REPORTS_UPLOAD,
        Method::PUT,
        "/api/v1/results/upload/execution/{executionId}/",
    ),
];

/// The vendor behind the plumbing.
pub(super) struct Gensoft(pub(super) Laboratory);

impl Vendor for Gensoft {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn answer(&self, operation: &'static str, request: &Request) -> Answer {
        let answer = match operation {
            ATTENDANCES_SEND => attendances::send(&self.0, request),
            _ => reports::upload(&self.0, request),
        };
        answer.unwrap_or_else(Refusal::answer)
    }

    fn refusal(&self, status: StatusCode, request: &Request) -> Answer {
        Refusal::plumbing(status, request).answer()
    }

    fn drift(&self, _operation: &'static str, body: &mut Value) {
        add_unknown_fields(body);
    }
}

/// What comes before every call's own business: the format that the client takes, and its key.
pub(super) fn admit(laboratory: &Laboratory, request: &Request) -> Result<(), Refusal> {
    // Documented (in a table that is the template's own): 406 where another format than JSON is asked for.
    let accept = request.header("accept").unwrap_or("*/*");
    let takes_json = accept.split(',').any(|range| {
        let kind = range.split(';').next().unwrap_or_default().trim();
        ["application/json", "application/*", "*/*"].contains(&kind)
    });
    if !takes_json {
        return Err(Refusal::not_acceptable());
    }
    let sent = request
        .header("authorization")
        .filter(|sent| !sent.is_empty());
    let settings = laboratory.settings();
    let key = match (&settings.key_form, sent) {
        (KeyForm::Bare, sent) => sent,
        (KeyForm::Prefixed(prefix), Some(sent)) => {
            after_word(sent, |word| word.eq_ignore_ascii_case(prefix))
        }
        (KeyForm::Any, Some(sent)) if sent == settings.api_key => Some(sent),
        (KeyForm::Any, Some(sent)) => after_word(sent, |_| true),
        (_, None) => None,
    };
    match key {
        Some(key) if key == settings.api_key && !laboratory.key_is_revoked() => Ok(()),
        _ => Err(Refusal::unauthenticated(sent.is_some())),
    }
}

fn after_word(value: &str, is_it: impl Fn(&str) -> bool) -> Option<&str> {
    let (word, rest) = value.split_once(' ')?;
    is_it(word).then_some(rest)
}

/// The media type of the request's body, without parameters, in lower case.
pub(super) fn media_type(request: &Request) -> String {
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}
