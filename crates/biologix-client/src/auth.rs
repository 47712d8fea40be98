//! The login: credentials in, a session's `Authorization` header out.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use common_http::{
    Answer, Authenticator, Credentials, Engine, Operation, Provider, Result, Secret, Session,
};
use serde::Deserialize;

use crate::sessions;

/// The header with the token, documented as `Bx-Session-Token`. Its case does not matter.
const TOKEN: &str = "bx-session-token";

/// A token "normally" lasts 7 days (documented).
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Opens sessions with credentials.
pub(crate) struct Login {
    pub(crate) credentials: Arc<dyn Provider<Credentials>>,
    pub(crate) renew_after: Duration,
}

/// All that a login needs from the body, so that nothing else in it can make the login fail.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    user_id: String,
}

#[async_trait]
impl Authenticator for Login {
    async fn open(&self, engine: &Engine) -> Result<Session> {
        let credentials = self.credentials.get().await?;
        let answer = sessions::login(engine, &credentials).await?;
        let user: User = answer.json()?;
        let details = String::from_utf8_lossy(answer.body());
        Ok(Session::new(authorization(&answer, user)?)
            .details(Secret::from(details.into_owned()))
            .lifetime(LIFETIME)
            .refresh_after(self.renew_after))
    }

    fn login(&self) -> Option<&'static Operation> {
        Some(&sessions::OPEN)
    }

    async fn secret(&self) -> Option<Secret> {
        let credentials = self.credentials.get().await.ok()?;
        Some(credentials.password().clone())
    }
}

/// `basic` in lower case, as in the document and in every program seen.
fn authorization(answer: &Answer, user: User) -> Result<Secret> {
    if user.user_id.is_empty() {
        let why = "the login's answer has an empty userId";
        return Err(answer.unreadable().with_detail(why));
    }
    let token = answer.headers().get(TOKEN).map(|token| token.as_bytes());
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        let why = "the login's answer has no bx-session-token header";
        return Err(answer.unreadable().with_detail(why));
    };
    let mut pair = user.user_id.into_bytes();
    pair.push(b':');
    pair.extend_from_slice(token);
    Ok(Secret::from(format!(
        "basic {}",
        BASE64_STANDARD.encode(pair)
    )))
}
