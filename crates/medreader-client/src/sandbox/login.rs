//! Logging in, the tokens that live, and who may do what.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use common_http::sandbox::Request;
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    builder::Lockout,
    errors::Refusal,
    people::Permission,
    turn::{Reply, Turn},
};

/// A token's life is cut to this, so that one without end is not beyond what the time type holds.
const LONGEST: Duration = Duration::from_secs(1 << 36);

/// Who makes a request.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) tenant: String,
    email: String,
}

/// The tokens that were given out, and the logins that failed.
#[derive(Default)]
pub(super) struct Sessions {
    tokens: HashMap<String, (Caller, SystemTime)>,
    failures: HashMap<(String, String), Failures>,
    opened: usize,
}

#[derive(Default)]
struct Failures {
    count: usize,
    locked_until: Option<SystemTime>,
}

impl Sessions {
    pub(super) fn expire(&mut self) {
        self.tokens.clear();
    }

    pub(super) fn opened(&self) -> usize {
        self.opened
    }

    /// How long a login name is locked out still.
    fn locked(&mut self, name: &(String, String), now: SystemTime) -> Option<Duration> {
        let until = self.failures.get(name)?.locked_until?;
        let left = until
            .duration_since(now)
            .ok()
            .filter(|left| !left.is_zero());
        if left.is_none() {
            self.failures.remove(name);
        }
        left
    }

    fn failed(&mut self, name: (String, String), rule: &Lockout, now: SystemTime) {
        let failures = self.failures.entry(name).or_default();
        failures.count += 1;
        if failures.count >= rule.failures {
            failures.locked_until = Some(now + rule.duration.min(LONGEST));
        }
    }

    /// Gives out a token that looks like a JWT, and is one but for its signature.
    fn open(&mut self, caller: Caller, user_id: &str, now: SystemTime, life: Duration) -> String {
        self.tokens.retain(|_, (_, end)| *end > now);
        self.opened += 1;
        let end = now + life;
        let seconds = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH);
            since.map_or(0, |since| since.as_secs())
        };
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!(
            "{}.{}.{}",
            part(json!({ "alg": "HS256", "typ": "JWT" })),
            part(json!({
                "jti": format!("EXAMPLE-{}", self.opened),
                "sub": user_id,
                "iat": seconds(now),
                "exp": seconds(end),
            })),
            URL_SAFE_NO_PAD.encode("EXAMPLE-SIGNATURE"),
        );
        self.tokens.insert(token.clone(), (caller, end));
        token
    }
}

/// `POST /api/v1/auth/login`.
pub(super) fn login(turn: &mut Turn<'_>, request: &Request) -> Reply {
    let tenant = tenant(turn, request)?;
    let body = json_body(request).unwrap_or_default();
    let field = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
    let (Some(email), Some(password)) = (
        field("email").filter(|email| email.contains('@')),
        field("password"),
    ) else {
        return Err(Refusal::validation(
            "Email ou senha não fornecidos ou inválidos",
        ));
    };
    let (now, settings) = (turn.now, turn.settings);
    let name = (tenant.clone(), email.to_owned());
    if let Some(rule) = &settings.lockout
        && let Some(left) = turn.state.sessions.locked(&name, now)
    {
        let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        let value = rule.retry_after.then(|| seconds.to_string());
        return Err(Refusal::attempts().retry_after(value));
    }
    let member = turn
        .state
        .tenants
        .get(&tenant)
        .and_then(|office| office.member(email))
        .filter(|member| member.user.password == password);
    let Some(member) = member else {
        if let Some(rule) = &settings.lockout {
            turn.state.sessions.failed(name, rule, now);
        }
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "invalid_credentials",
            "Email ou senha incorretos",
        ));
    };
    turn.state.sessions.failures.remove(&name);
    let caller = Caller {
        tenant,
        email: email.to_owned(),
    };
    let life = settings.token_life.min(LONGEST);
    let token = turn.state.sessions.open(caller, &member.id, now, life);
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
    turn.json(StatusCode::OK, body)
}

/// The tenant that the request names, if there is one.
fn tenant(turn: &Turn<'_>, request: &Request) -> Result<String, Refusal> {
    request
        .header("x-tenant-id")
        .filter(|id| turn.state.tenants.contains_key(*id))
        .map(str::to_owned)
        .ok_or_else(Refusal::tenant)
}

/// Who makes the request: a tenant that exists, and a token of it that lives.
pub(super) fn caller(turn: &Turn<'_>, request: &Request) -> Result<Caller, Refusal> {
    let tenant = tenant(turn, request)?;
    let token = request
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token);
    let session = token.and_then(|token| turn.state.sessions.tokens.get(token));
    match session.filter(|(_, end)| *end > turn.now) {
        // Our reading: a token is good for the tenant that it was given out for.
        Some((caller, _)) if caller.tenant != tenant => Err(Refusal::tenant()),
        Some((caller, _)) => Ok(caller.clone()),
        None => Err(Refusal::unauthorized("Usuário não autorizado")),
    }
}

/// Who makes the request, if that user may read and change the tenant's configuration. As the document has it, a
/// missing permission is a 401 like a token that has expired.
pub(super) fn configurator(turn: &Turn<'_>, request: &Request) -> Result<Caller, Refusal> {
    let caller = caller(turn, request)?;
    let office = turn.state.tenants.get(&caller.tenant);
    let member = office.and_then(|office| office.member(&caller.email));
    let permitted = member.is_some_and(|member| {
        let has = |permission| member.user.permissions.contains(&permission);
        has(Permission::Admin) || has(Permission::Configurations)
    });
    if permitted {
        Ok(caller)
    } else {
        Err(Refusal::unauthorized(
            "Usuário não possui permissões necessárias",
        ))
    }
}

/// The body as JSON, where it is said to be JSON and is.
pub(super) fn json_body(request: &Request) -> Option<Value> {
    let kind = request.header("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return None;
    }
    request.json()
}
