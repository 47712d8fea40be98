//! Our reading of what an attendance carries.

use common_http::{Error, ErrorKind, Extra, Result, lenient, open_enum, safe_debug};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Attachment;

open_enum! {
    /// When an attendance is sent: the five moments that the document names. The words are ours; how the vendor wants to be
    /// told is not documented.
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
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Part(Extra);

safe_debug!(Part {});

impl Part {
    /// Takes any value that is written as a JSON object. Numbers are kept as numbers, not as they are spelt (1.50 is sent as
    /// 1.5); [`AttendanceBody::text`](super::AttendanceBody::text) sends a text as it is.
    ///
    /// # Errors
    /// `invalid_input` where it is not.
    ///
    /// ```
    /// use gensoft_client::attendances::Part;
    ///
    /// let patient = Part::of(&serde_json::json!({ "nome": "Paciente Ficticio" }))?;
    /// assert!(Part::of(&1).is_err());
    /// # let _ = patient;
    /// # Ok::<(), gensoft_client::Error>(())
    /// ```
    pub fn of(value: &(impl Serialize + ?Sized)) -> Result<Self> {
        match serde_json::to_value(value) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            _ => Err(Error::new(ErrorKind::InvalidInput)
                .with_detail("a part of an attendance is no JSON object")),
        }
    }

    /// Its fields.
    ///
    /// ```
    /// use gensoft_client::attendances::Part;
    ///
    /// let part = Part::of(&serde_json::json!({ "codigo": "EXEMPLO" }))?;
    /// assert!(part.fields().contains_key("codigo"));
    /// # Ok::<(), gensoft_client::Error>(())
    /// ```
    #[must_use]
    pub fn fields(&self) -> &Extra {
        &self.0
    }
}

/// An attendance in *our reading*: one member for each part that the document names. **The names of the members are ours, not
/// the vendor's**: ask Gensoft's support for the real layout, and send it with
/// [`AttendanceBody::of`](super::AttendanceBody::of) where it differs.
///
/// `Debug` shows the moment.
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
/// let json = serde_json::to_value(&attendance).unwrap();
/// assert_eq!(json["moment"], "created");
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
    /// Anything else, as members of the object. One of a name above is refused when it is sent.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(Attendance { moment });

/// As they are written, for what may not be in `extra`.
const MEMBERS: [&str; 8] = [
    "moment",
    "attendance",
    "patient",
    "procedures",
    "samples",
    "requesters",
    "attachments",
    "clinical_data",
];

impl Attendance {
    /// Whether an object would have two members of one name: which of them the vendor reads would be chance.
    pub(super) fn says_twice(&self) -> bool {
        MEMBERS.iter().any(|name| self.extra.contains_key(*name))
            || self.attachments.iter().any(Attachment::says_twice)
    }

    /// An attendance without parts.
    ///
    /// ```
    /// use gensoft_client::attendances::{Attendance, Moment};
    ///
    /// let cancelled = Attendance::new(Moment::Cancelled);
    /// assert_eq!(format!("{cancelled:?}"), "Attendance { moment: Cancelled, .. }");
    /// ```
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

    /// Sets the attendance itself. The type's example shows all of these setters.
    ///
    /// ```
    /// # use gensoft_client::attendances::{Attendance, Attachment, Moment, Part};
    /// let part = Part::of(&serde_json::json!({ "numero": "EXEMPLO-1" }))?;
    /// let order = Attendance::new(Moment::Created).attendance(part);
    /// assert_eq!(serde_json::to_value(&order)?["attendance"]["numero"], "EXEMPLO-1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn attendance(mut self, part: Part) -> Self {
        self.attendance = Some(part);
        self
    }

    /// Sets the patient.
    ///
    /// ```
    /// # use gensoft_client::attendances::{Attendance, Attachment, Moment, Part};
    /// let part = Part::of(&serde_json::json!({ "nome": "Paciente Ficticio" }))?;
    /// let order = Attendance::new(Moment::Created).patient(part);
    /// assert_eq!(format!("{order:?}"), "Attendance { moment: Created, .. }"); // and not his name
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn patient(mut self, part: Part) -> Self {
        self.patient = Some(part);
        self
    }

    /// Adds a procedure.
    ///
    /// ```
    /// # use gensoft_client::attendances::{Attendance, Attachment, Moment, Part};
    /// let mut order = Attendance::new(Moment::ExamsChanged);
    /// for code in ["EXEMPLO-A", "EXEMPLO-B"] {
    ///     order = order.procedure(Part::of(&serde_json::json!({ "codigo": code }))?);
    /// }
    /// assert_eq!(order.procedures.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn procedure(mut self, part: Part) -> Self {
        self.procedures.push(part);
        self
    }

    /// Adds a sample that is asked for.
    ///
    /// ```
    /// # use gensoft_client::attendances::{Attendance, Attachment, Moment, Part};
    /// let blood = Part::of(&serde_json::json!({ "material": "sangue" }))?;
    /// let order = Attendance::new(Moment::Created).sample(blood);
    /// assert_eq!(order.samples[0].fields()["material"], "sangue");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sample(mut self, part: Part) -> Self {
        self.samples.push(part);
        self
    }

    /// Adds one who asks.
    ///
    /// ```
    /// # use gensoft_client::attendances::{Attendance, Attachment, Moment, Part};
    /// let doctor = Part::of(&serde_json::json!({ "nome": "Medica Ficticia" }))?;
    /// let order = Attendance::new(Moment::Created).requester(doctor);
    /// assert_eq!(order.requesters.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn requester(mut self, part: Part) -> Self {
        self.requesters.push(part);
        self
    }

    /// Adds a file.
    ///
    /// ```
    /// # use gensoft_client::attendances::{Attendance, Attachment, Moment, Part};
    /// let file = Attachment::from_bytes("pedido.pdf", "application/pdf", b"%PDF-1.7 ...");
    /// let order = Attendance::new(Moment::AttachmentsChanged).attachment(file);
    /// assert_eq!(serde_json::to_value(&order)?["attachments"][0]["name"], "pedido.pdf");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn attachment(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// Sets the clinical data.
    ///
    /// ```
    /// # use gensoft_client::attendances::{Attendance, Attachment, Moment, Part};
    /// let data = Part::of(&serde_json::json!({ "texto": "texto de exemplo" }))?;
    /// let order = Attendance::new(Moment::AttachmentsChanged).clinical_data(data);
    /// assert!(order.clinical_data.is_some() && order.patient.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn clinical_data(mut self, part: Part) -> Self {
        self.clinical_data = Some(part);
        self
    }
}
