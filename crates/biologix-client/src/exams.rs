//! A sleep centre's exams: what the vendor tells of each.
//!
//! The types follow the vendor's `ExamDto` and its parts, with the same field names in `snake_case`, and the fields
//! that his document does not have but programs in production read. What holds for all of them:
//!
//! - Only [`Exam::exam_id`] must be there; a field that is absent or null is `None`, a list then is empty.
//! - Fields that no type names are kept in `extra`, codes that no enum names in `Unknown`; both are written again.
//! - Measured values are `f64`, whether the vendor writes `80` or `80.5`, and are not checked for range.
//! - `Debug` shows ids, status and type of exams; nothing of a person and no measurement.
//! - In a program's tests they are built from JSON.
//!
//! ```
//! use biologix_client::exams::{Exam, ExamStatus};
//!
//! let exam: Exam = serde_json::from_str(
//!     r#"{"examId": "0000101BB", "status": 6, "result": {"oximetry": {"odi": 6.2}}, "novo": true}"#,
//! )?;
//! assert_eq!(exam.status, Some(ExamStatus::Done));
//! let oximetry = exam.result.as_ref().and_then(|result| result.oximetry.as_ref());
//! assert_eq!(oximetry.and_then(|oximetry| oximetry.odi), Some(6.2));
//! assert!(exam.extra.contains_key("novo"));
//! assert_eq!(format!("{exam:?}"), r#"Exam { exam_id: "0000101BB", status: Some(Done), exam_type: None, .. }"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod base;
mod cursor;
mod exam;
mod list;
mod patient;
mod result;
mod seen;
mod spacing;
mod stream;
mod walk;

use common_http::Operation;

pub use base::ExamBase;
pub use cursor::Cursor;
pub use exam::{AfterQuestions, Exam, ExamStatus, ExamType, IssuedBy, Oxistar, PartnerSleepStudy};
pub use list::{ExamPage, ListExams, Listed};
pub use patient::{ExamPatient, Gender};
pub use result::{
    AfNotification, CardiologyResult, ExamResult, OdiCategory, OximetryResult, SnoringResult,
};
pub use stream::{ExamPages, Exams};

/// `GET /v2/partners/{partnerId}/exams`: the exams of a sleep centre, newest first (observed).
pub(crate) static LIST: Operation =
    Operation::get("biologix.exams.list", "/v2/partners/{partnerId}/exams");
