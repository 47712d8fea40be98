// The README's examples need the sandbox, so without it the documentation is not tested.
#![cfg_attr(any(not(doctest), feature = "sandbox"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attendances;
mod auth;
mod client;
mod errors;
mod ids;
mod reports;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub mod sandbox;

#[doc(inline)]
pub use common_http::{
    Answer, Attempt, AttemptObserver, Body, Call, CallOptions, Cause, DecodeError, DecodeReason,
    Delivery, Download, Effect, Error, ErrorKind, Extra, HttpOptions, Operation, Progress,
    Provider, RawJson, Request, Result, RetryPolicy, Secret, async_trait, file_name,
};
#[doc(no_inline)]
pub use http;

pub use self::client::{GensoftClient, GensoftClientBuilder};
pub use self::ids::ExecutionId;
pub use self::reports::{Reports, UploadReport};

/// The operations of this crate, as `specs/gensoft.yaml` describes them.
pub static OPERATIONS: &[&Operation] = &[&attendances::SEND, &reports::UPLOAD];
