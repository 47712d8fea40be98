//! The operations of Biologix.

use common_http::sandbox::old::{Route, Vendor};
use common_http::sandbox::{Answer, Request};
use http::{Method, StatusCode};
use serde_json::Value;

use super::{Centre, drift, errors, exams_list, report, sessions};

/// The operation that opens a session: `POST /v2/sessions/open`.
pub const SESSIONS_OPEN: &str = "biologix.sessions.open";
/// The operation that lists a centre's exams: `GET /v2/partners/{partnerId}/exams`.
pub const EXAMS_LIST: &str = "biologix.exams.list";
/// The operation that gets a report PDF: `GET /v2/exams/{examKey}/files/report.pdf`.
pub const REPORTS_GET: &str = "biologix.reports.get";

static ROUTES: [Route; 3] = [
    Route::new(SESSIONS_OPEN, Method::POST, "/v2/sessions/open"),
    Route::new(EXAMS_LIST, Method::GET, "/v2/partners/{partnerId}/exams"),
    Route::new(
        REPORTS_GET,
        Method::GET,
        "/v2/exams/{examKey}/files/report.pdf",
    ),
];

/// The vendor behind the plumbing.
pub(super) struct Biologix(pub(super) Centre);

impl Vendor for Biologix {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn answer(&self, operation: &'static str, request: &Request) -> Answer {
        match operation {
            SESSIONS_OPEN => sessions::open(&self.0, request),
            EXAMS_LIST => exams_list::list(&self.0, request),
            _ => report::get(&self.0, request),
        }
    }

    fn refusal(&self, status: StatusCode, request: &Request) -> Answer {
        if status == StatusCode::TOO_MANY_REQUESTS {
            errors::too_many_requests()
        } else {
            errors::spring(&self.0, status, "", request)
        }
    }

    fn drift(&self, operation: &'static str, body: &mut Value) {
        drift::drift(operation, body);
    }
}
