//! What a webhook says.

use common_http::{DecodeError, Extra, Recorded, Timestamp, lenient_model, safe_debug};
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::fields;
use crate::ids::AnalysisId;

/// The result of an analysis, as a webhook announces it.
///
/// Only the id is required. Any other field may be absent or null (documented for the same fields
/// of a result, not for the webhook: our reading), and one of an unexpected type is kept in
/// `extra`. `Debug` shows the id only.
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
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct WebhookEvent {
    /// The id of the analysis, never empty. Documented.
    #[serde(deserialize_with = "fields::id")]
    pub id: AnalysisId,
    /// When the analysis was made. Documented, as RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// How sure the reading is, from 0 to 100. Documented as an integer; a fraction is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_confidence_score: Option<f64>,
    /// Notes on the score. Documented. Free text about a patient's prescription: personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescription_confidence_notes: Option<String>,
    /// Fields that this type does not name, and those with an unexpected type.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(WebhookEvent);
safe_debug!(WebhookEvent { id });

impl WebhookEvent {
    /// Reads the body of a webhook without checking who sent it: for tests and for stored events.
    ///
    /// What comes over the network goes through a [`Verifier`](super::Verifier).
    ///
    /// # Errors
    /// [`DecodeError`] if the body is not a JSON object with an `id` that is a whole number of 64
    /// bits or a text that is not empty.
    pub fn from_body(body: &[u8]) -> Result<Recorded<Self>, DecodeError> {
        Recorded::from_body(&HeaderMap::new(), body)
    }
}
