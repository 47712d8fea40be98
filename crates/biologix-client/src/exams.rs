//! A sleep centre's exams: the list, and what it says of each exam.
//!
//! [`Exams::list`] is the call, [`Exams::changes`] a sync that reads only what can have changed, and
//! [`Exam`] the model. The types of the model follow the vendor's
//! `ExamDto` and its parts, with the same field names in `snake_case`, and with the fields that its
//! document does not have but programs in production read. For all of them:
//!
//! - Only [`Exam::exam_id`] is required. An absent or null field is `None` or an empty list.
//! - Fields that no type names are kept in `extra`, as are fields that their type cannot hold, and
//!   codes that no enum names in `Unknown`. All are written again.
//! - Measured values are `f64`, whether the vendor writes `80` or `80.5`, without a range check.
//! - `Debug` shows the id, status and type of an exam, and nothing personal and no measurement.
//!
//! Tests of a program build them from JSON:
//!
//! ```
//! use biologix_client::Recorded;
//! use biologix_client::exams::{Exam, ExamStatus};
//!
//! let exam: Recorded<Exam> = serde_json::from_str(
//!     r#"{"examId": "0000101BB", "status": 6, "result": {"oximetry": {"odi": 6.2}}, "novo": true}"#,
//! )?;
//! assert_eq!(exam.status, Some(ExamStatus::Done));
//! let oximetry = exam.result.as_ref().and_then(|result| result.oximetry.as_ref());
//! assert_eq!(oximetry.and_then(|oximetry| oximetry.odi), Some(6.2));
//! assert!(exam.extra.contains_key("novo"));
//! assert_eq!(
//!     format!("{exam:?}"),
//!     r#"Exam { exam_id: "0000101BB", status: Some(Done), exam_type: None, .. }"#
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```

mod base;
mod changes;
mod cursor;
mod exam;
mod extras;
mod hash;
mod list;
mod page;
mod patient;
mod result;
mod seen;
mod spacing;
mod stream;
mod walk;

pub use self::base::ExamBase;
pub use self::changes::{Change, Changes, Checkpoint};
pub use self::cursor::Cursor;
pub use self::exam::{Exam, ExamStatus, ExamType};
pub use self::extras::{AfterQuestions, IssuedBy, Oxistar, PartnerSleepStudy};
pub(crate) use self::list::LIST;
pub use self::list::{Exams, ListExams};
pub use self::page::ExamPage;
pub use self::patient::{ExamPatient, Gender};
pub use self::result::{
    AfNotification, CardiologyResult, ExamResult, OdiCategory, OximetryResult, SnoringResult,
};
pub use self::stream::{ExamItems, ExamPages};
