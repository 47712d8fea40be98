//! Building blocks for vendors' data: tolerant reading, unchanged text, safe `Debug`.

#[cfg(test)]
mod any;
pub(crate) mod charset;
pub(crate) mod cost;
mod decode;
mod decode_error;
pub(crate) mod id;
pub(crate) mod item;
pub(crate) mod items;
pub mod json;
pub mod lenient;
mod list;
pub(crate) mod model;
mod open_enum;
mod raw;
mod reader;
pub(crate) mod recorded;
pub(crate) mod redact;
mod scan;
pub(crate) mod survey;
mod text_or_number;
pub(crate) mod timestamp;
