//! An exam as the list has it.

use common_http::{
    DecodeError, Extra, RawJson, TextOrNumber, Timestamp, lenient, open_enum, safe_debug,
};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

use super::{ExamBase, ExamPatient, ExamResult};
use crate::ids::ExamKey;

/// One exam of a sleep centre, the vendor's `ExamDto`.
///
/// An exam always has the JSON text that it came as, see [`raw`](Self::raw); so it is read with `serde_json` only
/// (or [`from_raw`](Self::from_raw)), and not through serde's `flatten` or `untagged`. What is written by `Serialize`
/// are the fields, so that a changed copy is written as changed. Two exams are equal when their fields and `extra`
/// are; their texts are not compared.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Exam {
    /// The exam's id, never empty. Documented; observed to be unique and stable. Opaque.
    pub exam_id: String,
    /// The key to the report PDF. Documented; observed to be missing on some old exams.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exam_key: Option<ExamKey>,
    /// How far the exam is. Documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ExamStatus>,
    /// What kind of exam it is; `type` on the wire. Documented.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub exam_type: Option<ExamType>,
    /// The patient's user id. Documented; observed to be the same on all exams of a patient. Opaque.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient_user_id: Option<String>,
    /// Who issued the authorisation. Not documented; observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_by: Option<IssuedBy>,
    /// The oximeter that was worn (our reading of the name). Not documented; observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oxistar: Option<Oxistar>,
    /// The centre's own study. Not documented; observed in one program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_sleep_study: Option<PartnerSleepStudy>,
    /// What the patient answered after the night. Not documented; observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_questions: Option<AfterQuestions>,
    /// When it was and what the patient said before it. Documented to be there when the status is not
    /// [`Issued`](ExamStatus::Issued).
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
    #[serde(skip)]
    source: Source,
}

safe_debug!(Exam {
    exam_id,
    status,
    exam_type
});

/// The text an exam came as. Always equal: it is no part of what the exam says.
#[derive(Clone)]
struct Source(RawJson);

impl PartialEq for Source {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// [`Exam`] without its text.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    #[serde(deserialize_with = "not_empty")]
    exam_id: String,
    exam_key: Option<ExamKey>,
    status: Option<ExamStatus>,
    #[serde(rename = "type")]
    exam_type: Option<ExamType>,
    patient_user_id: Option<String>,
    issued_by: Option<IssuedBy>,
    oxistar: Option<Oxistar>,
    partner_sleep_study: Option<PartnerSleepStudy>,
    after_questions: Option<AfterQuestions>,
    base: Option<ExamBase>,
    result: Option<ExamResult>,
    patient: Option<ExamPatient>,
    #[serde(flatten)]
    extra: Extra,
}

fn not_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = lenient::string(deserializer)?;
    if text.is_empty() {
        return Err(D::Error::invalid_value(
            Unexpected::Str(""),
            &"a text that is not empty",
        ));
    }
    Ok(text)
}

impl Exam {
    /// Reads an exam from its JSON text, and keeps the text.
    ///
    /// ```
    /// use biologix_client::RawJson;
    /// use biologix_client::exams::{Exam, ExamStatus};
    ///
    /// // A line of an archive.
    /// let line = RawJson::from_text(r#"{"examId": "0000101BB", "status": 6.0}"#)?;
    /// let exam = Exam::from_raw(line)?;
    /// assert_eq!(exam.status, Some(ExamStatus::Done));
    ///
    /// let nameless = Exam::from_raw(RawJson::from_text(r#"{"status": 6}"#)?);
    /// assert_eq!(nameless.unwrap_err().path(), "examId");
    /// # Ok::<(), biologix_client::DecodeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DecodeError`] with the path within the exam, such as `result.oximetry.odi`: where `examId` is absent, null,
    /// empty or no string, or another field has another JSON type than is known.
    pub fn from_raw(raw: RawJson) -> Result<Self, DecodeError> {
        let Fields {
            exam_id,
            exam_key,
            status,
            exam_type,
            patient_user_id,
            issued_by,
            oxistar,
            partner_sleep_study,
            after_questions,
            base,
            result,
            patient,
            extra,
        } = raw.parse()?;
        Ok(Self {
            exam_id,
            exam_key,
            status,
            exam_type,
            patient_user_id,
            issued_by,
            oxistar,
            partner_sleep_study,
            after_questions,
            base,
            result,
            patient,
            extra,
            source: Source(raw),
        })
    }

    /// The vendor's own JSON text of this exam, whatever has been done to the fields since.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let page = client.exams(&partner).page_size(5).send().await?;
    /// // For an archive: one line an exam, each number and word as the vendor wrote it.
    /// let lines: Vec<String> =
    ///     page.items.iter().filter_map(|listed| listed.exam()).map(|exam| exam.raw().compact()).collect();
    /// # assert_eq!(lines.len(), 5);
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn raw(&self) -> &RawJson {
        &self.source.0
    }

    /// Whether the status is [`Done`](ExamStatus::Done): there are results, and as a rule a report.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let partner = sandbox.partner_id().into();
    /// let page = client.exams(&partner).send().await?;
    /// let done = page.items.iter().filter(|listed| listed.exam().is_some_and(|exam| exam.is_done()));
    /// println!("{} of {} exams are ready", done.count(), page.items.len());
    /// # Ok::<(), biologix_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.status == Some(ExamStatus::Done)
    }

    /// When the exam began, in the vendor's words; documented to be UTC.
    ///
    /// ```
    /// use biologix_client::exams::Exam;
    ///
    /// let exam: Exam = serde_json::from_str(
    ///     r#"{"examId": "0000101BB", "base": {"startTime": "2030-01-02T03:04:05Z"}}"#,
    /// )?;
    /// let day = exam.start_time().and_then(|start| start.as_str().split('T').next());
    /// assert_eq!(day, Some("2030-01-02"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn start_time(&self) -> Option<&Timestamp> {
        self.base.as_ref()?.start_time.as_ref()
    }

    /// The key with which the report can be asked for, if there is a usable one.
    ///
    /// White space around the key is dropped and an empty key is none, as in programs in production use; `.` and `..`
    /// are none too, because no address can carry them.
    ///
    /// ```
    /// use biologix_client::exams::Exam;
    ///
    /// let exam: Exam = serde_json::from_str(r#"{"examId": "0000101BB", "examKey": "  ", "status": 6}"#)?;
    /// // Done, and yet there is no report to ask for.
    /// assert!(exam.is_done() && exam.report_key().is_none());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn report_key(&self) -> Option<ExamKey> {
        let key = self.exam_key.as_ref()?.as_str().trim();
        (!matches!(key, "" | "." | "..")).then(|| ExamKey::from(key))
    }
}

impl<'de> Deserialize<'de> for Exam {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_raw(RawJson::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

open_enum! {
    /// How far an exam is. The codes are documented; observed as JSON numbers.
    ///
    /// ```
    /// use biologix_client::exams::ExamStatus;
    ///
    /// /// Worth another look in an hour.
    /// fn is_on_its_way(status: ExamStatus) -> bool {
    ///     matches!(status, ExamStatus::Scheduled | ExamStatus::Processing)
    /// }
    /// assert!(is_on_its_way(ExamStatus::from(4)));
    /// assert_eq!(ExamStatus::from(99).code(), 99); // new, and kept
    /// ```
    pub enum ExamStatus: i64 {
        /// `ISSUED`, "autorização de exame": authorised, not begun.
        Issued = 0,
        /// `STARTED`, "exame iniciado": begun.
        Started = 1,
        /// `CANCELLED`, "cancelado pelo paciente": cancelled by the patient.
        Cancelled = 2,
        /// `SCHEDULED`, "agendado para processamento": waits to be processed.
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
    /// What kind of exam it is. The codes are documented; observed as JSON numbers.
    ///
    /// ```
    /// use biologix_client::exams::ExamType;
    ///
    /// let kind: ExamType = serde_json::from_str("1")?;
    /// assert_eq!((kind, kind.code()), (ExamType::SleepExam, 1));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub enum ExamType: i64 {
        /// "Teste do Ronco Biologix": snoring test, without oximetry.
        SnoringTest = 0,
        /// "Exame do Sono Biologix": sleep exam.
        SleepExam = 1,
    }
}

/// Who issued the authorisation of an exam. Not documented; observed with this one field.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct IssuedBy {
    /// The issuer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(IssuedBy {});

/// The Oxistar, the vendor's oximeter (our reading of the name). Not documented; observed with this one field.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Oxistar {
    /// The device's serial number; observed as a JSON number, a string is taken too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<TextOrNumber>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(Oxistar {});

/// The centre's own sleep study. Not documented; observed in one program, with this one field.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PartnerSleepStudy {
    /// The text of the study's report ("laudo").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(PartnerSleepStudy {});

/// What the patient answered after the night. Not documented; observed with these fields.
///
/// Whether the answers are texts or codes was not seen, so either is taken.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
    /// When an answer was last given; format not seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_answered_time: Option<Timestamp>,
    /// Fields that this type does not name.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(AfterQuestions {});
