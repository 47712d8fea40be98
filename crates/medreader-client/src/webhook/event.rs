//! What a webhook says.

use std::fmt;

use common_http::lenient::take;
use common_http::{DecodeError, Extra, RawJson, Timestamp, json, safe_debug};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ids::{AnalysisId, Fields};

/// Which event a webhook announces: the same id and the same bytes of the body are the same event.
///
/// A SHA-256 of both. It stays the same from one version of this crate to the next, so that it can be kept in a
/// database, see [`SeenEvents`](super::SeenEvents). `Debug` prints `EventKey(..)`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EventKey([u8; 32]);

impl EventKey {
    fn of(id: &AnalysisId, body: &[u8]) -> Self {
        let id = id.as_str().as_bytes();
        let mut hash = Sha256::new();
        // The length tells the two parts from each other.
        hash.update((id.len() as u64).to_be_bytes());
        hash.update(id);
        hash.update(body);
        Self(hash.finalize().into())
    }

    /// The key as bytes.
    ///
    /// ```
    /// use medreader_client::webhook::WebhookEvent;
    ///
    /// let event = WebhookEvent::from_body(br#"{"id":"EXAMPLE-1"}"#)?;
    /// assert_eq!(event.key().as_bytes().len(), 32);
    /// # Ok::<(), medreader_client::DecodeError>(())
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key as 64 hexadecimal digits in lower case.
    ///
    /// ```
    /// use medreader_client::webhook::WebhookEvent;
    ///
    /// let event = WebhookEvent::from_body(br#"{"id":"EXAMPLE-1"}"#)?;
    /// assert_eq!(event.key().to_hex().len(), 64);
    /// # Ok::<(), medreader_client::DecodeError>(())
    /// ```
    #[must_use]
    pub fn to_hex(&self) -> String {
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits
            .filter_map(|digit| char::from_digit(u32::from(digit), 16))
            .collect()
    }
}

impl fmt::Debug for EventKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventKey(..)")
    }
}

/// The result of an analysis, as a webhook announces it.
///
/// Only the `id` must be there. Every other field may be absent or null (documented for the same fields of a result,
/// not for the webhook: our reading), and one of another JSON type than documented is kept in `extra` under its name:
/// what was announced is not lost because one field of it is odd.
///
/// An event always has the JSON text that it came as, see [`raw`](Self::raw); so it is read with `serde_json` only (or
/// [`from_body`](Self::from_body)), and not through serde's `flatten` or `untagged`. Text and [`key`](Self::key) of an event
/// that was written and read again are those of the text as it was written: keep `key()` with it. Two events are equal when their
/// fields and `extra` are. `Debug` prints the id only.
///
/// ```
/// use medreader_client::webhook::WebhookEvent;
///
/// let event = WebhookEvent::from_body(
///     br#"{
///         "id": "00000000-0000-4000-8000-0000000000ff",
///         "created_at": "2030-01-02T03:04:05Z",
///         "prescription_confidence_score": 95,
///         "prescription_confidence_notes": "texto de exemplo"
///     }"#,
/// )?;
/// assert_eq!(event.id.as_str(), "00000000-0000-4000-8000-0000000000ff");
/// assert_eq!(event.prescription_confidence_score, Some(95.0));
/// # Ok::<(), medreader_client::DecodeError>(())
/// ```
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct WebhookEvent {
    /// The id of the analysis, never empty. Documented.
    pub id: AnalysisId,
    /// When the analysis was made. Documented, as RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// How sure the reading is, from 0 to 100. Documented as a whole number; one with a fraction is taken too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_confidence_score: Option<f64>,
    /// Notes on how sure the reading is. Documented. Free text about a patient's prescription: personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_confidence_notes: Option<String>,
    /// Fields that this type does not name, and those whose value it could not hold.
    #[serde(flatten)]
    pub extra: Extra,
    #[serde(skip)]
    raw: RawJson,
    #[serde(skip)]
    key: EventKey,
}

safe_debug!(WebhookEvent { id });

impl WebhookEvent {
    /// Reads the body of a webhook, without asking who sent it: for tests, and for events that you have stored. What
    /// comes over the network goes through a [`Verifier`](super::Verifier).
    ///
    /// The [`key`](Self::key) is that of exactly these bytes: of a stored [`raw`](Self::raw) it is another one where the body
    /// had white space around the JSON. Keep `key()` with what you store.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] where the body is no JSON object with an `id` that is a text and not empty.
    ///
    /// ```
    /// use medreader_client::webhook::WebhookEvent;
    ///
    /// let event = WebhookEvent::from_body(br#"{"id":"EXAMPLE-1"}"#)?;
    /// assert_eq!(event.id.as_str(), "EXAMPLE-1");
    /// # Ok::<(), medreader_client::DecodeError>(())
    /// ```
    pub fn from_body(body: &[u8]) -> Result<Self, DecodeError> {
        Self::read(json::decode(body)?, body)
    }

    /// The vendor's own JSON text, whatever has been done to the fields since; without white space around it, so that its
    /// bytes need not be those of the body that [`key`](Self::key) was made of: keep `key()` with it.
    ///
    /// ```
    /// use medreader_client::webhook::WebhookEvent;
    ///
    /// let event = WebhookEvent::from_body(br#" {"id": "EXAMPLE-1"} "#)?;
    /// assert_eq!(event.raw().as_str(), r#"{"id": "EXAMPLE-1"}"#);
    /// # Ok::<(), medreader_client::DecodeError>(())
    /// ```
    #[must_use]
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// Which event this is, whatever has been done to the fields since.
    ///
    /// ```
    /// use medreader_client::webhook::WebhookEvent;
    ///
    /// let event = WebhookEvent::from_body(br#"{"id":"EXAMPLE-1"}"#)?;
    /// let again = WebhookEvent::from_body(br#"{"id":"EXAMPLE-1"}"#)?;
    /// assert_eq!(event.key(), again.key());
    /// # Ok::<(), medreader_client::DecodeError>(())
    /// ```
    #[must_use]
    pub fn key(&self) -> &EventKey {
        &self.key
    }

    fn read(raw: RawJson, body: &[u8]) -> Result<Self, DecodeError> {
        let Fields { id, mut rest } = raw.parse()?;
        Ok(Self {
            created_at: take(&mut rest, "created_at"),
            prescription_confidence_score: take(&mut rest, "prescription_confidence_score"),
            prescription_confidence_notes: take(&mut rest, "prescription_confidence_notes"),
            extra: rest,
            key: EventKey::of(&id, body),
            id,
            raw,
        })
    }
}

impl PartialEq for WebhookEvent {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && self.created_at == other.created_at
            && self.prescription_confidence_score == other.prescription_confidence_score
            && self.prescription_confidence_notes == other.prescription_confidence_notes
            && self.extra == other.extra
    }
}

impl<'de> Deserialize<'de> for WebhookEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawJson::deserialize(deserializer)?;
        let body = raw.clone();
        Self::read(raw, body.as_str().as_bytes()).map_err(D::Error::custom)
    }
}
