//! Sessions: opening one, and the tokens that live.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use common_http::sandbox::{Answer, Request, rfc3339};
use http::StatusCode;
use serde_json::json;

use super::{Centre, errors};

/// The id of the user who logs in; the first half of Basic auth.
const USER_ID: &str = "0000001AA";

/// The tokens that were given out, each with the end of its life. An older token lives on beside a newer one.
#[derive(Default)]
pub(super) struct Sessions {
    tokens: HashMap<String, SystemTime>,
    opened: usize,
}

impl Sessions {
    fn open(&mut self, now: SystemTime, life: Duration) -> (usize, String) {
        self.tokens.retain(|_, end| *end > now);
        self.opened += 1;
        let token = format!("EXAMPLETOKEN{:04}", self.opened);
        // Capped, so that a life without end is not beyond what the time type holds.
        let end = now + life.min(Duration::from_secs(1 << 40));
        self.tokens.insert(token.clone(), end);
        (self.opened, token)
    }

    fn lives(&self, token: &str, now: SystemTime) -> bool {
        self.tokens.get(token).is_some_and(|end| *end > now)
    }

    pub(super) fn expire(&mut self) {
        self.tokens.clear();
    }

    pub(super) fn opened(&self) -> usize {
        self.opened
    }
}

/// `POST /v2/sessions/open`.
pub(super) fn open(centre: &Centre, request: &Request) -> Answer {
    let bad = |message| errors::spring(centre, StatusCode::BAD_REQUEST, message, request);
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
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
    let settings = centre.settings();
    if username != settings.username && !is_login_name(username) {
        return bad("Invalid user identifier");
    }
    if username != settings.username || password != settings.password {
        return errors::error(StatusCode::UNAUTHORIZED, "incorrectPassword");
    }
    let now = centre.clock().now();
    let (number, token) = centre.sessions(|sessions| sessions.open(now, settings.token_life));
    let body = json!({
        "sessionId": format!("EXAMPLE-SESSION-ID-{number}"),
        "userId": USER_ID,
        "tokenStart": rfc3339(now, 3),
        "mfaVerified": false,
    });
    Answer::json(StatusCode::OK, body.to_string()).header("bx-session-token", token)
}

/// Three parts, as observed: a letter, a kind word, digits.
fn is_login_name(name: &str) -> bool {
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

/// Whether the request carries `basic base64(userId:token)` with a token that lives. The scheme word may be in any
/// case (RFC 7617); that all working clients send `basic` is for the request log to show.
pub(super) fn is_authorized(centre: &Centre, request: &Request) -> bool {
    let credentials = request
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, encoded)| STANDARD.decode(encoded).ok())
        .and_then(|decoded| String::from_utf8(decoded).ok());
    let now = centre.clock().now();
    match credentials.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((USER_ID, token)) => centre.sessions(|sessions| sessions.lives(token, now)),
        _ => false,
    }
}
