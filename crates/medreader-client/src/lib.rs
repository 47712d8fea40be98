// The README's examples need the sandbox and axum, so without them the documentation is not tested.
#![cfg_attr(
    any(not(doctest), all(feature = "axum", feature = "sandbox")),
    doc = include_str!("../README.md")
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod client;
pub mod configuration;
mod errors;
mod fields;
pub mod folders;
mod ids;
pub mod prescriptions;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub mod sandbox;
mod sessions;
pub mod webhook;

#[doc(inline)]
pub use common_http::{
    Answer, Attempt, AttemptObserver, Body, Call, CallOptions, Cause, Credentials, DecodeError,
    DecodeReason, Delivery, Download, Effect, Error, ErrorKind, Extra, FolderStore, HttpOptions,
    Item, MemoryStore, Operation, Progress, Provider, RawJson, Recorded, Rejected, Request, Result,
    RetryPolicy, Secret, Store, StoreKey, TextOrNumber, Timestamp, async_trait, file_name,
};
#[doc(no_inline)]
pub use http;

pub use self::client::{BASE_URL, MedReaderClient, MedReaderClientBuilder};
pub use self::errors::ErrorCode;
pub use self::ids::{AnalysisId, FolderId, PrescriptionId, UploadId};
pub use self::sessions::{Sessions, User};

/// The operations of this crate, as `specs/medreader.yaml` describes them.
pub static OPERATIONS: &[&Operation] = &[
    &sessions::OPEN,
    &folders::CREATE,
    &folders::GET,
    &prescriptions::UPLOAD,
    &prescriptions::RESULT,
    &prescriptions::RESULTS,
    &configuration::GET,
    &configuration::UPDATE,
];
