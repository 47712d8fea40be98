//! An exam, as the list has it.

use common_http::{Extra, Timestamp, lenient, lenient_model, open_enum, safe_debug};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::exams::base::ExamBase;
use crate::exams::extras::{AfterQuestions, IssuedBy, Oxistar, PartnerSleepStudy};
use crate::exams::patient::ExamPatient;
use crate::exams::result::ExamResult;
use crate::ids::ExamKey;

/// An exam of a sleep centre, the vendor's `ExamDto`.
///
/// A list gives it as an [`Item`](crate::Item), with the JSON text that came. Read one from a saved
/// text as [`Recorded<Exam>`](crate::Recorded), whose errors never quote the text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[non_exhaustive]
pub struct Exam {
    /// The exam's id, opaque and never empty. Documented. Observed to be unique and stable.
    ///
    /// A text with a replacement character (U+FFFD) is no id: two exams could have the same.
    #[serde(deserialize_with = "id")]
    pub exam_id: String,
    /// The key of the report. Documented. Observed to be missing on some old exams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exam_key: Option<ExamKey>,
    /// How far the exam is. Documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ExamStatus>,
    /// What kind of exam it is, in JSON `type`. Documented.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub exam_type: Option<ExamType>,
    /// The patient's user id, an opaque text. Documented. Observed to be the same on all exams of a
    /// patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_user_id: Option<String>,
    /// Who issued the authorisation. Not documented, but observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_by: Option<IssuedBy>,
    /// The oximeter that was worn (our reading of the name). Not documented, but observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oxistar: Option<Oxistar>,
    /// The centre's own study. Not documented, but observed in one program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_sleep_study: Option<PartnerSleepStudy>,
    /// What the patient answered after the night. Not documented, but observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_questions: Option<AfterQuestions>,
    /// When it was, and what the patient said before it. Documented to be there unless the status
    /// is [`Issued`](ExamStatus::Issued).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<ExamBase>,
    /// What was measured. Documented to be there when the status is [`Done`](ExamStatus::Done).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<ExamResult>,
    /// The patient. Documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<ExamPatient>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(Exam);
safe_debug!(Exam {
    exam_id,
    status,
    exam_type
});

impl Exam {
    /// Whether the status is [`Done`](ExamStatus::Done): there are results, and usually a report.
    ///
    /// A status that came as a text, which stays in `extra`, counts if it is `"6"` or `"DONE"`.
    #[must_use]
    pub fn is_done(&self) -> bool {
        match (self.status, self.extra.get("status")) {
            (None, Some(Value::String(text))) => {
                text.trim().parse() == Ok(6.0) || text.trim().eq_ignore_ascii_case("done")
            }
            (status, _) => status == Some(ExamStatus::Done),
        }
    }

    /// When the exam began. Documented to be UTC.
    #[must_use]
    pub fn start_time(&self) -> Option<&Timestamp> {
        self.base.as_ref()?.start_time.as_ref()
    }

    /// The key for [`Reports::get`](crate::Reports::get), if there is a usable one.
    ///
    /// White space around the key is removed, as programs in production do. An empty key, `.`, `..`
    /// and one with a slash or a backslash are not usable, because no path can have them.
    #[must_use]
    pub fn report_key(&self) -> Option<ExamKey> {
        let key = self.exam_key.as_ref()?.as_str().trim();
        let usable = !matches!(key, "" | "." | "..") && !key.contains(['/', '\\']);
        usable.then(|| ExamKey::from(key))
    }
}

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = lenient::string(deserializer)?;
    if text.is_empty() || text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(D::Error::invalid_value(
            Unexpected::Other("something else"),
            &"a text that is not empty and has no replacement character",
        ));
    }
    Ok(text)
}

open_enum! {
    /// How far an exam is. The codes are documented, and observed as JSON numbers.
    ///
    /// ```
    /// use biologix_client::exams::ExamStatus;
    ///
    /// fn is_in_work(status: ExamStatus) -> bool {
    ///     matches!(status, ExamStatus::Scheduled | ExamStatus::Processing)
    /// }
    /// assert!(is_in_work(ExamStatus::from(4)));
    /// assert_eq!(ExamStatus::from(99).code(), 99); // not documented, and kept
    /// ```
    pub enum ExamStatus: i64 {
        /// `ISSUED`, "autorização de exame": authorised, not begun.
        Issued = 0,
        /// `STARTED`, "exame iniciado": begun.
        Started = 1,
        /// `CANCELLED`, "cancelado pelo paciente": cancelled by the patient.
        Cancelled = 2,
        /// `SCHEDULED`, "agendado para processamento": waiting to be processed.
        Scheduled = 3,
        /// `PROCESSING`, "processando": being processed.
        Processing = 4,
        /// `ERROR`, "erro comum": an ordinary error.
        Error = 5,
        /// `DONE`, "sucesso / exame pronto": ready, with results.
        Done = 6,
        /// `PROCESS_ERROR`, "erro de processamento": processing failed.
        ProcessError = 7,
    }
}

open_enum! {
    /// What kind of exam it is. The codes are documented, and observed as JSON numbers.
    pub enum ExamType: i64 {
        /// "Teste do Ronco Biologix": snoring test, without oximetry.
        SnoringTest = 0,
        /// "Exame do Sono Biologix": sleep exam.
        SleepExam = 1,
    }
}
