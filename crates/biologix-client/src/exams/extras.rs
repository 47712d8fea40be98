//! The parts of an exam that are not documented. Programs in production read them.

use common_http::{Extra, TextOrNumber, Timestamp, lenient_model, safe_debug};
use serde::{Deserialize, Serialize};

/// Who issued the authorisation of an exam. Not documented. Observed with this one field.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct IssuedBy {
    /// The issuer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(IssuedBy);
safe_debug!(IssuedBy {});

/// The vendor's oximeter (our reading of the name). Not documented. Observed with this one field.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Oxistar {
    /// The device's serial number. Observed as a JSON number. A string is accepted too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<TextOrNumber>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(Oxistar);
safe_debug!(Oxistar {});

/// The centre's own sleep study. Not documented. Observed in one program, with this one field.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct PartnerSleepStudy {
    /// The text of the study's report ("laudo").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(PartnerSleepStudy);
safe_debug!(PartnerSleepStudy {});

/// What the patient answered after the night. Not documented. Observed with these fields.
///
/// Whether the answers are texts or codes was not seen, so both are accepted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct AfterQuestions {
    /// How the patient slept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleep_quality: Option<TextOrNumber>,
    /// How that night compares with others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleep_comparison: Option<TextOrNumber>,
    /// Remarks in the patient's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<TextOrNumber>,
    /// When an answer was last given. Its format was not seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_answered_time: Option<Timestamp>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(AfterQuestions);
safe_debug!(AfterQuestions {});
