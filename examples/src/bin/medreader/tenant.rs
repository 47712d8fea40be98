//! The tenant whose data it is: the vendor's, or the sandbox's.

use std::env;
use std::io;

use common_http::{Error, ErrorKind};
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{output, settings};
use medreader_client::sandbox::Sandbox;
use medreader_client::{ErrorCode, MedReaderClient, MedReaderClientBuilder};

const OTHERS: [&str; 3] = [
    "MEDREADER_TENANT_ID",
    "MEDREADER_EMAIL",
    "MEDREADER_PASSWORD",
];

pub(crate) struct Tenant {
    pub(crate) client: MedReaderClient,
    pub(crate) progress: Progress,
    /// Answers for as long as it is here.
    _sandbox: Option<Sandbox>,
}

impl Tenant {
    /// The tenant that the environment names, or the sandbox's where it names no address.
    pub(crate) async fn from_environment() -> Result<Self, Failure> {
        let (builder, sandbox) = match settings::optional("MEDREADER_BASE_URL")? {
            Some(url) => (configured(url)?, None),
            None => {
                let sandbox = sandbox().await?;
                (sandbox.client_builder(), Some(sandbox))
            }
        };
        let progress = Progress::new();
        let http = settings::http().observer(progress.waits());
        let client = builder.http(http).build().map_err(|error| {
            Failure::from(error).advise(
                "check MEDREADER_BASE_URL and MEDREADER_TENANT_ID; only ALLOW_PLAIN_HTTP=1 allows plain http to another machine",
            )
        })?;
        Ok(Self {
            client,
            progress,
            _sandbox: sandbox,
        })
    }
}

/// The failure of a call, with advice that knows this program's settings.
pub(crate) fn failure(error: Error) -> Failure {
    let advice = match (error.kind(), ErrorCode::of(&error)) {
        (_, Some(ErrorCode::TenantInvalid)) => "check MEDREADER_TENANT_ID",
        // A pause is named where there is one.
        (ErrorKind::Credentials, _) if error.retry_after().is_none() => {
            "check MEDREADER_EMAIL, MEDREADER_PASSWORD and MEDREADER_TENANT_ID"
        }
        (_, Some(ErrorCode::TooManyAttempts)) => {
            "too many logins failed: wait, and check MEDREADER_EMAIL and MEDREADER_PASSWORD first"
        }
        (ErrorKind::PermissionDenied, _) => {
            "does MEDREADER_EMAIL have the right? The tenant's settings need `admin` or `configurations`"
        }
        (_, Some(ErrorCode::FolderNameDuplicate)) => {
            "a folder of this name (as the vendor normalises it) is there: take another name or another --parent"
        }
        (_, Some(ErrorCode::ParentFolderNotFound)) => "is --parent the id of a folder?",
        (_, Some(ErrorCode::FolderNotFound)) => "is this the id of a folder of this tenant?",
        (_, Some(ErrorCode::PrescriptionFileNotFound)) => {
            "is this the id of a prescription? Right after its upload it may not be there yet; `results --folder ID` lists those of a folder"
        }
        (_, Some(ErrorCode::TenantConfigurationNotFound)) => {
            "this tenant has no settings yet: ask the vendor"
        }
        (ErrorKind::InvalidInput, Some(ErrorCode::ValidationError)) => {
            "a folder's name needs a letter from a to z or a digit"
        }
        (ErrorKind::InvalidInput, Some(ErrorCode::BadRequest)) => {
            "the vendor takes PDF, JPEG, PNG and TIFF files that are not empty; a file's name has no control characters"
        }
        (ErrorKind::InvalidInput, Some(ErrorCode::NoFieldsToUpdate)) => {
            "name at least one setting; `config-set --help` lists them"
        }
        // Taken, as far as a status can say; and something that answers in the vendor's place does not lose by a look.
        (ErrorKind::Decode, _) if error.operation() == Some("medreader.prescriptions.upload") => {
            "the answer was a success that cannot be read, so the file was taken: do not upload it again, look into `results --folder ID` first"
        }
        (ErrorKind::Connect, _) => "is MEDREADER_BASE_URL right, and is there a way to it?",
        (ErrorKind::LocalIo, _) if error.io_kind() == Some(io::ErrorKind::PermissionDenied) => {
            "may this user read the file?"
        }
        _ => return Failure::from(error),
    };
    Failure::from(error).advise(advice)
}

fn configured(url: String) -> Result<MedReaderClientBuilder, Failure> {
    let [tenant, email, password] = settings::required(OTHERS)?;
    Ok(MedReaderClient::builder()
        .base_url(url)
        .tenant(tenant)
        .credentials(email, password))
}

async fn sandbox() -> Result<Sandbox, Failure> {
    // Each run has a sandbox of its own, so an id from the run before must be a folder here as well.
    let sandbox = Sandbox::builder()
        .every_folder(true)
        .start()
        .await
        .map_err(|error| Failure::file("the sandbox cannot be started", &error))?;
    let unused = match OTHERS.iter().any(|name| env::var_os(name).is_some()) {
        true => "; the other MEDREADER settings are not used without it",
        false => "",
    };
    output::note(format_args!(
        "MEDREADER_BASE_URL is not set: the built-in sandbox answers, with invented data{unused}"
    ));
    Ok(sandbox)
}
