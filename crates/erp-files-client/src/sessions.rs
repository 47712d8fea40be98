//! Sessions: an access token, requested with client credentials.

use std::time::Duration;

use common_http::{Body, Call, Engine, Operation, Result, Secret, lenient, safe_debug};
use http::HeaderValue;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// `POST /connect/token`: requests an access token. The path is part of the endpoint's URL.
pub(crate) static OPEN: Operation = Operation::post("erp.sessions.open", "").login();

/// The session of a client: [`ErpFilesClient::sessions`](crate::ErpFilesClient::sessions).
#[derive(Clone)]
#[must_use]
pub struct Sessions {
    pub(crate) engine: Engine,
}

safe_debug!(Sessions {});

impl Sessions {
    /// Gets an access token unless there is one, to learn early whether the credentials are good.
    ///
    /// Every other call does this by itself. A fixed token is not checked, and a provider is asked
    /// for one. Of the call's options only the deadline counts. A call that is cancelled may leave
    /// a token behind that nobody uses.
    ///
    /// ```
    /// # erp_files_client::sandbox::Sandbox::story(async |sandbox| {
    /// use erp_files_client::{ClientCredentials, ErrorCode};
    ///
    /// let credentials =
    ///     ClientCredentials::new("EXAMPLE-CLIENT", "WRONG").token_url(sandbox.token_url());
    /// let client = sandbox.client_builder().credentials(credentials).build()?;
    /// let error = client.sessions().open().await.unwrap_err();
    /// assert_eq!(ErrorCode::of(&error), Some(ErrorCode::InvalidClient));
    /// println!("check the settings; the next request is due in {:?}", error.retry_after());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// - `credentials`: refused. The next request is made after a pause (30 s, doubling to 15 min)
    /// - `rate_limited`: the token endpoint throttles
    /// - `decode`: the answer has no token, or one that is not a valid header value
    /// - `connect`, `timeout`, `interrupted`, `server`: after three attempts
    /// - those of the provider, if there is one
    pub fn open(&self) -> Call<()> {
        self.engine.open_session(&OPEN, |_| Ok(()))
    }

    /// Forgets that a login was refused, so that the next call logs in at once.
    ///
    /// For example after the vendor allowed the scopes. That call also removes the refusal from the
    /// store, for other processes.
    pub fn forget_refusal(&self) {
        self.engine.forget_refusal();
    }
}

/// RFC 6749. Nothing else in the answer is needed.
#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(deserialize_with = "lenient::string")]
    access_token: String,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<f64>,
}

/// Seconds. Anything else counts as missing: such a token is used until the ERP refuses it.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_f64().or_else(|| value.as_str()?.parse().ok()))
}

/// Requests a token with this form, and returns it with its lifetime.
///
/// The endpoint is on another host than the ERP, so it has an engine of its own.
pub(crate) async fn request_token(
    endpoint: &Engine,
    form: String,
) -> Result<(Secret, Option<Duration>)> {
    let request = endpoint.request(&OPEN);
    let answer = request
        .body(Body::from(form), "application/x-www-form-urlencoded")
        .await?;
    let TokenAnswer {
        access_token,
        expires_in,
    } = answer.json()?;
    if access_token.is_empty() {
        return Err(answer.unreadable().with_detail("the access token is empty"));
    }
    if HeaderValue::from_str(&access_token).is_err() {
        let why = "the access token is not a valid header value";
        return Err(answer.unreadable().with_detail(why));
    }
    let lifetime = expires_in.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let lifetime = lifetime.filter(|lifetime| !lifetime.is_zero());
    Ok((Secret::from(access_token), lifetime))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_that_is_not_a_number_of_seconds_counts_as_missing() {
        for (text, expected) in [
            (r#"{"access_token":"x","expires_in":3600}"#, Some(3600.0)),
            (r#"{"access_token":"x","expires_in":"60"}"#, Some(60.0)),
            (r#"{"access_token":"x","expires_in":1.5}"#, Some(1.5)),
            (r#"{"access_token":"x","expires_in":null}"#, None),
            (r#"{"access_token":"x"}"#, None),
            (r#"{"access_token":"x","expires_in":"soon"}"#, None),
        ] {
            let answer: TokenAnswer = serde_json::from_str(text).unwrap();
            assert_eq!(answer.expires_in, expected, "{text}");
        }
    }
}
