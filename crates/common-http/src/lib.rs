//! The engine under the health-vendor clients.

// What tolerant and private models are built from.
pub mod json;
pub mod lenient;
mod open_enum;
mod redact;
mod timestamp;

pub use json::{DecodeError, DecodeReason, Extra, RawJson, TextOrNumber};
pub use redact::Secret;
pub use timestamp::Timestamp;

// What the exported macros name; no part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use serde;
}
