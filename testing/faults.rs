//! Short constructors for sandbox faults, for tests written as tables.

use common_http::sandbox::Fault;
use http::StatusCode;

/// The answer stops after this many bytes of its body, and the connection stays open.
pub fn stall_body(after: usize) -> Fault {
    Fault::StallBody { after }
}

/// The connection is closed after this many bytes of the answer's body.
pub fn cut_body(after: usize) -> Fault {
    Fault::CutBody { after }
}

/// A redirect. If it leads to the sandbox itself, its log shows whether it was followed.
///
/// # Panics
/// The number is not a valid status.
pub fn redirect(status: u16, location: &str) -> Fault {
    Fault::Redirect {
        status: StatusCode::from_u16(status).expect("a valid status"),
        location: location.to_owned(),
    }
}

/// 429, with this `Retry-After`.
pub fn throttle(retry_after: Option<&str>) -> Fault {
    let retry_after = retry_after.map(str::to_owned);
    Fault::Throttled { retry_after }
}

/// 503, with this `Retry-After`.
pub fn unavailable(retry_after: Option<&str>) -> Fault {
    let retry_after = retry_after.map(str::to_owned);
    Fault::Unavailable { retry_after }
}
