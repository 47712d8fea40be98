//! The token endpoint (OAuth2 client credentials, as IdentityServer answers), and what a token allows.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use common_http::sandbox::{Answer, Request, rfc3339};
use http::StatusCode;
use serde_json::json;

use super::{Clinic, errors::Refusal};

/// The scope that the files need (documented).
pub(super) const SCOPE: &str = "gambit:erp";

/// A token that does not end by the clock.
pub(super) const FIXED: &str = "EXAMPLE.TOKEN.FIXED";

/// The tokens that were given out.
pub(super) struct Tokens {
    tokens: HashMap<String, Token>,
    issued: usize,
    asked: usize,
}

struct Token {
    end: Option<SystemTime>,
    scopes: Vec<String>,
}

impl Tokens {
    pub(super) fn new() -> Self {
        let fixed = Token {
            end: None,
            scopes: vec![SCOPE.to_owned()],
        };
        Self {
            tokens: HashMap::from([(FIXED.to_owned(), fixed)]),
            issued: 0,
            asked: 0,
        }
    }

    pub(super) fn issue(&mut self, now: SystemTime, life: Duration, scopes: Vec<String>) -> String {
        self.issued += 1;
        let token = format!("EXAMPLE.TOKEN.{:04}", self.issued);
        // Capped, so that a life without end is not beyond what the time type holds.
        let end = Some(now + life.min(Duration::from_secs(1 << 40)));
        self.tokens.insert(token.clone(), Token { end, scopes });
        token
    }

    pub(super) fn expire(&mut self) {
        self.tokens.clear();
    }

    /// How many were asked for at the endpoint and given.
    pub(super) fn asked(&self) -> usize {
        self.asked
    }
}

/// `POST /connect/token`.
pub(super) fn token(clinic: &Clinic, request: &Request) -> Answer {
    let settings = clinic.settings();
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return refused("invalid_request");
    }
    let mut form = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(request.body()) {
        if form.insert(name, value).is_some() {
            return refused("invalid_request");
        }
    }
    let get = |name: &str| form.get(name).map(AsRef::as_ref);
    if get("client_id") != Some(settings.client_id.as_str())
        || get("client_secret") != Some(settings.client_secret.as_str())
    {
        return refused("invalid_client");
    }
    if get("grant_type") != Some("client_credentials") {
        return refused("unsupported_grant_type");
    }
    // Separated by single spaces; without the parameter, all that the client may have.
    let scopes: Vec<String> = match get("scope") {
        Some(scopes) => scopes.split(' ').map(str::to_owned).collect(),
        None => settings.scopes.clone(),
    };
    if !scopes.iter().all(|scope| settings.scopes.contains(scope)) {
        return refused("invalid_scope");
    }
    let now = clinic.clock().now();
    let scope = scopes.join(" ");
    let token = clinic.tokens(|tokens| {
        tokens.asked += 1;
        tokens.issue(now, settings.token_life, scopes)
    });
    let body = json!({
        "access_token": token,
        "expires_in": settings.token_life.as_secs(),
        "token_type": "Bearer",
        "scope": scope,
    });
    Answer::json(StatusCode::OK, body.to_string()).header("cache-control", "no-store, no-cache")
}

fn refused(error: &str) -> Answer {
    let body = json!({ "error": error });
    Answer::json(StatusCode::BAD_REQUEST, body.to_string()).header("cache-control", "no-store")
}

/// Whether the request carries a token that lives and may do what it asks for.
pub(super) fn authorize(clinic: &Clinic, request: &Request) -> Result<(), Refusal> {
    let sent = request
        .header("authorization")
        .and_then(|value| value.split_once(' '));
    let Some((_, sent)) = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        return Err(Refusal::unauthenticated(""));
    };
    let now = clinic.clock().now();
    clinic.tokens(|tokens| {
        let Some(token) = tokens.tokens.get(sent) else {
            return Err(Refusal::unauthenticated(" error=\"invalid_token\""));
        };
        if let Some(end) = token.end.filter(|end| *end <= now) {
            let end = rfc3339(end, 0);
            return Err(Refusal::unauthenticated(&format!(
                " error=\"invalid_token\", error_description=\"The token expired at '{end}'\""
            )));
        }
        match token.scopes.iter().any(|scope| scope == SCOPE) {
            true => Ok(()),
            false => Err(Refusal::insufficient_scope()),
        }
    })
}
