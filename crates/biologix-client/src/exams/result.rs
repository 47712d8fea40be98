//! What an exam measured.

use std::fmt;

use common_http::{Extra, lenient, lenient_model, open_enum, safe_debug};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What an exam measured, the vendor's `ExamResultDto`.
///
/// Each part is there if it was enabled (documented). A snoring test has no oximetry (observed).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExamResult {
    /// Snoring ("ronco").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snoring: Option<SnoringResult>,
    /// Oximetry ("oximetria").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oximetry: Option<OximetryResult>,
    /// Cardiology ("cardiologia").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cardiology: Option<CardiologyResult>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(ExamResult);
safe_debug!(ExamResult {});

/// How the patient snored, the vendor's `ExamResultSnoringDto`. All documented.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct SnoringResult {
    /// Length of the recording, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_duration_secs: Option<f64>,
    /// Time with snoring, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snoring_duration_secs: Option<f64>,
    /// Share of the time in silence, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silent_duration_percent: Option<f64>,
    /// Share with low snoring ("ronco baixo"), in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_duration_percent: Option<f64>,
    /// Share with medium snoring ("ronco médio"), in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium_duration_percent: Option<f64>,
    /// Share with loud snoring ("ronco alto"), in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_duration_percent: Option<f64>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(SnoringResult);
safe_debug!(SnoringResult {});

/// Oxygen saturation, heart rate and sleep, the vendor's `ExamResultOximetryDto`.
///
/// All but `odi_sleeping` is documented. Where the document gives no unit, it is our reading.
/// Unexpected values are observed (an ODI of 100 and more), so nothing is checked.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct OximetryResult {
    /// Time with valid data, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_duration_secs: Option<f64>,
    /// Number of desaturations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nb_desaturations: Option<f64>,
    /// Oxygen desaturation index ("IDO"): desaturations per hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odi: Option<f64>,
    /// Oxygen desaturation index during the estimated sleep. Not documented, but observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odi_sleeping: Option<f64>,
    /// Hypoxic burden ("carga hipóxica"). The document gives no unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hypoxic_burden: Option<f64>,
    /// The vendor's category of the oxygen desaturation index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odi_category: Option<OdiCategory>,
    /// Lowest oxygen saturation, in per cent.
    #[serde(rename = "spO2Min", skip_serializing_if = "Option::is_none")]
    pub spo2_min: Option<f64>,
    /// Mean oxygen saturation, in per cent.
    #[serde(rename = "spO2Avg", skip_serializing_if = "Option::is_none")]
    pub spo2_avg: Option<f64>,
    /// Highest oxygen saturation, in per cent.
    #[serde(rename = "spO2Max", skip_serializing_if = "Option::is_none")]
    pub spo2_max: Option<f64>,
    /// Time with a saturation below 90 %, in seconds.
    #[serde(rename = "spO2Under90Secs", skip_serializing_if = "Option::is_none")]
    pub spo2_under_90_secs: Option<f64>,
    /// Time with a saturation below 80 %, in seconds.
    #[serde(rename = "spO2Under80Secs", skip_serializing_if = "Option::is_none")]
    pub spo2_under_80_secs: Option<f64>,
    /// Lowest heart rate ("FC"), in beats per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hr_min: Option<f64>,
    /// Mean heart rate, in beats per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hr_avg: Option<f64>,
    /// Highest heart rate, in beats per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hr_max: Option<f64>,
    /// Sleep latency ("latência do sono"), the time until sleep, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleep_latency_secs: Option<f64>,
    /// Total sleep time, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleep_duration_secs: Option<f64>,
    /// Sleep efficiency, in per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sleep_efficiency_percent: Option<f64>,
    /// Time awake after sleep onset (WASO), in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wake_time_after_sleep_secs: Option<f64>,
    /// Number of hypoxaemia events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nb_hypoxemia_events: Option<f64>,
    /// Total time in hypoxaemia, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hypoxemia_total_duration_secs: Option<f64>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(OximetryResult);
safe_debug!(OximetryResult {});

open_enum! {
    /// The vendor's category of the oxygen desaturation index. The codes are documented.
    pub enum OdiCategory: i64 {
        /// "Normal".
        Normal = 0,
        /// "Apneia do sono leve": mild sleep apnoea.
        Mild = 1,
        /// "Apneia do sono moderada": moderate sleep apnoea.
        Moderate = 2,
        /// "Apneia do sono acentuada": severe sleep apnoea.
        Severe = 3,
    }
}

/// What was found about the heart, the vendor's `ExamResultCardiologyDto`. Documented.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct CardiologyResult {
    /// Whether atrial fibrillation ("fibrilação atrial") was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub af_notification: Option<AfNotification>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(CardiologyResult);
safe_debug!(CardiologyResult {});

/// Whether atrial fibrillation was found. The codes are documented: 0, 1, and every number below 0.
///
/// `From` makes one from a code. Any code is written again as it came. `Debug` prints no number.
///
/// ```
/// use biologix_client::exams::AfNotification;
///
/// let finding: AfNotification = serde_json::from_str("-3")?;
/// assert_eq!((finding, finding.code()), (AfNotification::Inconclusive(-3), -3));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AfNotification {
    /// 0, "negativa": not found.
    Negative,
    /// 1, "positiva": found.
    Positive,
    /// Below 0, "inconclusivo": unclear. The meaning of the number is not documented.
    Inconclusive(i64),
    /// A code above 1, which is not documented.
    Unknown(i64),
}

impl AfNotification {
    /// The vendor's code.
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::Negative => 0,
            Self::Positive => 1,
            Self::Inconclusive(code) | Self::Unknown(code) => code,
        }
    }
}

impl From<i64> for AfNotification {
    fn from(code: i64) -> Self {
        match code {
            0 => Self::Negative,
            1 => Self::Positive,
            ..0 => Self::Inconclusive(code),
            2.. => Self::Unknown(code),
        }
    }
}

impl fmt::Debug for AfNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Negative => "Negative",
            Self::Positive => "Positive",
            Self::Inconclusive(_) => "Inconclusive(..)",
            Self::Unknown(_) => "Unknown(unrecognised)",
        })
    }
}

impl Serialize for AfNotification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.code())
    }
}

impl<'de> Deserialize<'de> for AfNotification {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::integer(deserializer).map(Self::from)
    }
}
