//! When an exam was, and what the patient said before it.

use common_http::{Extra, Timestamp, lenient, lenient_model, safe_debug};
use serde::{Deserialize, Serialize};

/// When an exam was and what the patient said before it, the vendor's `ExamBaseDto`.
///
/// The lists are documented as lists of texts, without saying which. They are observed to be absent
/// or null at times, which is an empty list here. An empty list is not written again. The
/// `*_updated_time` fields and the model of the phone are not documented, but observed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExamBase {
    /// When the exam began. Documented to be UTC. Observed as an ISO 8601 date and time with `T`.
    /// Whether it names a time zone was not seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    /// How long the exam lasted, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_secs: Option<f64>,
    /// Conditions ("condições") marked at the start.
    #[serde(
        default,
        deserialize_with = "lenient::vec_or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub conditions: Vec<String>,
    /// Treatments ("tratamentos") marked at the start.
    #[serde(
        default,
        deserialize_with = "lenient::vec_or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub treatments: Vec<String>,
    /// Symptoms ("sintomas") marked.
    #[serde(
        default,
        deserialize_with = "lenient::vec_or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub symptoms: Vec<String>,
    /// When the symptoms were last changed. Not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symptoms_updated_time: Option<Timestamp>,
    /// Illnesses ("doenças") marked.
    #[serde(
        default,
        deserialize_with = "lenient::vec_or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub illnesses: Vec<String>,
    /// When the illnesses were last changed. Not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub illnesses_updated_time: Option<Timestamp>,
    /// Medicines ("medicamentos") marked.
    #[serde(
        default,
        deserialize_with = "lenient::vec_or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub medicines: Vec<String>,
    /// When the medicines were last changed. Not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medicines_updated_time: Option<Timestamp>,
    /// Body weight in kilograms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_kg: Option<f64>,
    /// When the weight was last changed. Not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_kg_updated_time: Option<Timestamp>,
    /// Body height in centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_cm: Option<f64>,
    /// When the height was last changed. Not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_cm_updated_time: Option<Timestamp>,
    /// The model of the phone that ran the exam. Not documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_model_name: Option<String>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(ExamBase);
safe_debug!(ExamBase {});
