//! The settings of a sandbox.

use std::{collections::HashSet, fmt, io};

use common_http::sandbox::{HeaderCase, SandboxClock, Server};

use crate::client::{GensoftClient, GensoftClientBuilder};

use super::{
    AnswerShape, KeyForm, Laboratory, PathForm, ReportForm, Sandbox, WrongSlash, vendor::Gensoft,
};

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) api_key: String,
    pub(super) key_form: KeyForm,
    pub(super) report_path: PathForm,
    pub(super) wrong_slash: WrongSlash,
    pub(super) report_form: ReportForm,
    pub(super) report_field: String,
    pub(super) file_name_required: bool,
    pub(super) executions: Option<HashSet<String>>,
    pub(super) required_fields: Vec<String>,
    pub(super) attendance_answer: AnswerShape,
    pub(super) report_answer: AnswerShape,
}

/// Settings of a [`Sandbox`].
#[derive(Clone)]
#[must_use]
pub struct SandboxBuilder {
    settings: Settings,
    body_limit: usize,
    header_case: HeaderCase,
    port: u16,
}

impl SandboxBuilder {
    pub(super) fn new() -> Self {
        Self {
            settings: Settings {
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
            },
            body_limit: 32 << 20,
            header_case: HeaderCase::Lower,
            port: 0,
        }
    }

    /// The API key that is accepted (default `EXAMPLE-API-KEY`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().api_key("EXAMPLE-OTHER-KEY").start().await?;
    /// assert_eq!(sandbox.api_key(), "EXAMPLE-OTHER-KEY");
    /// # Ok(())
    /// # }
    /// ```
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.settings.api_key = key.into();
        self
    }

    /// How the key stands in `Authorization` (default: bare). The sandbox's own clients follow it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{ErrorKind, GensoftClient, attendances::AttendanceBody, sandbox::Sandbox};
    /// # let order = AttendanceBody::of(&serde_json::json!({ "campo": "valor ficticio" }));
    /// use gensoft_client::sandbox::KeyForm;
    ///
    /// // The other reading: a client that sends the bare key is refused.
    /// let form = KeyForm::Prefixed("ApiKey".to_owned());
    /// let sandbox = Sandbox::builder().key_form(form).start().await?;
    /// let bare = GensoftClient::builder().api_key(sandbox.api_key()).base_url(sandbox.url()).build()?;
    /// let error = bare.send_attendance(order).send().await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    /// # Ok(())
    /// # }
    /// ```
    pub fn key_form(mut self, form: KeyForm) -> Self {
        self.settings.key_form = form;
        self
    }

    /// How the path of a report's upload ends (default: without a slash).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{Body, sandbox::Sandbox};
    /// use gensoft_client::sandbox::PathForm;
    ///
    /// let sandbox = Sandbox::builder().report_path(PathForm::Slash).start().await?;
    /// let upload = sandbox.client().upload_report(&10.into(), Body::from("%PDF-1.7 EXAMPLE"));
    /// upload.trailing_slash(true).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn report_path(mut self, form: PathForm) -> Self {
        self.settings.report_path = form;
        self
    }

    /// What an upload to the other form of the path gets (default: a redirect). An attendance without its slash is
    /// always redirected.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{Body, ErrorKind, sandbox::Sandbox};
    /// use gensoft_client::sandbox::WrongSlash;
    ///
    /// let sandbox = Sandbox::builder().wrong_slash(WrongSlash::NotFound).start().await?;
    /// let upload = sandbox.client().upload_report(&10.into(), Body::from("%PDF-1.7 EXAMPLE"));
    /// let error = upload.trailing_slash(true).send().await.unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NotFound);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wrong_slash(mut self, answer: WrongSlash) -> Self {
        self.settings.wrong_slash = answer;
        self
    }

    /// How the file of a report is carried (default: as the body itself).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{Body, sandbox::Sandbox};
    /// use gensoft_client::sandbox::ReportForm;
    ///
    /// let sandbox = Sandbox::builder().report_form(ReportForm::Multipart).start().await?;
    /// let upload = sandbox.client().upload_report(&10.into(), Body::from("%PDF-1.7 EXAMPLE"));
    /// upload.multipart("file").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn report_form(mut self, form: ReportForm) -> Self {
        self.settings.report_form = form;
        self
    }

    /// The field of the form that holds the file (default `file`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{Body, sandbox::{ReportForm, Sandbox}};
    /// let builder = Sandbox::builder().report_form(ReportForm::Multipart);
    /// let sandbox = builder.report_field("laudo").start().await?;
    /// let upload = sandbox.client().upload_report(&10.into(), Body::from("%PDF-1.7 EXAMPLE"));
    /// upload.multipart("laudo").send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn report_field(mut self, name: impl Into<String>) -> Self {
        self.settings.report_field = name.into();
        self
    }

    /// Whether a file that is the body itself needs a `Content-Disposition` with its name (default yes, as the parser of
    /// the vendor's framework does).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::sandbox::Sandbox;
    /// // For a program of your own that sends no such header.
    /// let sandbox = Sandbox::builder().file_name_required(false).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn file_name_required(mut self, required: bool) -> Self {
        self.settings.file_name_required = required;
        self
    }

    /// The executions that there are; a report of any other is answered 404 (default: every id is one).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{Body, ErrorKind, sandbox::Sandbox};
    /// let sandbox = Sandbox::builder().executions(["10", "11"]).start().await?;
    /// let upload = sandbox.client().upload_report(&12.into(), Body::from("%PDF-1.7 EXAMPLE"));
    /// assert_eq!(upload.send().await.unwrap_err().kind(), ErrorKind::NotFound);
    /// # Ok(())
    /// # }
    /// ```
    pub fn executions<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.settings.executions = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// The members that an attendance must have; without one, or where it is null, it is answered 400 with the field's
    /// error (default: none, since the vendor names no field).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{attendances::AttendanceBody, sandbox::Sandbox};
    /// // As Gensoft's support said of your installation, say.
    /// let sandbox = Sandbox::builder().required_fields(["paciente"]).start().await?;
    /// let order = AttendanceBody::of(&serde_json::json!({ "campo": "valor ficticio" }));
    /// let error = sandbox.client().send_attendance(order).send().await.unwrap_err();
    /// assert!(error.message().is_some_and(|message| message.contains("paciente")));
    /// # Ok(())
    /// # }
    /// ```
    pub fn required_fields<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.settings.required_fields = names.into_iter().map(Into::into).collect();
        self
    }

    /// What an attendance that was taken is answered (default: the document's kittens).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{attendances::AttendanceBody, sandbox::{AnswerShape, Sandbox}};
    /// # let order = AttendanceBody::of(&serde_json::json!({ "campo": "valor ficticio" }));
    /// let sandbox = Sandbox::builder().attendance_answer(AnswerShape::EmptyCreated).start().await?;
    /// let reply = sandbox.client().send_attendance(order).send().await?;
    /// assert_eq!((reply.status().as_u16(), reply.raw().is_none()), (201, true));
    /// # Ok(())
    /// # }
    /// ```
    pub fn attendance_answer(mut self, shape: AnswerShape) -> Self {
        self.settings.attendance_answer = shape;
        self
    }

    /// What a report that was taken is answered (default: the document's kittens).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{Body, sandbox::{AnswerShape, Sandbox}};
    /// // What your installation really answers.
    /// let answer = AnswerShape::Json(serde_json::json!({ "versao": 2 }));
    /// let sandbox = Sandbox::builder().report_answer(answer).start().await?;
    /// let upload = sandbox.client().upload_report(&10.into(), Body::from("%PDF-1.7 EXAMPLE"));
    /// assert_eq!(upload.send().await?.json::<serde_json::Value>()?["versao"], 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn report_answer(mut self, shape: AnswerShape) -> Self {
        self.settings.report_answer = shape;
        self
    }

    /// The largest request body in bytes; a larger one is answered 413 (default 32 MiB; the vendor's limit is unknown).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{Body, sandbox::Sandbox};
    /// let sandbox = Sandbox::builder().body_limit(10).start().await?;
    /// let upload = sandbox.client().upload_report(&10.into(), Body::from("%PDF-1.7 EXAMPLE"));
    /// let error = upload.send().await.unwrap_err();
    /// assert_eq!(error.status(), Some(http::StatusCode::PAYLOAD_TOO_LARGE));
    /// # Ok(())
    /// # }
    /// ```
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How header names are written (default lower case, as HTTP/2 delivers them).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::sandbox::{HeaderCase, Sandbox};
    /// let sandbox = Sandbox::builder().header_case(HeaderCase::Title).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn header_case(mut self, case: HeaderCase) -> Self {
        self.header_case = case;
        self
    }

    /// The port on 127.0.0.1 (default 0: a free one).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::sandbox::Sandbox;
    /// // An address that a program in another language knows.
    /// # let port = 0;
    /// let sandbox = Sandbox::builder().port(port).start().await?;
    /// println!("export GENSOFT_BASE_URL={}", sandbox.url());
    /// # Ok(())
    /// # }
    /// ```
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts the sandbox, in the tokio runtime of any flavour in which this is awaited.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().api_key("EXAMPLE-OTHER-KEY").start().await?;
    /// assert!(sandbox.url().starts_with("http://127.0.0.1:"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The port cannot be had; or ([`io::ErrorKind::InvalidInput`]) the key is empty or cannot be sent in a header, or
    /// the field of the form has no name.
    pub async fn start(self) -> io::Result<Sandbox> {
        let settings = self.settings;
        let can_be_sent = |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if settings.api_key.trim() != settings.api_key
            || settings.api_key.is_empty()
            || !can_be_sent(&settings.api_key)
        {
            return Err(invalid("the key must be of visible ASCII characters"));
        }
        if settings.report_field.is_empty() {
            return Err(invalid("the field of the form must have a name"));
        }
        let clock = SandboxClock::new();
        let laboratory = Laboratory::new(settings, clock.clone());
        let server = Server::builder(Gensoft(laboratory.clone()))
            .clock(clock)
            .header_case(self.header_case)
            .body_limit(self.body_limit)
            .port(self.port)
            .start()
            .await?;
        let client = client_builder(&server, &laboratory).build();
        let client: GensoftClient =
            client.map_err(|_| invalid("no client can be built with the TLS features set"))?;
        Ok(Sandbox {
            server,
            laboratory,
            client,
        })
    }
}

/// A client's builder with the sandbox's address and key.
pub(super) fn client_builder(server: &Server, laboratory: &Laboratory) -> GensoftClientBuilder {
    let settings = laboratory.settings();
    let builder = GensoftClient::builder()
        .base_url(server.url())
        .api_key(settings.api_key.as_str());
    match &settings.key_form {
        KeyForm::Prefixed(prefix) => builder.auth_prefix(prefix),
        KeyForm::Bare | KeyForm::Any => builder,
    }
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

/// Without the key.
impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("key_form", &self.settings.key_form)
            .field("report_path", &self.settings.report_path)
            .field("report_form", &self.settings.report_form)
            .finish_non_exhaustive()
    }
}
