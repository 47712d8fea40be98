#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod auth;
mod body;
mod call;
mod data;
mod download;
mod engine;
mod error;
#[cfg(feature = "sandbox")]
#[doc(hidden)]
pub mod example;
mod foreign;
mod hosts;
mod look;
mod multipart;
mod observe;
mod operation;
mod options;
mod path;
mod pdf;
mod recorded;
mod request;
mod retry;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub mod sandbox;
#[doc(hidden)]
pub mod transport;
mod vendor;

// The rest of the crate names it so.
use self::data::redact;

/// For implementing the traits of this crate whose methods are async, such as [`SessionStore`].
pub use async_trait::async_trait;

pub use self::answer::Answer;
pub use self::auth::{
    Authenticator, MemorySessionStore, SavedSession, Session, SessionKey, SessionStore,
};
pub use self::body::{Body, Progress};
pub use self::data::redact::Secret;
pub use self::data::timestamp::Timestamp;
pub use self::data::{json, lenient};
pub use self::download::Download;
pub use self::engine::{Engine, EngineBuilder};
pub use self::error::{Delivery, Error, ErrorBuilder, ErrorKind, Result};
pub use self::foreign::{ForeignHosts, ForeignUrl};
#[doc(inline)]
pub use self::json::{DecodeError, DecodeReason, Extra, RawJson, TextOrNumber};
pub use self::multipart::Multipart;
pub use self::observe::{Attempt, AttemptObserver};
pub use self::operation::{Effect, Operation};
pub use self::options::{CallOptions, HttpOptions};
pub use self::path::{file_name, percent_encode};
pub use self::pdf::looks_like_pdf;
pub use self::recorded::Recorded;
pub use self::request::{Prepared, RawRequest, Request};
pub use self::retry::RetryPolicy;
pub use self::vendor::{ErrorAnswer, ErrorDetail, Vendor};

// What the exported macros name; no part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use serde;

    pub use crate::data::id::read_id;
}
