//! The login: credentials in, a session's `Authorization` header out.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use common_http::lenient::take;
use common_http::{
    Authenticator, Credentials, Engine, Extra, Operation, Provider, Result, Secret, Session,
};
use http::HeaderValue;
use serde_json::Value;

use crate::sessions;

/// A session is renewed this long before its end, or a tenth of a shorter life before it.
const RENEW_AHEAD: Duration = Duration::from_secs(60);

/// Opens sessions with credentials.
pub(crate) struct Login {
    pub(crate) credentials: Arc<dyn Provider<Credentials>>,
}

#[async_trait]
impl Authenticator for Login {
    async fn open(&self, engine: &Engine) -> Result<Session> {
        let credentials = self.credentials.get().await?;
        let answer = sessions::login(engine, &credentials).await?;
        // Only the token is needed: nothing else in the answer can make the login fail.
        let mut login: Extra = answer.json()?;
        let token: Option<String> = take(&mut login, "token");
        let is_usable = |token: &String| !token.is_empty() && HeaderValue::from_str(token).is_ok();
        let Some(token) = token.filter(is_usable) else {
            let why = "the login's answer has no token that is a valid header value";
            return Err(answer.unreadable().with_detail(why));
        };
        take::<String>(&mut login, "token_type");
        let expires_in: Option<Value> = take(&mut login, "expires_in");
        let life = expires_in.as_ref().and_then(lifetime);
        if let (None, Some(odd)) = (life, expires_in) {
            login.insert("expires_in".to_owned(), odd);
        }
        let session = Session::new(Secret::from(format!("Bearer {token}")))
            .details(Secret::from(Value::Object(login).to_string()));
        Ok(match life {
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
