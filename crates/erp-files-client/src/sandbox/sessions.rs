//! The token endpoint, which answers as IdentityServer does, and what a token allows.

use std::collections::HashMap;

use common_http::sandbox::{Answer, Request, rfc3339};
use http::StatusCode;
use serde_json::json;

use crate::sandbox::errors::Refusal;
use crate::sandbox::settings::SCOPE;
use crate::sandbox::state::Clinic;

/// `POST /connect/token`.
pub(super) fn open(clinic: &Clinic, request: &Request) -> Answer {
    let settings = &clinic.settings;
    if request.media_type() != "application/x-www-form-urlencoded" {
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
    // Separated by single spaces. Without the parameter, all that the client may have.
    let scopes: Vec<String> = match get("scope") {
        Some(scopes) => scopes.split(' ').map(str::to_owned).collect(),
        None => settings.scopes.clone(),
    };
    if !scopes.iter().all(|scope| settings.scopes.contains(scope)) {
        return refused("invalid_scope");
    }
    let (now, life) = (clinic.now(), settings.token_life);
    let scope = scopes.join(" ");
    let token = clinic.tokens(|tokens| tokens.issue_requested(now, life, scopes));
    let body = json!({
        "access_token": token,
        "expires_in": life.as_secs(),
        "token_type": "Bearer",
        "scope": scope,
    });
    Answer::json(StatusCode::OK, body.to_string()).header("cache-control", "no-store, no-cache")
}

fn refused(error: &str) -> Answer {
    let body = json!({ "error": error });
    Answer::json(StatusCode::BAD_REQUEST, body.to_string()).header("cache-control", "no-store")
}

/// Whether the request has a token that lives and has the scope.
pub(super) fn authorize(clinic: &Clinic, request: &Request) -> Result<(), Refusal> {
    let sent = request
        .header("authorization")
        .and_then(|value| value.split_once(' '));
    let Some((_, sent)) = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) else {
        return Err(Refusal::unauthenticated(""));
    };
    let Some(token) = clinic.tokens(|tokens| tokens.find(sent)) else {
        return Err(Refusal::unauthenticated(" error=\"invalid_token\""));
    };
    if let Some(end) = token.end.filter(|end| *end <= clinic.now()) {
        let end = rfc3339(end, 0);
        return Err(Refusal::unauthenticated(&format!(
            " error=\"invalid_token\", error_description=\"The token expired at '{end}'\""
        )));
    }
    if token.scopes.iter().any(|scope| scope == SCOPE) {
        Ok(())
    } else {
        Err(Refusal::insufficient_scope())
    }
}
