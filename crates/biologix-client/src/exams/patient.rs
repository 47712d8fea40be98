//! The patient of an exam.

use common_http::{Extra, Timestamp, lenient_model, open_enum, safe_debug};
use serde::{Deserialize, Serialize};

/// The patient of an exam, the vendor's `ExamPatientDto`.
///
/// All of it is personal data, so `Debug` prints `ExamPatient { .. }`. All but `username` is
/// documented. E-mail, phone and birth date are observed to be absent, null or empty at times.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExamPatient {
    /// The patient's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The patient's login name. Not documented. Observed on finished exams as
    /// `l|BR_CPF|<11 digits>`, whose digits are the CPF, the Brazilian tax number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The patient's sex ("sexo").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number. No format is documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Date of birth. Observed as an ISO 8601 date, with or without a time; [`Timestamp::to_date`]
    /// has the date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Timestamp>,
    /// Age in years on the day of the exam.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<f64>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(ExamPatient);
safe_debug!(ExamPatient {});

open_enum! {
    /// A patient's sex. The codes are documented and observed in lower case.
    pub enum Gender: String {
        /// "Feminino": female.
        Female = "f",
        /// "Masculino": male.
        Male = "m",
        /// "Outro": other.
        Other = "o",
    }
}
