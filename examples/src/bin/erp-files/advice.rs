//! Advice that knows this program's arguments and settings.

use common_http::{Delivery, Error, ErrorKind};
use erp_files_client::ErrorCode;
use examples::conflict::Conflict;
use examples::failure::Failure;
use examples::output;

use crate::args::Upload;

/// The failure of a call, with advice.
pub(crate) fn failure(error: Error) -> Failure {
    let advice = of_code(&error).or_else(|| match step(&error) {
        "erp.sessions.open" => of_token(&error),
        "erp.files.transfer" => of_transfer(&error),
        _ => of_erp(&error),
    });
    match advice {
        Some(advice) => Failure::from(error).advise(advice),
        None => Failure::from(error),
    }
}

/// The failure of an upload, which may be one that was resumed from the folder of `--resume-dir`.
pub(crate) fn failure_of_upload(error: Error, on_conflict: Conflict, is_resumed: bool) -> Failure {
    let advice = match (ErrorCode::of(&error), on_conflict) {
        (Some(ErrorCode::UnfinishedUpload), _) if is_resumed => {
            "the state in --resume-dir is no longer valid: choose another name, \
             or ask the vendor to remove the upload"
        }
        (Some(ErrorCode::FileExists), Conflict::Error) => {
            "if its name is exactly this one, --on-conflict skip keeps the existing file, and \
             --on-conflict replace replaces it; else choose another name"
        }
        // What the argument asks for is refused.
        (Some(ErrorCode::FileExists), Conflict::Skip | Conflict::Replace) => {
            "choose another name, or delete what has the name: `erp-files list` shows the ids"
        }
        _ => return failure(error),
    };
    Failure::from(error).advise(advice)
}

/// Says that the list does not show a file that was sent to the end.
pub(crate) fn note_unconfirmed(of: &str) {
    output::note(format_args!(
        "error: {of}erp.files.list: all was sent, but the ERP's list does not show the file"
    ));
    output::note(
        "advice: look for it with `erp-files list` in a while, or run the same command again",
    );
}

/// What to do if the program is stopped after this many files.
pub(crate) fn if_stopped(args: &Upload, ended: usize) -> String {
    let conflicts = ended > 0 && matches!(args.on_conflict, Conflict::Error);
    let how = match (&args.resume_dir, conflicts) {
        (Some(_), false) => "run the same command again to go on",
        (Some(_), true) => "run the same command again with --on-conflict skip to go on",
        (None, _) => {
            "an unfinished upload may keep its name taken: run the command again for the file, \
             and choose another name if this one is refused"
        }
    };
    match ended {
        0 => how.to_owned(),
        _ => format!("{ended} of {} files were tried; {how}", args.files.len()),
    }
}

fn step(error: &Error) -> &'static str {
    error.operation().unwrap_or_default()
}

fn of_code(error: &Error) -> Option<&'static str> {
    Some(match ErrorCode::of(error)? {
        ErrorCode::UnfinishedUpload => {
            "only the --resume-dir that it was started with can resume it; otherwise choose \
             another name, or ask the vendor to remove it"
        }
        ErrorCode::UploadUrlExpired => {
            "run the same command again to get another address; if the ERP then says that the \
             name is taken, choose another name"
        }
        ErrorCode::UploadUrlNotYetValid => {
            "a clock is wrong, the storage's, the ERP's or this machine's: try again in a few \
             minutes; with --resume-dir the same address is used"
        }
        ErrorCode::InvalidScope => {
            "check ERP_SCOPE; the vendor's support knows which scopes this client may have"
        }
        _ => return None,
    })
}

fn of_token(error: &Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::Credentials => Some("check ERP_CLIENT_ID, ERP_CLIENT_SECRET and ERP_SCOPE"),
        ErrorKind::Connect => Some("is ERP_TOKEN_URL right, and can this machine reach it?"),
        ErrorKind::NotFound | ErrorKind::Rejected | ErrorKind::Decode => {
            Some("check ERP_TOKEN_URL")
        }
        _ => None,
    }
}

fn of_transfer(error: &Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::Connect => {
            Some("can this machine reach the storage? It is another host than that of ERP_BASE_URL")
        }
        ErrorKind::PermissionDenied | ErrorKind::NotFound => Some(
            "the storage refuses the address that the ERP gave: \
             run the same command again to get another",
        ),
        _ => None,
    }
}

fn of_erp(error: &Error) -> Option<&'static str> {
    let step = step(error);
    Some(match error.kind() {
        ErrorKind::Unauthenticated => {
            "is the access token valid for this clinic, and not expired? \
             Check ERP_BASE_URL and the credentials"
        }
        ErrorKind::PermissionDenied => {
            "the scope gambit:erp is missing: check ERP_SCOPE, and ask the vendor's support \
             whether this client may have it"
        }
        ErrorKind::Connect => "is ERP_BASE_URL right, and can this machine reach it?",
        ErrorKind::NotFound if matches!(step, "erp.files.set_send" | "erp.files.delete") => {
            "check --file, --patient and --analysis: `erp-files list` shows the ids"
        }
        ErrorKind::NotFound => "check ERP_BASE_URL, --patient and --analysis",
        ErrorKind::Config => {
            "the settings do not allow the storage's address: ERP_ALLOW_PRIVATE_STORAGE=1 allows \
             https to a private network, ALLOW_PLAIN_HTTP=1 plain http as well; an address on this \
             machine is allowed only if ERP_BASE_URL is on it"
        }
        _ if error.delivery() == Delivery::Unknown => match step {
            "erp.files.initialize" => {
                "the upload may have been started: run the same command again to find out; \
                 if the name is then taken, choose another"
            }
            "erp.files.finalize" => {
                "the upload may be complete: run the same command again to find out; \
                 with --resume-dir it continues from there"
            }
            "erp.files.set_send" => "it may have been done: `erp-files list` shows whether it was",
            _ => return None,
        },
        _ => return None,
    })
}
