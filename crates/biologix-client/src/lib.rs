// Its examples show the sandbox; what depends on a feature could not be hidden from who reads the file itself.
#![cfg_attr(any(not(doctest), feature = "sandbox"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
pub mod exams;
mod ids;
mod reports;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub mod sandbox;
mod sessions;
mod vendor;

#[doc(inline)]
pub use common_http::{
    Answer, Attempt, AttemptObserver, Body, CallOptions, DecodeError, DecodeReason, Delivery,
    Download, Effect, Error, ErrorKind, Extra, HttpOptions, MemoryStore, Operation, Progress,
    RawJson, Request, Result, RetryPolicy, Secret, Store, StoreKey, TextOrNumber, Timestamp,
    async_trait, file_name,
};
#[doc(no_inline)]
pub use http;

pub use self::client::{BASE_URL, BiologixClient, BiologixClientBuilder};
pub use self::ids::{ExamKey, PartnerId};
pub use self::reports::Report;
pub use self::sessions::{Credentials, CredentialsProvider, OpenSession, SessionInfo};
pub use self::vendor::ErrorCode;

/// Every operation that this crate models: what `specs/biologix.yaml` describes.
pub static OPERATIONS: &[&Operation] = &[&sessions::OPEN, &exams::LIST, &reports::GET];
