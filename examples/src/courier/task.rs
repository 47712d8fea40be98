//! The kinds of job, and what each needs.

use std::fmt;

use common_http::{Effect, Error, ErrorKind, Operation, RawJson, Result, StoreKey, looks_like_pdf};
use erp_files_client::files::OnConflict;
use medreader_client::prescriptions::FileFormat;
use serde::{Deserialize, Serialize};

use super::decision::Repeat;

/// What to do with the content of a job: the kind, and its arguments.
///
/// `Debug` shows the kind only: the arguments name a patient.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Send it to Gensoft as an attendance (an order).
    GensoftAttendance,
    /// Upload it to Gensoft as the report (laudo) of an execution.
    GensoftReport {
        /// The execution's id.
        execution: String,
    },
    /// Upload it to the ERP as a file of a patient's analysis.
    ErpFile {
        /// The patient's id.
        patient: String,
        /// The analysis's id.
        analysis: String,
        /// The file's name.
        name: String,
        /// What to do if a file of the name exists.
        #[serde(with = "on_conflict")]
        on_conflict: OnConflict,
    },
    /// Upload it to MedReader as a prescription.
    MedreaderPrescription {
        /// The folder's id.
        folder: String,
        /// The file's name.
        name: String,
    },
}

/// The kind of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// [`Task::GensoftAttendance`].
    GensoftAttendance,
    /// [`Task::GensoftReport`].
    GensoftReport,
    /// [`Task::ErpFile`].
    ErpFile,
    /// [`Task::MedreaderPrescription`].
    MedreaderPrescription,
}

impl Task {
    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::GensoftAttendance => Kind::GensoftAttendance,
            Self::GensoftReport { .. } => Kind::GensoftReport,
            Self::ErpFile { .. } => Kind::ErpFile,
            Self::MedreaderPrescription { .. } => Kind::MedreaderPrescription,
        }
    }

    /// What two jobs have in common of which the later must not pass the earlier: they write the
    /// same thing at the vendor.
    pub(super) fn lane(&self) -> Option<StoreKey> {
        match self {
            Self::GensoftReport { execution } => Some(StoreKey::of(&["report", execution])),
            Self::ErpFile {
                patient,
                analysis,
                name,
                ..
            } => Some(StoreKey::of(&["erp", patient, analysis, name])),
            Self::GensoftAttendance | Self::MedreaderPrescription { .. } => None,
        }
    }

    /// The ids of what it is about.
    fn ids(&self) -> Vec<&str> {
        match self {
            Self::GensoftAttendance => Vec::new(),
            Self::GensoftReport { execution } => vec![execution],
            Self::ErpFile {
                patient, analysis, ..
            } => vec![patient, analysis],
            Self::MedreaderPrescription { folder, .. } => vec![folder],
        }
    }

    /// Refuses arguments and content that the vendor's client would refuse before it sends anything.
    pub(super) fn check(&self, content: &[u8]) -> Result<()> {
        let problem = match self.kind() {
            _ if !self.ids().into_iter().all(is_id) => {
                "an id is empty, a dot segment, or has a slash, a backslash or a control character"
            }
            _ if content.is_empty() => "the file is empty",
            Kind::GensoftAttendance if !is_json_object(content) => "the file is not a JSON object",
            Kind::GensoftReport if !looks_like_pdf(content) => "the file is not a PDF",
            Kind::MedreaderPrescription if FileFormat::detect(content).is_none() => {
                "the file is not a PDF, JPEG, PNG or TIFF"
            }
            _ => return Ok(()),
        };
        let error = Error::new(ErrorKind::InvalidInput).with_operation(self.kind().operation());
        Err(error.with_detail(problem))
    }
}

/// Whether a path of a request can have it.
fn is_id(id: &str) -> bool {
    let is_odd = |c: char| c == '/' || c == '\\' || c.is_control();
    !matches!(id, "" | "." | "..") && !id.contains(is_odd)
}

/// As the client takes it: in UTF-8, with or without a byte order mark.
fn is_json_object(content: &[u8]) -> bool {
    let text = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    text.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<RawJson>(text).is_ok()
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::GensoftAttendance,
        Self::GensoftReport,
        Self::ErpFile,
        Self::MedreaderPrescription,
    ];

    /// The kind as the command line and the database write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GensoftAttendance => "gensoft-attendance",
            Self::GensoftReport => "gensoft-report",
            Self::ErpFile => "erp-file",
            Self::MedreaderPrescription => "medreader-prescription",
        }
    }

    /// The operation that delivers it. Of an upload in steps, the one that finishes it.
    #[must_use]
    pub const fn operation(self) -> &'static str {
        match self {
            Self::GensoftAttendance => "gensoft.attendances.send",
            Self::GensoftReport => "gensoft.reports.upload",
            Self::ErpFile => "erp.files.finalize",
            Self::MedreaderPrescription => "medreader.prescriptions.upload",
        }
    }

    /// How a job of this kind may be sent again: by its operation's [`Effect`], but for the ERP,
    /// whose list shows what arrived.
    #[must_use]
    pub fn repeat(self) -> Repeat {
        let operations: &[&Operation] = match self {
            Self::ErpFile => return Repeat::LookUp,
            Self::GensoftAttendance | Self::GensoftReport => gensoft_client::OPERATIONS,
            Self::MedreaderPrescription => medreader_client::OPERATIONS,
        };
        let mut operations = operations.iter();
        let found = operations.find(|operation| operation.id() == self.operation());
        match found.map_or(Effect::Effectful, |operation| operation.effect()) {
            Effect::Safe | Effect::Idempotent => Repeat::Freely,
            Effect::Effectful => Repeat::Never,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Task({})", self.kind())
    }
}

/// [`OnConflict`] as a word.
mod on_conflict {
    use erp_files_client::files::OnConflict;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(set: &OnConflict, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(match set {
            OnConflict::Skip => "skip",
            OnConflict::Replace => "replace",
            _ => "error",
        })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<OnConflict, D::Error> {
        let word = String::deserialize(from)?;
        Ok(match word.as_str() {
            "skip" => OnConflict::Skip,
            "replace" => OnConflict::Replace,
            _ => OnConflict::Error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operations_effect_decides_what_may_be_repeated() {
        let repeats = Kind::ALL.map(Kind::repeat);
        let expected = [Repeat::Never, Repeat::Freely, Repeat::LookUp, Repeat::Never];
        assert_eq!(repeats, expected);
    }

    #[test]
    fn a_task_comes_back_from_its_text_and_prints_no_argument() {
        for on_conflict in [OnConflict::Error, OnConflict::Skip, OnConflict::Replace] {
            let task = Task::ErpFile {
                patient: "EXAMPLE-7".to_owned(),
                analysis: "12".to_owned(),
                name: "результат.pdf".to_owned(),
                on_conflict,
            };
            let text = serde_json::to_string(&task).unwrap();
            assert_eq!(serde_json::from_str::<Task>(&text).unwrap(), task);
            assert_eq!(format!("{task:?}"), "Task(erp-file)");
        }
    }

    #[test]
    fn wrong_contents_are_refused() {
        let report = Task::GensoftReport {
            execution: "1".to_owned(),
        };
        let prescription = Task::MedreaderPrescription {
            folder: "1".to_owned(),
            name: "a".to_owned(),
        };
        for (task, content, fits) in [
            (&Task::GensoftAttendance, &b"{\"a\":1}"[..], true),
            (&Task::GensoftAttendance, b"\xef\xbb\xbf {}", true),
            (&Task::GensoftAttendance, b"{\"a\":1", false),
            (&Task::GensoftAttendance, b"[1]", false),
            (&Task::GensoftAttendance, b"{\"a\":\"\xff\"}", false),
            (&report, b"%PDF-1.7", true),
            (&report, b"{}", false),
            (&prescription, b"%PDF-1.7", true),
            (&prescription, b"\x89PNG\r\n\x1a\n", true),
            (&prescription, b"GIF89a", false),
            (&prescription, b"", false),
        ] {
            assert_eq!(task.check(content).is_ok(), fits, "{task:?} {content:?}");
        }
    }
}
