//! Errors for tests that use a sandbox wrongly.

use thiserror::Error;

/// A test requested something impossible.
///
/// This error is better than a fault that never happens.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The sandbox has no operation of this id.
    #[error("the sandbox has no operation `{operation}`; it has: {}", known.join(", "))]
    #[non_exhaustive]
    UnknownOperation {
        /// The unknown id.
        operation: String,
        /// The ids that this sandbox has.
        known: Vec<&'static str>,
    },
    /// A header value of a fault cannot be sent over HTTP.
    #[error("the fault's value for the header `{header}` cannot be sent over HTTP")]
    #[non_exhaustive]
    InvalidHeader {
        /// The header's name.
        header: &'static str,
    },
    /// An action was requested before request number 0. The next request is number 1.
    #[error("requests are counted from 1, the next one")]
    ZeroCount,
    /// The sandbox has nothing of this kind under this id.
    #[error("the sandbox has no {what} `{id}`")]
    #[non_exhaustive]
    UnknownItem {
        /// The kind of item, for example `exam`.
        what: &'static str,
        /// The unknown id.
        id: String,
    },
    /// What a test gave the sandbox is not of this kind.
    #[error("not usable as {what}: {why}")]
    #[non_exhaustive]
    InvalidItem {
        /// The kind of item, for example `exam`.
        what: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl SandboxError {
    /// For the sandboxes of vendors: there is no `what` (for example `exam`) under this id.
    #[must_use]
    pub fn unknown_item(what: &'static str, id: impl Into<String>) -> Self {
        Self::UnknownItem {
            what,
            id: id.into(),
        }
    }

    /// For the sandboxes of vendors: what a test gave is not a `what` (for example `exam`).
    #[must_use]
    pub fn invalid_item(what: &'static str, why: &'static str) -> Self {
        Self::InvalidItem { what, why }
    }
}
