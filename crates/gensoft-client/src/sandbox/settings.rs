//! The settings of a sandbox.

use std::io;

use common_http::safe_debug;
use common_http::sandbox::{HeaderCase, Listen};

use crate::sandbox::readings::{AnswerShape, KeyForm, PathForm, ReportForm, WrongSlash};

/// What a test can set.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use gensoft_client::sandbox::{AnswerShape, ReportForm, Sandbox, Settings};
///
/// // An installation that accepts reports as forms, and answers orders with a 201 without a body.
/// let sandbox = Sandbox::with(Settings {
///     report_form: ReportForm::Multipart,
///     attendance_answer: AnswerShape::EmptyCreated,
///     ..Settings::default()
/// })
/// .await?;
/// println!("export GENSOFT_BASE_URL={}", sandbox.url());
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
#[allow(clippy::exhaustive_structs, reason = "a test builds it with `..`")]
pub struct Settings {
    /// The accepted API key: `EXAMPLE-API-KEY` by default.
    pub api_key: String,
    /// How the API key stands in `Authorization`. Bare by default.
    pub key_form: KeyForm,
    /// How the path of an upload ends. Without a slash by default.
    pub report_path: PathForm,
    /// What an upload to the other form of the path gets. A redirect by default.
    pub wrong_slash: WrongSlash,
    /// How the file of a report is carried. As the body itself by default.
    pub report_form: ReportForm,
    /// The field of a form that holds the file: `file` by default.
    pub report_field: String,
    /// Whether a report that is the body itself needs a file name. It does by default: a 400 says
    /// so.
    pub file_name_required: bool,
    /// The executions that exist. Others are answered 404. By default every id is accepted.
    pub executions: Option<Vec<String>>,
    /// The members that every attendance must have; one that is missing or null gives a 400. None
    /// by default.
    pub required_fields: Vec<String>,
    /// What an accepted attendance is answered. The document's example by default.
    pub attendance_answer: AnswerShape,
    /// What an accepted report is answered. The document's example by default.
    pub report_answer: AnswerShape,
    /// The largest request body in bytes, 32 MiB by default. A larger one is answered 413. The
    /// vendor's limit is not known.
    pub body_limit: usize,
    /// How header names are written. Lower case by default, as HTTP/2 has them.
    pub header_case: HeaderCase,
    /// The port on 127.0.0.1. 0, the default, takes a free one.
    pub port: u16,
}

safe_debug!(Settings {
    key_form,
    report_path,
    report_form
});

impl Default for Settings {
    fn default() -> Self {
        let Listen {
            port,
            header_case,
            body_limit,
        } = Listen::default();
        Self {
            api_key: "EXAMPLE-API-KEY".to_owned(),
            key_form: KeyForm::default(),
            report_path: PathForm::default(),
            wrong_slash: WrongSlash::default(),
            report_form: ReportForm::default(),
            report_field: "file".to_owned(),
            file_name_required: true,
            executions: None,
            required_fields: Vec::new(),
            attendance_answer: AnswerShape::default(),
            report_answer: AnswerShape::default(),
            body_limit,
            header_case,
            port,
        }
    }
}

impl Settings {
    pub(super) fn listen(&self) -> Listen {
        Listen {
            port: self.port,
            header_case: self.header_case,
            body_limit: self.body_limit,
        }
    }

    /// Refuses settings that make no sense.
    pub(super) fn check(&self) -> io::Result<()> {
        let key = &self.api_key;
        let is_ascii = key.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        let problem = if key.is_empty() || key.trim() != key || !is_ascii {
            "the key must be of visible ASCII characters"
        } else if self.report_field.is_empty() {
            "the field of the form must have a name"
        } else {
            return Ok(());
        };
        Err(io::Error::new(io::ErrorKind::InvalidInput, problem))
    }
}
