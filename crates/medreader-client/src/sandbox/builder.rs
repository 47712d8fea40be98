//! The settings of a sandbox.

use std::{fmt, io, time::Duration};

use crate::client::{MedReaderClient, MedReaderClientBuilder};
use common_http::sandbox::{HeaderCase, SandboxClock, Server};

use super::{
    Backend, Sandbox,
    outcome::{Outcome, Processing},
    people::{Permission, Tenant, User},
    readings::{EmptyFolder, ErrorShape, IdReading, PathForm, TimeStyle, UnknownFolder},
    vendor::MedReader,
    webhook::sender::Sender,
};

/// When failed logins lock a login name out.
///
/// The document has the answer (429 `too_many_attempts`) and neither the number nor the time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Lockout {
    pub(super) failures: usize,
    pub(super) duration: Duration,
    pub(super) retry_after: bool,
}

impl Lockout {
    /// After this many failed logins of one e-mail address in a tenant, every further login of that address, the
    /// right password included, is refused for this long by the sandbox's clock. A login that succeeds before that
    /// sets the count back.
    ///
    /// ```
    /// use std::time::Duration;
    /// use medreader_client::sandbox::{Lockout, Sandbox};
    ///
    /// let builder = Sandbox::builder().lockout(Lockout::new(3, Duration::from_secs(60)));
    /// ```
    pub fn new(failures: usize, duration: Duration) -> Self {
        Self {
            failures,
            duration,
            retry_after: false,
        }
    }

    /// Sends `Retry-After` with the 429: the seconds that are left.
    ///
    /// ```
    /// use std::time::Duration;
    /// use medreader_client::sandbox::{Lockout, Sandbox};
    ///
    /// let rule = Lockout::new(3, Duration::from_secs(60)).with_retry_after();
    /// let builder = Sandbox::builder().lockout(rule);
    /// ```
    pub fn with_retry_after(mut self) -> Self {
        self.retry_after = true;
        self
    }
}

pub(super) struct Settings {
    pub(super) tenant_id: String,
    pub(super) user: User,
    pub(super) others: Vec<Tenant>,
    pub(super) configured: bool,
    pub(super) mask_secrets: bool,
    pub(super) token_life: Duration,
    pub(super) lockout: Option<Lockout>,
    pub(super) processing: Processing,
    pub(super) outcome: Outcome,
    pub(super) result_ids: IdReading,
    pub(super) webhook_ids: IdReading,
    pub(super) path_form: PathForm,
    pub(super) unknown_folder: UnknownFolder,
    pub(super) empty_folder: EmptyFolder,
    pub(super) every_folder: bool,
    pub(super) check_content: bool,
    pub(super) error_shape: ErrorShape,
    pub(super) nulls: bool,
    pub(super) times: TimeStyle,
    pub(super) webhooks_for_errors: bool,
    pub(super) webhook_attempts: usize,
    pub(super) webhook_retry_delay: Duration,
    pub(super) webhook_timeout: Duration,
    pub(super) webhook_concurrency: usize,
}

/// Settings of a [`Sandbox`].
#[must_use]
pub struct SandboxBuilder {
    settings: Settings,
    body_limit: usize,
    header_case: HeaderCase,
    port: u16,
}

impl SandboxBuilder {
    pub(super) fn new() -> Self {
        let user = User::new("usuario@example.invalid", "EXAMPLE-PASSWORD");
        let settings = Settings {
            tenant_id: "EXAMPLE-TENANT".to_owned(),
            user: user.permissions([Permission::Admin]),
            others: Vec::new(),
            configured: true,
            mask_secrets: false,
            token_life: Duration::from_secs(3600),
            lockout: Some(Lockout::new(5, Duration::from_secs(15 * 60))),
            processing: Processing::Delay(Duration::from_millis(250)),
            outcome: Outcome::completed(95),
            result_ids: IdReading::default(),
            webhook_ids: IdReading::default(),
            path_form: PathForm::default(),
            unknown_folder: UnknownFolder::default(),
            empty_folder: EmptyFolder::default(),
            every_folder: false,
            check_content: true,
            error_shape: ErrorShape::default(),
            nulls: true,
            times: TimeStyle::default(),
            webhooks_for_errors: false,
            webhook_attempts: 10,
            webhook_retry_delay: Duration::from_millis(200),
            webhook_timeout: Duration::from_secs(10),
            webhook_concurrency: 1,
        };
        Self {
            settings,
            body_limit: 32 << 20,
            header_case: HeaderCase::Lower,
            port: 0,
        }
    }

    /// The id of the sandbox's own tenant (default `EXAMPLE-TENANT`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use medreader_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().tenant_id("EXAMPLE-TENANT-2").start().await?;
    /// assert_eq!(sandbox.tenant_id(), "EXAMPLE-TENANT-2");
    /// # Ok(())
    /// # }
    /// ```
    pub fn tenant_id(mut self, id: impl Into<String>) -> Self {
        self.settings.tenant_id = id.into();
        self
    }

    /// The e-mail address of the tenant's first user (default `usuario@example.invalid`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use medreader_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().email("outro@example.invalid").start().await?;
    /// assert_eq!(sandbox.email(), "outro@example.invalid");
    /// # Ok(())
    /// # }
    /// ```
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.settings.user.email = email.into();
        self
    }

    /// The password of the tenant's first user.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use medreader_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().password("EXAMPLE-PASSWORD-2").start().await?;
    /// assert_eq!(sandbox.password(), "EXAMPLE-PASSWORD-2");
    /// # Ok(())
    /// # }
    /// ```
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.settings.user.password = password.into();
        self
    }

    /// The permissions of the tenant's first user (default [`Permission::Admin`]).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use medreader_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().permissions([]).start().await?;
    /// assert!(sandbox.client().configuration().get().send().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn permissions(mut self, permissions: impl IntoIterator<Item = Permission>) -> Self {
        self.settings.user = self.settings.user.permissions(permissions);
        self
    }

    /// Another tenant beside the sandbox's own. More users of a tenant: [`Backend::add_user`].
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::Tenant;
    ///
    /// let builder = Sandbox::builder().tenant(Tenant::new("EXAMPLE-TENANT-2"));
    /// ```
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.settings.others.push(tenant);
        self
    }

    /// The tenant has no configuration: reading and changing it is answered 404 (default: it has one, all null).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use medreader_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().without_configuration().start().await?;
    /// assert!(sandbox.client().configuration().get().send().await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn without_configuration(mut self) -> Self {
        self.settings.configured = false;
        self
    }

    /// Whether the configuration's secrets come back as `***` (default no: the document shows them in full).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().mask_secrets(true);
    /// ```
    pub fn mask_secrets(mut self, on: bool) -> Self {
        self.settings.mask_secrets = on;
        self
    }

    /// How long a token lives by the sandbox's clock, which is also its `expires_in` in whole seconds (default one
    /// hour, as in the document).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// # use std::time::Duration;
    /// let builder = Sandbox::builder().token_life(Duration::from_secs(90));
    /// ```
    pub fn token_life(mut self, life: Duration) -> Self {
        self.settings.token_life = life;
        self
    }

    /// When failed logins lock a login name out (default: 5 of them for 15 minutes, without `Retry-After`), or `None`
    /// for never.
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().lockout(None);
    /// ```
    pub fn lockout(mut self, lockout: impl Into<Option<Lockout>>) -> Self {
        self.settings.lockout = lockout.into();
        self
    }

    /// A prescription is processed when this time has passed by the sandbox's clock (default 250 ms).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// # use std::time::Duration;
    /// let builder = Sandbox::builder().processing_delay(Duration::from_secs(60));
    /// ```
    pub fn processing_delay(mut self, delay: Duration) -> Self {
        self.settings.processing = Processing::Delay(delay);
        self
    }

    /// A prescription is processed when this many answers, single results and folders' results alike, have shown it
    /// as `processing`; by 0 at once.
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().processing_polls(3);
    /// ```
    pub fn processing_polls(mut self, polls: usize) -> Self {
        self.settings.processing = Processing::Polls(polls);
        self
    }

    /// A prescription is processed when the test says so: [`Backend::finish`], [`Backend::fail`].
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().processing_by_hand();
    /// ```
    pub fn processing_by_hand(mut self) -> Self {
        self.settings.processing = Processing::ByHand;
        self
    }

    /// What processing ends in (default completed with a score of 95 and made-up notes). For single uploads:
    /// [`Backend::next_outcomes`].
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::Outcome;
    ///
    /// let builder = Sandbox::builder().outcome(Outcome::error());
    /// ```
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.settings.outcome = outcome;
        self
    }

    /// Whether results and webhooks have the upload's id (default) or each an id of its own.
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::IdReading;
    ///
    /// let builder = Sandbox::builder().ids(IdReading::Different);
    /// ```
    pub fn ids(self, reading: IdReading) -> Self {
        self.result_ids(reading).webhook_ids(reading)
    }

    /// Whether a result, alone and in its folder's results, has the upload's id (default) or one of its own.
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::IdReading;
    ///
    /// let builder = Sandbox::builder().result_ids(IdReading::Different);
    /// ```
    pub fn result_ids(mut self, reading: IdReading) -> Self {
        self.settings.result_ids = reading;
        self
    }

    /// Whether a webhook has the upload's id (default) or one of its own, which is not the result's either.
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::IdReading;
    ///
    /// let builder = Sandbox::builder().webhook_ids(IdReading::Different);
    /// ```
    pub fn webhook_ids(mut self, reading: IdReading) -> Self {
        self.settings.webhook_ids = reading;
        self
    }

    /// The form of `folder_fullpath` (default: each answer as its example in the document).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::PathForm;
    ///
    /// let builder = Sandbox::builder().path_form(PathForm::Normalised);
    /// ```
    pub fn path_form(mut self, form: PathForm) -> Self {
        self.settings.path_form = form;
        self
    }

    /// What the results of a folder that does not exist are (default 404).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::UnknownFolder;
    ///
    /// let builder = Sandbox::builder().unknown_folder(UnknownFolder::NoResults);
    /// ```
    pub fn unknown_folder(mut self, reading: UnknownFolder) -> Self {
        self.settings.unknown_folder = reading;
        self
    }

    /// What the results of a folder that has none are (default an empty list).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::EmptyFolder;
    ///
    /// let builder = Sandbox::builder().empty_folder(EmptyFolder::NotFound);
    /// ```
    pub fn empty_folder(mut self, reading: EmptyFolder) -> Self {
        self.settings.empty_folder = reading;
        self
    }

    /// Every UUID is the id of a folder: one that was not there is at the root from the moment it is asked for
    /// (default no). For programs that are tried out with whatever id.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use medreader_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().every_folder(true).start().await?;
    /// let any = "00000000-0000-4000-8000-00000000abcd".into();
    /// sandbox.client().folders().get(&any).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn every_folder(mut self, on: bool) -> Self {
        self.settings.every_folder = on;
        self
    }

    /// Whether an uploaded file is refused when its content begins as none of the four formats (default yes). That
    /// the content type it was sent with is one of the four is asked in any case.
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().check_content(false);
    /// ```
    pub fn check_content(mut self, on: bool) -> Self {
        self.settings.check_content = on;
        self
    }

    /// The form of an error's body.
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::ErrorShape;
    ///
    /// let builder = Sandbox::builder().error_shape(ErrorShape::Nested);
    /// ```
    pub fn error_shape(mut self, shape: ErrorShape) -> Self {
        self.settings.error_shape = shape;
        self
    }

    /// Whether what is not there is null (default) or left out, in answers and webhooks.
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().nulls(false);
    /// ```
    pub fn nulls(mut self, written: bool) -> Self {
        self.settings.nulls = written;
        self
    }

    /// How times are written (default as in the document).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::TimeStyle;
    ///
    /// let builder = Sandbox::builder().times(TimeStyle::Offset);
    /// ```
    pub fn times(mut self, style: TimeStyle) -> Self {
        self.settings.times = style;
        self
    }

    /// Whether a webhook is sent for a prescription whose processing ended in an error (default no). The document does
    /// not say.
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().webhooks_for_errors(true);
    /// ```
    pub fn webhooks_for_errors(mut self, on: bool) -> Self {
        self.settings.webhooks_for_errors = on;
        self
    }

    /// How many times a webhook is sent until the receiver answers 200 (default 10, at least 1). The document says
    /// only that it may be sent again.
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().webhook_attempts(3);
    /// ```
    pub fn webhook_attempts(mut self, most: usize) -> Self {
        self.settings.webhook_attempts = most;
        self
    }

    /// The time between two attempts of a webhook, by the sandbox's clock (default 200 ms).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// # use std::time::Duration;
    /// let builder = Sandbox::builder().webhook_retry_delay(Duration::from_secs(30));
    /// ```
    pub fn webhook_retry_delay(mut self, delay: Duration) -> Self {
        self.settings.webhook_retry_delay = delay;
        self
    }

    /// How long the receiver of a webhook has for its answer, in real time (default 10 s).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// # use std::time::Duration;
    /// let builder = Sandbox::builder().webhook_timeout(Duration::from_secs(2));
    /// ```
    pub fn webhook_timeout(mut self, limit: Duration) -> Self {
        self.settings.webhook_timeout = limit;
        self
    }

    /// How many webhooks are on their way at once (default 1, which keeps them in order; at least 1).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().webhook_concurrency(8);
    /// ```
    pub fn webhook_concurrency(mut self, most: usize) -> Self {
        self.settings.webhook_concurrency = most;
        self
    }

    /// The largest request body in bytes; a larger one is answered 413 (default 32 MiB; the vendor's limit is unknown).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().body_limit(1 << 20);
    /// ```
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How header names are written (default lower case, as HTTP/2 delivers them).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// use medreader_client::sandbox::HeaderCase;
    ///
    /// let builder = Sandbox::builder().header_case(HeaderCase::Title);
    /// ```
    pub fn header_case(mut self, case: HeaderCase) -> Self {
        self.header_case = case;
        self
    }

    /// The port on 127.0.0.1 (default 0: a free one).
    ///
    /// ```
    /// # use medreader_client::sandbox::Sandbox;
    /// let builder = Sandbox::builder().port(8080);
    /// ```
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts the sandbox, in the tokio runtime of any flavour in which this is awaited; its time and I/O must be on.
    ///
    /// # Errors
    /// The port cannot be had; or ([`io::ErrorKind::InvalidInput`]) webhooks would never be sent.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use medreader_client::sandbox::Sandbox;
    /// let sandbox = Sandbox::builder().start().await?;
    /// println!("{}", sandbox.url());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn start(self) -> io::Result<Sandbox> {
        if self.settings.webhook_attempts == 0 || self.settings.webhook_concurrency == 0 {
            let why = "a webhook must be allowed one attempt, and one at a time";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let clock = SandboxClock::new();
        let backend = Backend::new(self.settings, clock.clone());
        let server = Server::builder(MedReader(backend.clone()))
            .clock(clock)
            .header_case(self.header_case)
            .body_limit(self.body_limit)
            .port(self.port)
            .start()
            .await?;
        let sender = Sender::start(backend.clone());
        let client = client_builder(&server, &backend).build();
        let client = client.map_err(|_| {
            let why = "no client can be built with the TLS features set";
            io::Error::new(io::ErrorKind::InvalidInput, why)
        })?;
        Ok(Sandbox {
            server,
            backend,
            client,
            _sender: sender,
        })
    }
}

/// A client's builder with the sandbox's address and credentials.
pub(super) fn client_builder(server: &Server, backend: &Backend) -> MedReaderClientBuilder {
    let settings = backend.settings();
    MedReaderClient::builder()
        .base_url(server.url())
        .tenant(settings.tenant_id.as_str())
        .credentials(
            settings.user.email.as_str(),
            settings.user.password.as_str(),
        )
}

/// Without the credentials.
impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("tenant_id", &self.settings.tenant_id)
            .finish_non_exhaustive()
    }
}
