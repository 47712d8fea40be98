//! What vendors' data is made of: read tolerantly, kept as it came, printed only where it is safe.

mod decode_error;
pub(crate) mod id;
pub(crate) mod item;
pub mod json;
pub mod lenient;
mod open_enum;
mod raw;
pub(crate) mod recorded;
pub(crate) mod redact;
mod text_or_number;
pub(crate) mod timestamp;
