//! Who sent a webhook, and what it says.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use common_http::{Recorded, Secret, safe_debug};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::error::WebhookError;
use super::event::WebhookEvent;

/// The largest body that is accepted by default: 1 MiB.
///
/// Our choice; the documented payload has a few hundred bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// RFC 7617 asks for padding; a sender who leaves it out means nothing else by it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Checks the credentials of a webhook and reads its body, from headers and bytes alone.
///
/// MedReader sends `Authorization: Basic {base64(webhook_user:webhook_password)}` (documented). The
/// scheme's name may be in any case and the Base64 with or without its padding; the text in it must
/// be exactly `user:password` in UTF-8. Both may contain colons (for the user RFC 7617 forbids it,
/// but the vendor's rule is to join the two). Several `Authorization` headers are refused, because
/// another program on the way may have checked another one.
///
/// User and password are compared as one: a SHA-256 of what was sent against that of every accepted
/// pair, always all of them, in constant time. So the time taken tells neither which part was wrong
/// nor how long the right ones are. The verifier itself keeps only the hashes.
///
/// ```
/// use http::header::AUTHORIZATION;
/// use http::{HeaderMap, HeaderValue};
/// use medreader_client::Secret;
/// use medreader_client::webhook::Verifier;
///
/// let verifier = Verifier::new("webhook-user", Secret::from("EXAMPLE-PASSWORD"));
///
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     AUTHORIZATION,
///     HeaderValue::from_static("Basic d2ViaG9vay11c2VyOkVYQU1QTEUtUEFTU1dPUkQ="),
/// );
/// let event = verifier.verify(&headers, br#"{"id": "00000000-0000-4000-8000-0000000000ff"}"#)?;
/// assert_eq!(event.id.as_str(), "00000000-0000-4000-8000-0000000000ff");
/// # Ok::<(), medreader_client::webhook::WebhookError>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    accepted: Vec<[u8; 32]>,
    body_limit: usize,
}

safe_debug!(Verifier { body_limit });

impl Verifier {
    /// Accepts this user with this password: the tenant's `webhook_user` and `webhook_password`.
    ///
    /// An empty password is never accepted, not even if an empty one is sent: it is what a
    /// forgotten setting looks like.
    #[must_use]
    pub fn new(user: impl AsRef<str>, password: impl Into<Secret>) -> Self {
        let none = Self {
            accepted: Vec::new(),
            body_limit: BODY_LIMIT,
        };
        none.also_accept(user, password)
    }

    /// Accepts one more pair: the old and the new one while credentials are changed.
    #[must_use]
    pub fn also_accept(mut self, user: impl AsRef<str>, password: impl Into<Secret>) -> Self {
        let password = password.into();
        if !password.expose().is_empty() {
            let mut hash = Sha256::new();
            hash.update(user.as_ref());
            hash.update(":");
            hash.update(password.expose());
            self.accepted.push(hash.finalize().into());
        }
        self
    }

    /// Sets the largest body that is accepted, in bytes (default [`BODY_LIMIT`]).
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Checks the credentials, then reads the body.
    ///
    /// A body that is not UTF-8 is read in the charset that its `Content-Type` names.
    ///
    /// # Errors
    /// Every [`WebhookError`]. Wrong credentials come before anything about the body.
    pub fn verify(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Recorded<WebhookEvent>, WebhookError> {
        self.check_credentials(headers)?;
        self.read(headers, body)
    }

    /// Checks only the credentials: for a server that does so before it reads the body.
    ///
    /// # Errors
    /// [`WebhookError`] with status 401: no credentials, unreadable or wrong ones.
    pub fn check_credentials(&self, headers: &HeaderMap) -> Result<(), WebhookError> {
        let sent = Sha256::digest(sent_credentials(headers)?);
        let known = self.accepted.iter().fold(Choice::from(0), |known, pair| {
            known | sent.as_slice().ct_eq(pair)
        });
        if bool::from(known) {
            Ok(())
        } else {
            Err(WebhookError::WrongCredentials)
        }
    }

    /// Refuses a body of too many bytes.
    pub(super) fn check_size(&self, bytes: u64) -> Result<(), WebhookError> {
        let limit = self.body_limit;
        if u64::try_from(limit).is_ok_and(|limit| bytes > limit) {
            return Err(WebhookError::TooLarge { limit });
        }
        Ok(())
    }

    /// Reads the body of a sender whose credentials were right.
    pub(super) fn read(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Recorded<WebhookEvent>, WebhookError> {
        self.check_size(body.len() as u64)?;
        Recorded::from_body(headers, body).map_err(WebhookError::NoPayload)
    }
}

/// The bytes in the Basic credentials.
fn sent_credentials(headers: &HeaderMap) -> Result<Vec<u8>, WebhookError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(WebhookError::NoCredentials)?;
    let basic = value.to_str().ok().filter(|_| values.next().is_none());
    basic
        .and_then(|text| text.trim().split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, token)| BASE64.decode(token.trim_start()).ok())
        .ok_or(WebhookError::UnreadableCredentials)
}
