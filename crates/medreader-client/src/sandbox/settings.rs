//! The settings of a sandbox.

use std::io;
use std::time::Duration;

use common_http::safe_debug;
use common_http::sandbox::HeaderCase;

use crate::sandbox::people::{Permission, Tenant};
use crate::sandbox::prescriptions::{Analysis, Processing};
use crate::sandbox::readings::{
    EmptyFolder, ErrorShape, IdReading, PathForm, TimeStyle, UnknownFolder,
};

/// Longer durations are shortened to this, so that no time is beyond what the time type holds.
const LONGEST: Duration = Duration::from_secs(1 << 36);

/// What a test can set.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use std::time::Duration;
///
/// use medreader_client::sandbox::{Analysis, IdReading, Lockout, Processing, Sandbox, Settings};
///
/// // The second poll finds the result: an error, under another id than that of the upload.
/// let sandbox = Sandbox::with(Settings {
///     processing: Processing::Polls(1),
///     analysis: Analysis::error(),
///     result_ids: IdReading::Different,
///     lockout: Some(Lockout { failures: 3, ..Lockout::default() }),
///     ..Settings::default()
/// })
/// .await?;
/// assert_eq!(sandbox.settings.tenant_id, "EXAMPLE-TENANT");
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Settings {
    /// The id of the sandbox's own tenant: `EXAMPLE-TENANT` by default.
    pub tenant_id: String,
    /// The e-mail address of that tenant's first user: `usuario@example.invalid` by default.
    pub email: String,
    /// The password of that user: `EXAMPLE-PASSWORD` by default.
    pub password: String,
    /// The permissions of that user: [`Permission::Admin`] by default.
    pub permissions: Vec<Permission>,
    /// Whether that tenant has a configuration (all null), as it does by default. Without one,
    /// reading and updating it is answered 404.
    pub configured: bool,
    /// More tenants. None by default.
    pub other_tenants: Vec<Tenant>,
    /// Whether the configuration's secrets come back as `***`. Not by default: the document shows
    /// them in full.
    pub mask_secrets: bool,
    /// How long a token lives by the sandbox's clock, which is also its `expires_in` in whole
    /// seconds. One hour by default, as documented.
    pub token_life: Duration,
    /// When failed logins lock a user out. `None` is never.
    pub lockout: Option<Lockout>,
    /// When the processing of a prescription ends: after 250 ms by default.
    pub processing: Processing,
    /// What processing ends in: completed with a score of 95 by default. For single uploads see
    /// [`Backend::next_analyses`](crate::sandbox::Backend::next_analyses).
    pub analysis: Analysis,
    /// Whether a result, alone and among a folder's, has the upload's id (default) or its own,
    /// which may be a number.
    pub result_ids: IdReading,
    /// Whether a webhook has the upload's id (default) or its own, which is not the result's
    /// either and may be a number.
    pub webhook_ids: IdReading,
    /// The form of `folder_fullpath`: by default each answer as its example in the document.
    pub path_form: PathForm,
    /// What the results of an unknown folder are: 404 by default.
    pub unknown_folder: UnknownFolder,
    /// What the results of an empty folder are: an empty list by default.
    pub empty_folder: EmptyFolder,
    /// Whether every UUID is the id of a folder, for programs that are tried with any id. Not by
    /// default. A folder that was not there is at the root once its id was used.
    pub every_folder: bool,
    /// Whether a file is refused if its content begins like none of the four formats, as it is by
    /// default. Its content type must be one of the four in any case.
    pub check_content: bool,
    /// The form of an error's body.
    pub error_shape: ErrorShape,
    /// Whether what is missing is written as null (default) or left out, in answers and webhooks.
    pub nulls: bool,
    /// How times are written: as in the document by default.
    pub times: TimeStyle,
    /// Whether a webhook is sent when processing ended in an error. Not by default: the document
    /// does not say.
    pub webhooks_for_errors: bool,
    /// How many times a webhook is sent until the receiver answers 200: 10 by default, at least 1.
    /// The document says only that it may be sent again.
    pub webhook_attempts: usize,
    /// The time between two attempts of a webhook, by the sandbox's clock: 200 ms by default.
    pub webhook_retry_delay: Duration,
    /// How long the receiver of a webhook may take to answer, in real time: 10 s by default.
    pub webhook_timeout: Duration,
    /// How many webhooks are sent at once, at least 1. The default 1 keeps them in order.
    pub webhook_concurrency: usize,
    /// The largest request body in bytes: 32 MiB by default. A larger one is answered 413. The
    /// vendor's limit is not known.
    pub body_limit: usize,
    /// How header names are written. Lower case by default, as HTTP/2 has them.
    pub header_case: HeaderCase,
    /// The port on 127.0.0.1. 0, the default, takes a free one.
    pub port: u16,
}

safe_debug!(Settings { tenant_id });

/// When failed logins lock a user out.
///
/// The document has the answer (429 `too_many_attempts`), but neither the number nor the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lockout {
    /// The number of failed logins after which every login of the e-mail address in its tenant is
    /// refused, also with the right password. 5 by default. A login that succeeds before resets it.
    pub failures: usize,
    /// How long logins are refused, by the sandbox's clock. 15 minutes by default.
    pub duration: Duration,
    /// Whether the 429 has `Retry-After` with the seconds that are left. Not by default.
    pub retry_after: bool,
}

impl Default for Lockout {
    fn default() -> Self {
        Self {
            failures: 5,
            duration: Duration::from_secs(15 * 60),
            retry_after: false,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tenant_id: "EXAMPLE-TENANT".to_owned(),
            email: "usuario@example.invalid".to_owned(),
            password: "EXAMPLE-PASSWORD".to_owned(),
            permissions: vec![Permission::Admin],
            configured: true,
            other_tenants: Vec::new(),
            mask_secrets: false,
            token_life: Duration::from_secs(3600),
            lockout: Some(Lockout::default()),
            processing: Processing::Delay(Duration::from_millis(250)),
            analysis: Analysis::completed(95),
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
            body_limit: 32 << 20,
            header_case: HeaderCase::Lower,
            port: 0,
        }
    }
}

impl Settings {
    /// Refuses settings that make no sense, and shortens durations that are too long to add to a
    /// time.
    pub(super) fn checked(mut self) -> io::Result<Self> {
        if self.webhook_attempts == 0 || self.webhook_concurrency == 0 {
            let problem = "webhooks need at least one attempt, and one at a time";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        self.token_life = self.token_life.min(LONGEST);
        self.webhook_retry_delay = self.webhook_retry_delay.min(LONGEST);
        if let Some(lockout) = &mut self.lockout {
            lockout.duration = lockout.duration.min(LONGEST);
        }
        if let Processing::Delay(delay) = &mut self.processing {
            *delay = (*delay).min(LONGEST);
        }
        Ok(self)
    }
}
