//! Checks what an error says about its delivery.

use common_http::sandbox::{Sandbox, Vendor};
use common_http::{Delivery, Error};

/// Checks that an error's delivery agrees with what the sandbox saw of the operation.
///
/// # Panics
/// They do not agree.
#[track_caller]
pub fn assert_sound<S: Vendor>(error: &Error, operation: &str, sandbox: &Sandbox<S>) {
    let seen = sandbox.requests_for(operation);
    match error.delivery() {
        Delivery::NotSent => assert_eq!(seen.len(), 0, "{error}"),
        Delivery::Answered => {
            let answered = seen.last().is_some_and(|last| last.status.is_some());
            assert!(answered && error.status().is_some(), "{error}");
        }
        Delivery::Unknown => assert!(!seen.is_empty(), "{error}"),
    }
}
