//! A vendor that requires a login. Each login gives the next token, and calls carry the one they
//! use.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeRequest, FakeTransport};
use common_http::{
    Authenticator, Engine, EngineBuilder, HttpOptions, Operation, Result, Secret, Session,
    async_trait,
};
use http::header::AUTHORIZATION;
use serde_json::json;

use super::{LOGIN, VENDOR};

pub(crate) static MINE: Operation = Operation::get("testing.mine.list", "/mine");
pub(crate) static MY_ORDER: Operation = Operation::post("testing.mine.create", "/mine");

/// Logs in with one request and takes the token from the header.
#[derive(Clone, Default)]
pub(crate) struct Login {
    pub(crate) lifetime: Option<Duration>,
    pub(crate) refresh_after: Option<Duration>,
}

#[async_trait]
impl Authenticator for Login {
    async fn open(&self, engine: &Engine) -> Result<Session> {
        let request = engine.request(&LOGIN);
        let answer = request
            .json(&json!({ "password": "EXAMPLE" }))
            .send()
            .await?;
        let token = answer
            .headers()
            .get("x-token")
            .ok_or_else(|| answer.unreadable())?;
        let token = String::from_utf8_lossy(token.as_bytes());
        let mut session = Session::new(Secret::from(format!("basic {token}")))
            .details(Secret::from(r#""EXAMPLE""#));
        if let Some(lifetime) = self.lifetime {
            session = session.lifetime(lifetime);
        }
        if let Some(after) = self.refresh_after {
            session = session.refresh_after(after);
        }
        Ok(session)
    }

    fn login(&self) -> Option<&'static Operation> {
        Some(&LOGIN)
    }
}

/// A network where `login` answers the n-th login (from 1), and `rest` every other request.
pub(crate) fn door(
    login: impl Fn(usize) -> FakeAnswer + Send + Sync + 'static,
    rest: impl Fn(&FakeRequest) -> FakeAnswer + Send + Sync + 'static,
) -> Arc<FakeTransport> {
    let logins = AtomicUsize::new(0);
    FakeTransport::new(move |request| {
        if is_login(request) {
            login(logins.fetch_add(1, Ordering::SeqCst) + 1)
        } else {
            rest(request)
        }
    })
}

/// The answer to a login, with token number `n`.
pub(crate) fn token(n: usize) -> FakeAnswer {
    FakeAnswer::json("{}").header("x-token", &format!("TOKEN-{n}"))
}

/// 200 for a request with one of these tokens, 401 for any other.
pub(crate) fn only(tokens: &'static [usize]) -> impl Fn(&FakeRequest) -> FakeAnswer + Send + Sync {
    move |request| {
        if tokens
            .iter()
            .any(|n| authorization(request) == format!("basic TOKEN-{n}"))
        {
            FakeAnswer::json("{}")
        } else {
            FakeAnswer::status(401)
        }
    }
}

pub(crate) fn welcome(_: &FakeRequest) -> FakeAnswer {
    FakeAnswer::json("{}")
}

pub(crate) fn is_login(request: &FakeRequest) -> bool {
    request
        .target
        .split('?')
        .next()
        .unwrap()
        .ends_with("/login")
}

pub(crate) fn logins(network: &FakeTransport) -> usize {
    network
        .requests()
        .iter()
        .filter(|request| is_login(request))
        .count()
}

/// The number of requests other than logins.
pub(crate) fn calls(network: &FakeTransport) -> usize {
    network.count() - logins(network)
}

pub(crate) fn authorization(request: &FakeRequest) -> String {
    let value = request.headers.get(AUTHORIZATION);
    value
        .map(|value| value.to_str().unwrap().to_owned())
        .unwrap_or_default()
}

pub(crate) fn client(network: &Arc<FakeTransport>, login: Login) -> Engine {
    builder(network, login).build().unwrap()
}

pub(crate) fn builder(network: &Arc<FakeTransport>, login: Login) -> EngineBuilder {
    builder_with(network, login, HttpOptions::default())
}

pub(crate) fn builder_with(
    network: &Arc<FakeTransport>,
    login: Login,
    options: HttpOptions,
) -> EngineBuilder {
    Engine::builder(&VENDOR, "http://localhost")
        .http(options.transport(network.clone()))
        .authenticator(login)
}
