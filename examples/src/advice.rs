//! One line of advice for failures that mean the same with every vendor.

use std::io;
use std::time::Duration;

use common_http::{Error, ErrorKind};

/// What to do about a failed call.
#[must_use]
pub fn of(error: &Error) -> Option<String> {
    let advice = match error.kind() {
        ErrorKind::Credentials => match error.retry_after() {
            Some(pause) => {
                return Some(format!(
                    "check user name and password; the next login is possible in {}",
                    seconds(pause)
                ));
            }
            None => "check user name and password",
        },
        ErrorKind::Unauthenticated => {
            "the vendor refused a session that was just opened: is the account still active?"
        }
        ErrorKind::PermissionDenied => "this account lacks the permission: ask the vendor for it",
        ErrorKind::RateLimited => match error.retry_after() {
            Some(pause) => {
                return Some(format!(
                    "the vendor limits the number of requests: try again in {}",
                    seconds(pause)
                ));
            }
            None => "the vendor limits the number of requests: try again later",
        },
        ErrorKind::Server => "the vendor has a problem: try again later",
        ErrorKind::Connect => "is the base URL right, and can this machine reach it?",
        ErrorKind::Timeout | ErrorKind::Interrupted => {
            "try again; if it keeps failing, check the connection to the vendor"
        }
        ErrorKind::Decode => {
            "did something on the way answer instead of the vendor, for example a proxy? \
             If not, the vendor has changed its answers"
        }
        ErrorKind::LocalIo => return error.io_kind().and_then(of_file),
        _ => return None,
    };
    Some(advice.to_owned())
}

/// What to do about a failed file operation.
#[must_use]
pub fn of_file(kind: io::ErrorKind) -> Option<String> {
    let advice = match kind {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "may this user write there?"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "free some space on the disk"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "there is a file where a folder should be"
        }
        io::ErrorKind::NotFound => "is the path right?",
        _ => return None,
    };
    Some(advice.to_owned())
}

fn seconds(pause: Duration) -> String {
    format!("{} s", pause.as_secs_f64().ceil())
}
