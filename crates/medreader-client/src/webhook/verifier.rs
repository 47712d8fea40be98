//! Who sent a webhook, and what it says.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use common_http::{Secret, safe_debug};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::{WebhookError, WebhookEvent};

/// The largest body that is taken by default: 1 MiB. Our choice; the documented payload has a few hundred bytes.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// RFC 7617 asks for padding; a sender who leaves it out means nothing else by it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Checks the credentials of a webhook and reads its body: needs no framework, only headers and bytes.
///
/// MedReader sends `Authorization: Basic {base64(webhook_user:webhook_password)}` (documented). The scheme's name is
/// taken in any case and the Base64 with or without its padding; the text within must be exactly `user:password` in
/// UTF-8. Both may contain colons (of the user a Basic client should not, but the vendor's rule is to join the two).
/// More than one `Authorization` header is refused, because another program on the way may have looked at the other.
///
/// User and password are compared as one: a SHA-256 of what was sent against that of every accepted pair, all of them
/// always, in constant time. So the time taken tells neither which part was wrong, nor how long the right ones are.
/// The verifier itself keeps the hashes only.
///
/// ```
/// use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
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
    /// Accepts this user with this password, the `webhook_user` and `webhook_password` of the tenant's configuration.
    ///
    /// An empty password is never accepted, also not from who sends an empty one: it is what a setting that was
    /// forgotten looks like.
    ///
    /// ```
    /// use medreader_client::webhook::Verifier;
    ///
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    /// ```
    #[must_use]
    pub fn new(user: impl AsRef<str>, password: impl Into<Secret>) -> Self {
        let none = Self {
            accepted: Vec::new(),
            body_limit: BODY_LIMIT,
        };
        none.also_accept(user, password)
    }

    /// Accepts one more pair beside those accepted already: while credentials are changed, the old and the new.
    ///
    /// ```
    /// use medreader_client::webhook::Verifier;
    ///
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-NEW").also_accept("webhook-user", "EXAMPLE-OLD");
    /// ```
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

    /// The largest body that is taken, in bytes; [`BODY_LIMIT`] by default.
    ///
    /// ```
    /// use medreader_client::webhook::Verifier;
    ///
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD").body_limit(64 << 10);
    /// ```
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// Checks the credentials, then reads the body.
    ///
    /// # Errors
    ///
    /// Every [`WebhookError`]; with wrong credentials nothing is said of the body.
    ///
    /// ```
    /// use medreader_client::webhook::Verifier;
    ///
    /// # let mut headers = http::HeaderMap::new();
    /// # let basic = http::HeaderValue::from_static("Basic d2ViaG9vay11c2VyOkVYQU1QTEUtUEFTU1dPUkQ=");
    /// # headers.insert("authorization", basic);
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    /// let event = verifier.verify(&headers, br#"{"id":"EXAMPLE-1"}"#)?;
    /// assert_eq!(event.id.as_str(), "EXAMPLE-1");
    /// # Ok::<(), medreader_client::webhook::WebhookError>(())
    /// ```
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<WebhookEvent, WebhookError> {
        self.check_credentials(headers)?;
        self.read(body)
    }

    /// Checks the credentials only: for a server that wants to know before it reads the body.
    ///
    /// # Errors
    ///
    /// [`WebhookError`] with status 401: no credentials, unreadable ones, or wrong ones.
    ///
    /// ```
    /// use http::HeaderMap;
    /// use medreader_client::webhook::{Verifier, WebhookError};
    ///
    /// let verifier = Verifier::new("webhook-user", "EXAMPLE-PASSWORD");
    /// let error = verifier.check_credentials(&HeaderMap::new()).unwrap_err();
    /// assert_eq!(error, WebhookError::NoCredentials);
    /// ```
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

    /// An error where a body of this many bytes is too large.
    pub(super) fn check_size(&self, bytes: u64) -> Result<(), WebhookError> {
        let limit = self.body_limit;
        if u64::try_from(limit).is_ok_and(|limit| bytes > limit) {
            return Err(WebhookError::TooLarge { limit });
        }
        Ok(())
    }

    /// Reads the body of a sender whose credentials were right.
    pub(super) fn read(&self, body: &[u8]) -> Result<WebhookEvent, WebhookError> {
        self.check_size(body.len() as u64)?;
        WebhookEvent::from_body(body).map_err(WebhookError::NoPayload)
    }
}

/// The bytes within the Basic credentials.
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
