// Its examples show the sandbox; what depends on a feature could not be hidden from who reads the file itself.
#![cfg_attr(any(not(doctest), all(feature = "axum", feature = "sandbox")), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
pub mod configuration;
pub mod folders;
mod ids;
pub mod prescriptions;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub mod sandbox;
mod sessions;
mod vendor;
pub mod webhook;
mod whole;

#[doc(inline)]
pub use common_http::{
    Answer, Attempt, AttemptObserver, Body, CallOptions, DecodeError, DecodeReason, Delivery,
    Download, Effect, Error, ErrorKind, Extra, HttpOptions, MemoryStore, Operation, Progress,
    RawJson, Recorded, Request, Result, RetryPolicy, Secret, Store, StoreKey, Timestamp,
    async_trait,
};
#[doc(no_inline)]
pub use http;

pub use self::client::{BASE_URL, MedReaderClient, MedReaderClientBuilder};
pub use self::ids::{AnalysisId, FolderId, PrescriptionId, UploadId};
pub use self::sessions::{Credentials, CredentialsProvider, OpenSession, User};
pub use self::vendor::ErrorCode;

/// Every operation that this crate models: what `specs/medreader.yaml` describes.
pub static OPERATIONS: &[&Operation] = &[
    &sessions::LOGIN,
    &folders::CREATE,
    &folders::GET,
    &prescriptions::UPLOAD,
    &prescriptions::RESULT,
    &prescriptions::RESULTS,
    &configuration::GET,
    &configuration::UPDATE,
];
