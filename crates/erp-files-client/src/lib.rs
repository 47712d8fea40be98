// The README's examples need the sandbox, so without it the documentation is not tested.
#![cfg_attr(any(not(doctest), feature = "sandbox"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod client;
mod errors;
pub mod files;
mod ids;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub mod sandbox;
mod sessions;

#[doc(inline)]
pub use common_http::{
    Answer, Attempt, AttemptObserver, Body, Call, CallOptions, Cause, DecodeError, DecodeReason,
    Delivery, Effect, Error, ErrorKind, Extra, FolderStore, ForeignHosts, HttpOptions, Item,
    MemoryStore, Operation, Progress, Provider, RawJson, Recorded, Rejected, Request, Result,
    RetryPolicy, Secret, Store, StoreKey, TextOrNumber, Timestamp, async_trait,
};
#[doc(no_inline)]
pub use http;

pub use self::auth::{AccessToken, ClientCredentials, SCOPE, TOKEN_URL};
pub use self::client::{ErpFilesClient, ErpFilesClientBuilder};
pub use self::errors::ErrorCode;
pub use self::ids::{AnalysisId, FileId, PatientId};
pub use self::sessions::Sessions;

/// The operations of this crate, as `specs/erp-files.yaml` describes them.
pub static OPERATIONS: &[&Operation] = &[
    &sessions::OPEN,
    &files::INITIALIZE,
    &files::TRANSFER,
    &files::FINALIZE,
    &files::LIST,
    &files::SET_SEND,
    &files::DELETE,
];
