//! One line of advice for failures that mean the same with every vendor.

use std::io;
use std::time::Duration;

use common_http::{Cause, Error, ErrorKind};

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
        ErrorKind::Connect => return Some(of_connection(error, "the base URL")),
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

/// What to do if there is no connection to the address in this setting.
#[must_use]
pub fn of_connection(error: &Error, setting: &str) -> String {
    let advice = match error.cause() {
        Some(Cause::Dns) => "right? If so, can this machine resolve names?",
        Some(Cause::Refused) => "right, its port included, and does the server run?",
        Some(Cause::ConnectTimeout) => "right, and does a firewall let this machine reach it?",
        Some(Cause::TlsWrongName) => {
            "the name that its certificate has? If so, something else answers in its place"
        }
        Some(Cause::TlsProtocol | Cause::TlsHandshake) => {
            "the address of a server that speaks TLS 1.2 or 1.3?"
        }
        Some(Cause::ProxyStatus) => {
            return "the proxy refuses: check its address, user and password (HTTPS_PROXY)".into();
        }
        Some(Cause::TlsUnknownIssuer) => {
            return "if a firewall inspects TLS, name the file with its certificate in \
                    TLS_EXTRA_ROOTS"
                .into();
        }
        Some(Cause::TlsExpired | Cause::TlsNotYetValid) => {
            return "is this machine's clock right? If so, tell the owner of the server".into();
        }
        _ => "right, and can this machine reach it?",
    };
    format!("is {setting} {advice}")
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
