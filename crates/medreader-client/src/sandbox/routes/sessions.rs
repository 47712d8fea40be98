//! Login, and who makes a request.

use common_http::sandbox::{Answer, Request};
use http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::errors::Refusal;
use crate::sandbox::records::Records;
use crate::sandbox::tokens::Caller;

/// `POST /api/v1/auth/login`.
pub(super) fn open(records: &mut Records, request: &Request) -> Result<Answer, Refusal> {
    let tenant = tenant(records, request)?;
    let body = json_body(request).unwrap_or_default();
    let field = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
    let email = field("email").filter(|email| email.contains('@'));
    let (Some(email), Some(password)) = (email, field("password")) else {
        return Err(Refusal::validation(
            "Email ou senha não fornecidos ou inválidos",
        ));
    };
    let caller = Caller {
        tenant,
        email: email.to_owned(),
    };
    let (now, life) = (records.now, records.settings.token_life);
    let lockout = records.settings.lockout;
    if let Some(rule) = lockout
        && let Some(left) = records.tokens.locked(&caller, now)
    {
        let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        return Err(Refusal::attempts(rule.retry_after.then_some(seconds)));
    }
    let account = records.tenants.get(&caller.tenant);
    let member = account
        .and_then(|account| account.member(email))
        .filter(|member| member.user.password == password);
    let Some(member) = member else {
        if let Some(rule) = lockout {
            records.tokens.failed(caller, &rule, now);
        }
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "invalid_credentials",
            "Email ou senha incorretos",
        ));
    };
    let token = records.tokens.open(caller, &member.id, now, life);
    let body = json!({
        "token": token,
        "token_type": "Bearer",
        "expires_in": life.as_secs(),
        "user": {
            "id": member.id,
            "name": member.user.name,
            "email": member.user.email,
            "phone": member.user.phone,
        },
    });
    records.json(StatusCode::OK, body)
}

/// The tenant that the request names, if there is one.
fn tenant(records: &Records, request: &Request) -> Result<String, Refusal> {
    request
        .header("x-tenant-id")
        .filter(|id| records.tenants.contains_key(*id))
        .map(str::to_owned)
        .ok_or_else(Refusal::tenant)
}

/// Who makes the request. The tenant must exist, and its token be alive.
pub(super) fn caller(records: &Records, request: &Request) -> Result<Caller, Refusal> {
    let tenant = tenant(records, request)?;
    let caller = request
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, token)| records.tokens.caller(token, records.now));
    match caller {
        // Our reading: a token is good only for the tenant that it was given out for.
        Some(caller) if caller.tenant != tenant => Err(Refusal::tenant()),
        Some(caller) => Ok(caller.clone()),
        None => Err(Refusal::unauthorized("Usuário não autorizado")),
    }
}

/// The body as JSON, if it is labelled as JSON and is JSON.
pub(super) fn json_body(request: &Request) -> Option<Value> {
    if request.media_type() == "application/json" {
        request.json()
    } else {
        None
    }
}
