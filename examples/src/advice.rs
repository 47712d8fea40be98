//! One line of advice for a failure, where there is some that holds for every vendor.

use std::io;
use std::time::Duration;

use common_http::{Error, ErrorKind};

/// What to do about a call's failure.
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
            "the session was refused right after its login: is the account still active?"
        }
        ErrorKind::PermissionDenied => "this account may not do that: ask the vendor for the right",
        ErrorKind::RateLimited => match error.retry_after() {
            Some(pause) => {
                return Some(format!(
                    "the vendor wants {} of rest: try again after that",
                    seconds(pause)
                ));
            }
            None => "the vendor is throttling: try again later",
        },
        ErrorKind::Server => "the vendor has a problem: try again later",
        ErrorKind::Connect => "is the base URL right, and is there a way to it?",
        ErrorKind::Timeout | ErrorKind::Interrupted => {
            "try again; if it stays so, check the line to the vendor"
        }
        ErrorKind::Decode => {
            "did something between here and the vendor answer in its place? Otherwise the vendor has changed"
        }
        ErrorKind::LocalIo => return error.io_kind().and_then(of_file),
        _ => return None,
    };
    Some(advice.to_owned())
}

/// What to do about a file's failure.
#[must_use]
pub fn of_file(kind: io::ErrorKind) -> Option<String> {
    let advice = match kind {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "may this user write there?"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "make room on the disk"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file stands where a folder should be"
        }
        io::ErrorKind::NotFound => "is the path right?",
        _ => return None,
    };
    Some(advice.to_owned())
}

fn seconds(pause: Duration) -> String {
    format!("{} s", pause.as_secs_f64().ceil())
}
