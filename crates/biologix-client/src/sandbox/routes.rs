//! The endpoints, and what else makes a centre the vendor of a sandbox.

use std::io;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use common_http::sandbox::{Answer, Host, Listen, Request, Route, Vendor, rfc3339};
use common_http::{Result, file_name};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{BiologixClient, BiologixClientBuilder};
use crate::sandbox::drift;
use crate::sandbox::errors;
use crate::sandbox::pdf;
use crate::sandbox::settings::Settings;
use crate::sandbox::state::Centre;

static ROUTES: [Route<Centre>; 4] = [
    Route::new(
        "biologix.sessions.open",
        Method::POST,
        "/v2/sessions/open",
        open_session,
    ),
    Route::new(
        "biologix.exams.list",
        Method::GET,
        "/v2/partners/{partnerId}/exams",
        list_exams,
    ),
    Route::new(
        "biologix.reports.get",
        Method::GET,
        "/v2/exams/{examKey}/files/report.pdf",
        get_report,
    ),
    Route::new(
        "biologix.reports.storage",
        Method::GET,
        "/reports/{examId}",
        get_stored,
    )
    .at(1),
];

impl Vendor for Centre {
    type Settings = Settings;
    type Client = BiologixClient;
    type ClientBuilder = BiologixClientBuilder;

    fn listen(settings: &Settings) -> Vec<Listen> {
        let vendor = Listen {
            port: settings.port,
            header_case: settings.header_case,
            ..Listen::default()
        };
        vec![vendor, Listen::default()]
    }

    fn new(settings: Settings, host: Host) -> io::Result<Self> {
        Self::new(settings, host)
    }

    fn client_builder(&self) -> BiologixClientBuilder {
        BiologixClient::builder()
            .base_url(&self.url)
            .credentials(&*self.settings.username, &*self.settings.password)
    }

    fn build(builder: BiologixClientBuilder) -> Result<BiologixClient> {
        builder.build()
    }

    fn routes() -> &'static [Route<Self>] {
        &ROUTES
    }

    fn refusal(&self, status: StatusCode, request: &Request) -> Answer {
        if status == StatusCode::TOO_MANY_REQUESTS {
            errors::too_many_requests()
        } else {
            errors::spring(self, status, "", request)
        }
    }

    fn drift(operation: &'static str, body: &mut Value) {
        drift::drift(operation, body);
    }
}

/// The id of the user who logs in, which is the first half of Basic auth.
const USER_ID: &str = "0000001AA";

fn open_session(centre: &Centre, request: &Request) -> Answer {
    let bad = |message| errors::spring(centre, StatusCode::BAD_REQUEST, message, request);
    if request.media_type() != "application/json" {
        return errors::spring(centre, StatusCode::UNSUPPORTED_MEDIA_TYPE, "", request);
    }
    let Some(body) = request.json() else {
        return bad("The body is not JSON");
    };
    let (Some(username), Some(password)) = (body["username"].as_str(), body["password"].as_str())
    else {
        return bad("username and password must be strings");
    };
    // Observed: a number, not a string.
    if body["source"].as_f64() != Some(100.0) {
        return bad("source must be the number 100");
    }
    let settings = &centre.settings;
    if username != settings.username && !is_user_name(username) {
        return bad("Invalid user identifier");
    }
    if username != settings.username || password != settings.password {
        return errors::error(StatusCode::UNAUTHORIZED, "incorrectPassword");
    }
    let now = centre.now();
    let (number, token) = centre.tokens(|tokens| tokens.open(now, settings.token_life));
    let body = json!({
        "sessionId": format!("EXAMPLE-SESSION-ID-{number}"),
        "userId": USER_ID,
        "tokenStart": rfc3339(now, 3),
        "mfaVerified": false,
    });
    Answer::json(StatusCode::OK, body.to_string()).header("bx-session-token", token)
}

/// Three parts, as observed: a letter, a kind word, digits.
fn is_user_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('|').collect();
    let [letter, kind, digits] = parts[..] else {
        return false;
    };
    letter.len() == 1
        && letter.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !kind.is_empty()
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the request has `basic base64(userId:token)` with a token that is alive.
///
/// The scheme may be in any case (RFC 7617). That all known clients send `basic` is for the request
/// log to show.
fn is_authorized(centre: &Centre, request: &Request) -> bool {
    let credentials = request
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| BASE64_STANDARD.decode(encoded).ok())
        .and_then(|decoded| String::from_utf8(decoded).ok());
    let now = centre.now();
    match credentials.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((USER_ID, token)) => centre.tokens(|tokens| tokens.is_alive(token, now)),
        _ => false,
    }
}

fn list_exams(centre: &Centre, request: &Request) -> Answer {
    let settings = &centre.settings;
    if !is_authorized(centre, request) {
        return errors::error(StatusCode::UNAUTHORIZED, "notAuthenticated");
    }
    if request.arg("partnerId") != settings.partner_id {
        return errors::error(StatusCode::FORBIDDEN, "notAuthorized");
    }
    if let Some(rule) = &settings.throttle {
        let now = centre.now();
        if !centre.calls(|calls| calls.admit(rule, now)) {
            let answer = errors::too_many_requests();
            return match &rule.retry_after {
                Some(value) => answer.header("retry-after", value),
                None => answer,
            };
        }
    }
    let most = settings.max_limit;
    let default = settings.default_limit.unwrap_or(most);
    let (offset, limit) = match (
        number(request, "offset", 0),
        number(request, "limit", default),
    ) {
        // A page of no exams would look like the end of the list.
        (Some(offset), Some(limit)) if limit > 0 => (offset, limit.min(most)),
        _ => {
            let why = "offset and limit must be numbers, limit at least 1";
            return errors::spring(centre, StatusCode::BAD_REQUEST, why, request);
        }
    };
    let (body, total) = centre.ledger(|ledger| (ledger.page(offset, limit), ledger.total()));
    let mut answer = Answer::json(StatusCode::OK, body);
    for (sent, name, value) in [
        (settings.limit_header, "x-pagination-limit", limit),
        (settings.offset_header, "x-pagination-offset", offset),
        (settings.total_header, "x-pagination-total", total),
    ] {
        if sent {
            answer = answer.header(name, value.to_string());
        }
    }
    answer
}

fn number(request: &Request, name: &str, default: usize) -> Option<usize> {
    request
        .query(name)
        .map_or(Some(default), |text| text.parse().ok())
}

/// No login is needed. An unknown key and an exam that is not DONE give a 404 with a JSON body, as
/// observed (its words were not recorded).
fn get_report(centre: &Centre, request: &Request) -> Answer {
    let key = request.arg("examKey");
    match centre.ledger(|ledger| ledger.finished(key)) {
        Some(exam_id) if centre.settings.redirect_reports => {
            let storage = &centre.storage_url;
            let name = file_name(&exam_id);
            let location = format!("{storage}/reports/{name}?sig=EXAMPLE%2B{name}");
            Answer::new(StatusCode::FOUND).header("location", location)
        }
        Some(exam_id) => report(centre, &exam_id),
        None => errors::error(StatusCode::NOT_FOUND, "notFound"),
    }
}

/// A storage takes the signature alone: with credentials beside it, it answers 400.
fn get_stored(centre: &Centre, request: &Request) -> Answer {
    let exam_id = request.arg("examId");
    if request.header("authorization").is_some() {
        Answer::new(StatusCode::BAD_REQUEST)
    } else if request.query("sig") != Some(&format!("EXAMPLE+{exam_id}")) {
        Answer::new(StatusCode::FORBIDDEN)
    } else {
        report(centre, exam_id)
    }
}

fn report(centre: &Centre, exam_id: &str) -> Answer {
    let lines = ["Synthetic report", exam_id];
    let pdf = pdf::one_page(&lines, centre.settings.report_bytes);
    Answer::new(StatusCode::OK).body("application/pdf", pdf)
}
