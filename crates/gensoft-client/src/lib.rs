// Its examples show the sandbox; what depends on a feature could not be hidden from who reads the file itself.
#![cfg_attr(any(not(doctest), feature = "sandbox"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attendances;
mod client;
mod ids;
mod reply;
mod reports;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub mod sandbox;
mod sessions;
mod vendor;

#[doc(inline)]
pub use common_http::{
    Answer, Attempt, AttemptObserver, Body, CallOptions, DecodeError, DecodeReason, Delivery,
    Download, Effect, Error, ErrorKind, Extra, HttpOptions, Operation, Progress, RawJson, Request,
    Result, RetryPolicy, Secret, async_trait,
};
#[doc(no_inline)]
pub use http;

pub use self::client::{GensoftClient, GensoftClientBuilder};
pub use self::ids::ExecutionId;
pub use self::reply::Reply;
pub use self::reports::UploadReport;
pub use self::sessions::KeyProvider;

/// Every operation that this crate models: what `specs/gensoft.yaml` describes.
pub static OPERATIONS: &[&Operation] = &[&attendances::SEND, &reports::UPLOAD];
