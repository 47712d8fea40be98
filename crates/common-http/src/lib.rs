#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod auth;
mod body;
mod call;
mod client_setters;
mod clock;
mod data;
mod download;
mod engine;
mod environment;
mod error;
#[cfg(feature = "sandbox")]
#[doc(hidden)]
pub mod example;
mod foreign;
mod hosts;
mod lock;
mod multipart;
mod observe;
mod operation;
mod options;
mod path;
mod pdf;
mod prepared;
mod profile;
mod request;
mod retry;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub mod sandbox;
mod sent_by_await;
mod store;
#[doc(hidden)]
pub mod transport;

/// For implementing the traits of this crate whose methods are async, such as [`Store`].
pub use async_trait::async_trait;

pub use self::answer::Answer;
pub use self::auth::{Authenticator, Credentials, Provider, Session};
pub use self::body::{Body, Progress};
pub use self::call::Call;
#[doc(hidden)]
pub use self::clock::Clock;
pub use self::data::item::{Item, Rejected};
pub use self::data::recorded::Recorded;
pub use self::data::redact::Secret;
pub use self::data::timestamp::Timestamp;
pub use self::data::{json, lenient};
pub use self::download::Download;
pub use self::engine::{Engine, EngineBuilder};
#[doc(hidden)]
pub use self::environment::Environment;
pub use self::error::{Cause, Delivery, Error, ErrorKind, Result};
pub use self::foreign::{ForeignHosts, ForeignUrl};
#[doc(inline)]
pub use self::json::{DecodeError, DecodeReason, Extra, RawJson, TextOrNumber};
pub use self::multipart::Multipart;
pub use self::observe::{Attempt, AttemptObserver};
pub use self::operation::{Effect, Operation};
pub use self::options::{CallOptions, HttpOptions};
pub use self::path::{file_name, percent_encode};
pub use self::pdf::looks_like_pdf;
#[doc(hidden)]
pub use self::prepared::Prepared;
pub use self::profile::{ErrorDetail, Profile};
pub use self::request::Request;
pub use self::retry::RetryPolicy;
#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
pub use self::store::RedisStore;
pub use self::store::{FolderStore, MemoryStore, Store, StoreKey};

// Names that the exported macros and the clients use; not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use serde;

    pub use crate::data::id::read_id;
    pub use crate::data::model::by_field;
}
