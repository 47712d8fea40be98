//! Our reading of what an attendance carries.

use common_http::{Error, ErrorKind, Extra, Result, lenient, open_enum, safe_debug};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::attendances::attachment::{Attachment, beside};

open_enum! {
    /// Why an attendance is sent: the five moments that the document names.
    ///
    /// The words are ours. How the vendor wants to be told is not documented.
    pub enum Moment: String {
        /// A new attendance was created.
        Created = "created",
        /// The whole attendance was cancelled (`cancelamento`).
        Cancelled = "cancelled",
        /// The whole attendance was blocked (`bloqueio`).
        Blocked = "blocked",
        /// Attachments or clinical data were changed (`anexos e dados clínicos`).
        AttachmentsChanged = "attachments_changed",
        /// Exams were added or removed.
        ExamsChanged = "exams_changed",
    }
}

/// A part of an attendance: a JSON object whose fields are yours. `Debug` shows nothing of it.
///
/// ```
/// use gensoft_client::attendances::Part;
///
/// let patient = Part::of(&serde_json::json!({ "nome": "Paciente Ficticio" }))?;
/// assert_eq!(patient.fields()["nome"], "Paciente Ficticio");
/// # Ok::<(), gensoft_client::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Part(Extra);

safe_debug!(Part {});

impl Part {
    /// Takes any value that is written as a JSON object.
    ///
    /// Numbers keep their value, not their spelling (1.50 is sent as 1.5).
    /// [`Attendances::send_text`](super::Attendances::send_text) sends a text as it is.
    ///
    /// # Errors
    /// `invalid_input`: the value is not written as a JSON object.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Result<Self> {
        match serde_json::to_value(value) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            _ => Err(Error::new(ErrorKind::InvalidInput)
                .with_detail("a part of an attendance is not a JSON object")),
        }
    }

    /// Its fields.
    #[must_use]
    pub fn fields(&self) -> &Extra {
        &self.0
    }
}

/// An attendance in *our reading*: one member for each part that the document names.
///
/// **The names of the members are ours, not the vendor's**: ask Gensoft's support for the real
/// layout. If it differs, send a type of your own. `Debug` shows the moment only.
///
/// ```
/// use gensoft_client::attendances::{Attachment, Attendance, Moment, Part};
///
/// let attendance = Attendance::new(Moment::Created)
///     .attendance(Part::of(&serde_json::json!({ "numero": "EXEMPLO-1" }))?)
///     .patient(Part::of(&serde_json::json!({ "nome": "Paciente Ficticio" }))?)
///     .procedure(Part::of(&serde_json::json!({ "codigo": "EXEMPLO" }))?)
///     .sample(Part::of(&serde_json::json!({ "material": "sangue" }))?)
///     .requester(Part::of(&serde_json::json!({ "nome": "Medica Ficticia" }))?)
///     .clinical_data(Part::of(&serde_json::json!({ "texto": "texto de exemplo" }))?)
///     .attachment(Attachment::from_bytes("pedido.pdf", "application/pdf", b"%PDF-1.7 ..."));
/// # assert_eq!(attendance.procedures.len(), 1);
/// # Ok::<(), gensoft_client::Error>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attendance {
    /// Why it is sent.
    pub moment: Moment,
    /// The attendance itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attendance: Option<Part>,
    /// The patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<Part>,
    /// Its procedures.
    #[serde(
        default,
        deserialize_with = "lenient::vec_or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub procedures: Vec<Part>,
    /// The samples that are asked for (`amostras requisitadas`).
    #[serde(
        default,
        deserialize_with = "lenient::vec_or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub samples: Vec<Part>,
    /// Who asks (`solicitantes`).
    #[serde(
        default,
        deserialize_with = "lenient::vec_or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub requesters: Vec<Part>,
    /// Files (`arquivos em anexo`).
    #[serde(
        default,
        deserialize_with = "lenient::vec_or_null",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub attachments: Vec<Attachment>,
    /// Clinical data (`dados clínicos`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clinical_data: Option<Part>,
    /// Other members of the object. A name of those above is refused when the attendance is sent.
    #[serde(flatten, serialize_with = "extra")]
    pub extra: Extra,
}

safe_debug!(Attendance { moment });

impl Attendance {
    /// An attendance without parts.
    #[must_use]
    pub fn new(moment: Moment) -> Self {
        Self {
            moment,
            attendance: None,
            patient: None,
            procedures: Vec::new(),
            samples: Vec::new(),
            requesters: Vec::new(),
            attachments: Vec::new(),
            clinical_data: None,
            extra: Extra::new(),
        }
    }

    /// Sets the attendance itself.
    #[must_use]
    pub fn attendance(mut self, part: Part) -> Self {
        self.attendance = Some(part);
        self
    }

    /// Sets the patient.
    #[must_use]
    pub fn patient(mut self, part: Part) -> Self {
        self.patient = Some(part);
        self
    }

    /// Adds a procedure.
    #[must_use]
    pub fn procedure(mut self, part: Part) -> Self {
        self.procedures.push(part);
        self
    }

    /// Adds a requested sample.
    #[must_use]
    pub fn sample(mut self, part: Part) -> Self {
        self.samples.push(part);
        self
    }

    /// Adds a requester.
    #[must_use]
    pub fn requester(mut self, part: Part) -> Self {
        self.requesters.push(part);
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn attachment(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// Sets the clinical data.
    #[must_use]
    pub fn clinical_data(mut self, part: Part) -> Self {
        self.clinical_data = Some(part);
        self
    }
}

fn extra<S: Serializer>(extra: &Extra, serializer: S) -> Result<S::Ok, S::Error> {
    let members = [
        "moment",
        "attendance",
        "patient",
        "procedures",
        "samples",
        "requesters",
        "attachments",
        "clinical_data",
    ];
    beside(&members, extra, serializer)
}
