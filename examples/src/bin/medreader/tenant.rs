//! The tenant to work with: a real one, or the sandbox's.

use std::io;

use common_http::{Cause, Delivery, Error, ErrorKind};
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{built_in, configured, settings};
use medreader_client::sandbox::{Sandbox, Settings};
use medreader_client::{ErrorCode, MedReaderClient, MedReaderClientBuilder};

/// What to do if nobody knows whether an upload arrived.
pub(crate) const UPLOAD_IN_DOUBT: &str =
    "the file may have arrived: check `results --folder ID` before you upload it again";

/// What to do if nobody knows whether a folder was created.
pub(crate) const FOLDER_IN_DOUBT: &str =
    "the folder may have been created: if the name is taken now, it was";

const BASE_URL: &str = "MEDREADER_BASE_URL";
const ACCOUNT: [&str; 3] = [
    "MEDREADER_TENANT_ID",
    "MEDREADER_EMAIL",
    "MEDREADER_PASSWORD",
];

pub(crate) struct Tenant {
    pub(crate) client: MedReaderClient,
    pub(crate) progress: Progress,
    /// Kept alive: it answers the client.
    _sandbox: Option<Sandbox>,
}

impl Tenant {
    /// The tenant that the environment names, or the sandbox's if it names no address.
    pub(crate) async fn from_environment() -> Result<Self, Failure> {
        let (builder, sandbox) = match settings::optional(BASE_URL)? {
            Some(_) => {
                let builder = MedReaderClientBuilder::from_env().map_err(settings::wrong)?;
                (builder, None)
            }
            None => {
                let sandbox = sandbox().await?;
                (sandbox.client_builder(), Some(sandbox))
            }
        };
        let progress = Progress::new();
        let http = settings::http()?.observer(progress.waits());
        Ok(Self {
            client: configured::medreader(builder, http)?,
            progress,
            _sandbox: sandbox,
        })
    }

    /// Makes a call, with a bar that is removed at its end.
    pub(crate) async fn call<T>(
        &self,
        what: &'static str,
        call: impl Future<Output = common_http::Result<T>>,
    ) -> Result<T, Failure> {
        self.progress.begin_call(what);
        let answer = call.await.map_err(failure)?;
        self.progress.end();
        Ok(answer)
    }
}

/// The failure of a call, with advice that knows this program's settings.
pub(crate) fn failure(error: Error) -> Failure {
    if let Some(advice) = of_effect(&error) {
        return Failure::from(error).advise(advice);
    }
    let advice = match (error.kind(), ErrorCode::of(&error)) {
        (_, Some(ErrorCode::TenantInvalid)) => "check MEDREADER_TENANT_ID",
        // With a pause, the shared advice shows it.
        (ErrorKind::Credentials, _) if error.retry_after().is_none() => {
            "check MEDREADER_EMAIL, MEDREADER_PASSWORD and MEDREADER_TENANT_ID"
        }
        (_, Some(ErrorCode::TooManyAttempts)) => {
            "too many logins failed: wait, and check MEDREADER_EMAIL and MEDREADER_PASSWORD first"
        }
        (ErrorKind::PermissionDenied, _) => {
            "does MEDREADER_EMAIL have the permission? The tenant's settings need `admin` or \
             `configurations`"
        }
        (_, Some(ErrorCode::FolderNameDuplicate)) => {
            "a folder of this name (as the vendor normalises it) exists: use another name or \
             another --parent"
        }
        (_, Some(ErrorCode::ParentFolderNotFound)) => {
            "is --parent the id of a folder, and not its name?"
        }
        (_, Some(ErrorCode::FolderNotFound)) => {
            "is this the id of a folder of this tenant, and not its name?"
        }
        (_, Some(ErrorCode::PrescriptionFileNotFound)) => {
            "is this the id of a prescription? It may not be available right after the upload; \
             `results --folder ID` lists those of a folder"
        }
        (_, Some(ErrorCode::TenantConfigurationNotFound)) => {
            "this tenant has no settings yet: ask the vendor"
        }
        (ErrorKind::InvalidInput, Some(ErrorCode::ValidationError)) => {
            "a folder's name must contain a digit or a letter from a to z"
        }
        (ErrorKind::InvalidInput, Some(ErrorCode::BadRequest)) => {
            "the vendor accepts PDF, JPEG, PNG and TIFF files that are not empty and have no \
             control characters in their names"
        }
        (ErrorKind::InvalidInput, Some(ErrorCode::NoFieldsToUpdate)) => {
            "give at least one setting; `config-set --help` lists them"
        }
        (ErrorKind::InvalidInput, None) => {
            "give the id as the vendor printed it: it is not a name and not a path"
        }
        (ErrorKind::NotFound | ErrorKind::Rejected, _) if takes_a_folder(&error) => {
            match error.operation() {
                Some("medreader.folders.create") => {
                    "does NAME have letters or digits? If --parent is given, is it the id of a \
                     folder, and not its name?"
                }
                _ => {
                    "is it the id of a folder, and not its name? If so, the vendor does not accept \
                     the rest"
                }
            }
        }
        (ErrorKind::Connect, _)
            if matches!(error.cause(), None | Some(Cause::Dns | Cause::Refused)) =>
        {
            "is MEDREADER_BASE_URL right, and can this machine reach it?"
        }
        (ErrorKind::LocalIo, _) if error.io_kind() == Some(io::ErrorKind::NotFound) => {
            "there is no such file: is the path given as FILE right?"
        }
        (ErrorKind::LocalIo, _) if error.io_kind() == Some(io::ErrorKind::PermissionDenied) => {
            "may this user read the file?"
        }
        _ => return Failure::from(error),
    };
    Failure::from(error).advise(advice)
}

/// The advice for a call that has had an effect, or may have had one: trying again could repeat it.
fn of_effect(error: &Error) -> Option<&'static str> {
    let (in_doubt, done) = match error.operation()? {
        "medreader.prescriptions.upload" => (
            Some(UPLOAD_IN_DOUBT),
            "the upload succeeded, but its answer is not readable: do not upload it again; \
             check `results --folder ID`",
        ),
        "medreader.folders.create" => (
            Some(FOLDER_IN_DOUBT),
            "the folder was created, but its answer is not readable: ask the vendor for its id",
        ),
        // The same change may be made again.
        "medreader.configuration.update" => (
            None,
            "the settings were changed, but the answer is not readable: `config-get` shows them",
        ),
        _ => return None,
    };
    match (error.delivery(), error.kind()) {
        (Delivery::Unknown, _) => in_doubt,
        // The status says success.
        (Delivery::Answered, ErrorKind::Decode | ErrorKind::TooLarge) => Some(done),
        _ => None,
    }
}

/// Whether the vendor may have said so because of a folder's id.
fn takes_a_folder(error: &Error) -> bool {
    let status = error.status().map(|status| status.as_u16());
    matches!(status, Some(400 | 404 | 422))
        && error.operation().is_some_and(|operation| {
            operation.starts_with("medreader.folders.")
                || operation.ends_with(".upload")
                || operation.ends_with(".results")
        })
}

async fn sandbox() -> Result<Sandbox, Failure> {
    // Each run has its own sandbox, so folder ids from an earlier run must be accepted, too.
    let settings = Settings {
        every_folder: true,
        ..Settings::default()
    };
    let sandbox = built_in::started(Sandbox::with(settings).await)?;
    built_in::announce(BASE_URL, "with invented data", &ACCOUNT);
    Ok(sandbox)
}
