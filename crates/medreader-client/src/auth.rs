//! The login: credentials in, a session's `Authorization` header out.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use common_http::{
    Authenticator, Credentials, Engine, Operation, Provider, RawJson, Result, Secret, Session,
    lenient,
};
use serde::Deserialize;
use serde_json::Value;

use crate::sessions;

/// A session is renewed this long before its end, or a tenth of a shorter life before it.
const RENEW_AHEAD: Duration = Duration::from_secs(60);

/// Opens sessions with credentials.
pub(crate) struct Login {
    pub(crate) credentials: Arc<dyn Provider<Credentials>>,
}

/// All that a login needs from the answer, so that nothing else in it can make the login fail.
#[derive(Deserialize)]
struct LoginAnswer {
    #[serde(deserialize_with = "lenient::string")]
    token: String,
    #[serde(default)]
    expires_in: Value,
    user: Option<RawJson>,
}

#[async_trait]
impl Authenticator for Login {
    async fn open(&self, engine: &Engine) -> Result<Session> {
        let credentials = self.credentials.get().await?;
        let answer = sessions::login(engine, &credentials).await?;
        let login: LoginAnswer = answer.json()?;
        if login.token.is_empty() {
            let why = "the login's answer has an empty token";
            return Err(answer.unreadable().with_detail(why));
        }
        let user = login.user.as_ref().map_or("{}", RawJson::as_str);
        let session = Session::new(Secret::from(format!("Bearer {}", login.token)))
            .details(Secret::from(user));
        Ok(match lifetime(&login.expires_in) {
            Some(life) => session
                .lifetime(life)
                .refresh_after(life - RENEW_AHEAD.min(life / 10)),
            None => session,
        })
    }

    fn login(&self) -> Option<&'static Operation> {
        Some(&sessions::OPEN)
    }

    async fn secret(&self) -> Option<Secret> {
        let credentials = self.credentials.get().await.ok()?;
        Some(credentials.password().clone())
    }
}

/// How long the token lives: documented as a number of seconds.
///
/// If it is missing or makes no sense, the session lives until the vendor answers 401.
fn lifetime(expires_in: &Value) -> Option<Duration> {
    let seconds = match expires_in {
        Value::Number(seconds) => seconds.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let life = Duration::try_from_secs_f64(seconds?).ok()?;
    (!life.is_zero()).then_some(life)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_lifetime_is_a_positive_number() {
        for (value, seconds) in [
            (json!(3600), Some(3600.0)),
            (json!(3600.0), Some(3600.0)),
            (json!(0.5), Some(0.5)),
            (json!("3600"), Some(3600.0)),
            (json!(0), None),
            (json!(-1), None),
            (json!(1e300), None),
            (json!("soon"), None),
            (json!("NaN"), None),
            (json!(null), None),
            (json!([3600]), None),
        ] {
            assert_eq!(
                lifetime(&value),
                seconds.map(Duration::from_secs_f64),
                "{value}"
            );
        }
    }
}
