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
        ErrorKind::Connect => match error.cause() {
            Some(cause) => of_connection(cause),
            None => "is the base URL right, and can this machine reach it?",
        },
        ErrorKind::Timeout => {
            "try again; if it keeps failing, check the connection to the vendor, or allow a slow \
             answer more time with ANSWER_TIMEOUT_SECS"
        }
        ErrorKind::Interrupted => {
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

/// What to do where there is no connection.
fn of_connection(cause: Cause) -> &'static str {
    match cause {
        Cause::Dns => "is the base URL right, and can this machine look up names?",
        Cause::Unreachable => "is this machine on a network from which the vendor can be reached?",
        Cause::ConnectTimeout => {
            "a firewall may drop the connection: is this machine allowed to reach the vendor?"
        }
        Cause::Reset => {
            "something on the way ended the connection: try again, then ask about the firewall"
        }
        Cause::ProxyStatus => {
            "check the proxy's address, user name and password (HTTPS_PROXY), and whether it allows \
             this host"
        }
        Cause::TlsUnknownIssuer => {
            "if a firewall inspects TLS here, name its root certificate in TLS_EXTRA_ROOTS; if not, \
             somebody else may be answering"
        }
        Cause::TlsExpired | Cause::TlsNotYetValid => {
            "check this machine's clock; if it is right, the server needs another certificate"
        }
        Cause::TlsWrongName => {
            "is the host name in the address right? If it is, another server answers there"
        }
        Cause::TlsProtocol => {
            "does this port speak TLS 1.2 or later? A proxy or a firewall on the way may not"
        }
        Cause::TlsHandshake => {
            "the server may want a client certificate, or a firewall on the way may inspect TLS"
        }
        _ => "is the base URL right, and can this machine reach it?",
    }
}

/// Whether a wrong address may be the reason.
pub(crate) fn may_be_the_address(cause: Cause) -> bool {
    matches!(cause, Cause::Dns | Cause::Refused)
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
