// Its examples show the sandbox; what depends on a feature could not be hidden from who reads the file itself.
#![cfg_attr(any(not(doctest), feature = "sandbox"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
pub mod files;
mod ids;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub mod sandbox;
mod sessions;
mod vendor;

#[doc(inline)]
pub use common_http::{
    Answer, Attempt, AttemptObserver, Body, CallOptions, DecodeError, DecodeReason, Delivery,
    Effect, Error, ErrorKind, Extra, ForeignHosts, HttpOptions, MemoryStore, Operation, Progress,
    RawJson, Request, Result, RetryPolicy, Secret, Store, StoreKey, TextOrNumber, Timestamp,
    async_trait,
};
#[doc(no_inline)]
pub use http;

pub use self::client::{ErpFilesClient, ErpFilesClientBuilder};
pub use self::ids::{AnalysisId, FileId, PatientId};
pub use self::sessions::{AccessToken, ClientCredentials, SCOPE, TOKEN_URL, TokenProvider};
pub use self::vendor::ErrorCode;

/// Every operation that this crate models: what `specs/erp-files.yaml` describes.
pub static OPERATIONS: &[&Operation] = &[
    &sessions::TOKEN,
    &files::INITIALIZE,
    &files::TRANSFER,
    &files::FINALIZE,
    &files::LIST,
    &files::SET_SEND,
    &files::DELETE,
];
