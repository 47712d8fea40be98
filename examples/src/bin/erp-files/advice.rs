//! The failure of a call, with advice that knows this program's arguments and settings.

use common_http::{Delivery, Error, ErrorKind};
use erp_files_client::ErrorCode;
use examples::failure::Failure;

/// The failure of a call.
pub(crate) fn failure(error: Error) -> Failure {
    let advice = of_code(&error).or_else(|| match step(&error) {
        "erp.oauth.token" => of_token(&error),
        "erp.files.transfer" => of_transfer(&error),
        _ => of_erp(&error),
    });
    match advice {
        Some(advice) => Failure::from(error).advise(advice),
        None => Failure::from(error),
    }
}

/// The failure of an upload that took up what an earlier run had left in the folder of `--resume-dir`.
pub(crate) fn failure_of_resumed(error: Error) -> Failure {
    match ErrorCode::of(&error) {
        Some(ErrorCode::UnfinishedUpload) => Failure::from(error).advise(
            "what --resume-dir had of it is of no use any more: choose another name, or ask the vendor to drop it",
        ),
        _ => failure(error),
    }
}

fn step(error: &Error) -> &'static str {
    error.operation().unwrap_or_default()
}

fn of_code(error: &Error) -> Option<&'static str> {
    Some(match ErrorCode::of(error)? {
        ErrorCode::FileExists => {
            "--on-conflict skip leaves the file that is there, --on-conflict replace puts this one in its place"
        }
        ErrorCode::UnfinishedUpload => {
            "only the --resume-dir that it was begun with can take it up again; else choose another name, or ask the vendor to drop it"
        }
        ErrorCode::UploadUrlExpired => {
            "the same command again asks for another address; where the ERP then says that the name is taken, choose another name"
        }
        ErrorCode::InvalidScope => {
            "check ERP_SCOPE: which scopes a client may have, the vendor's support says"
        }
        _ => return None,
    })
}

fn of_token(error: &Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::Credentials => Some("check ERP_CLIENT_ID, ERP_CLIENT_SECRET and ERP_SCOPE"),
        ErrorKind::Connect => Some("is ERP_TOKEN_URL right, and is there a way to it?"),
        ErrorKind::NotFound | ErrorKind::Rejected | ErrorKind::Decode => {
            Some("check ERP_TOKEN_URL")
        }
        _ => None,
    }
}

fn of_transfer(error: &Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::Connect => Some(
            "is there a way to the storage that the ERP names? It is another host than ERP_BASE_URL",
        ),
        ErrorKind::PermissionDenied | ErrorKind::NotFound => Some(
            "the storage refuses the address that the ERP gave: the same command again asks for another",
        ),
        _ => None,
    }
}

fn of_erp(error: &Error) -> Option<&'static str> {
    let step = step(error);
    Some(match error.kind() {
        ErrorKind::Unauthenticated => {
            "is the access token this clinic's, and is it still good? Check ERP_BASE_URL and the credentials"
        }
        ErrorKind::PermissionDenied => {
            "the scope gambit:erp is missing: check ERP_SCOPE, and ask the vendor's support whether this client may have it"
        }
        ErrorKind::Connect => "is ERP_BASE_URL right, and is there a way to it?",
        ErrorKind::NotFound if matches!(step, "erp.files.set_send" | "erp.files.delete") => {
            "check --file, --patient and --analysis: `erp-files list` shows the ids"
        }
        ErrorKind::NotFound => "check ERP_BASE_URL, --patient and --analysis",
        ErrorKind::Config => {
            "the ERP sends the file where the settings do not allow: ERP_ALLOW_PRIVATE_STORAGE=1 allows https to an address in a private network, ALLOW_PLAIN_HTTP=1 plain http as well"
        }
        _ if error.delivery() == Delivery::Unknown => match step {
            "erp.files.initialize" => {
                "it may have begun the upload: the same command again finds out; where the name is then taken, choose another"
            }
            "erp.files.finalize" => {
                "it may have been done: the same command again finds out, with --resume-dir it goes on from there"
            }
            "erp.files.set_send" => "it may have been done: `erp-files list` tells",
            _ => return None,
        },
        _ => return None,
    })
}
