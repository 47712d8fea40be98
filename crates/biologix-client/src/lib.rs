// The README's examples need the sandbox, so without it the documentation is not tested.
#![cfg_attr(any(not(doctest), feature = "sandbox"), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod client;
mod errors;
pub mod exams;
mod ids;
mod reports;
#[cfg(feature = "sandbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "sandbox")))]
pub mod sandbox;
mod sessions;

#[doc(inline)]
pub use common_http::{
    Answer, Attempt, AttemptObserver, Body, Call, CallOptions, Cause, Credentials, DecodeError,
    DecodeReason, Delivery, Download, Effect, Error, ErrorKind, Extra, FolderStore, ForeignHosts,
    HttpOptions, Item, MemoryStore, Operation, Progress, Provider, RawJson, Recorded, Rejected,
    Request, Result, RetryPolicy, Secret, Store, StoreKey, TextOrNumber, Timestamp, async_trait,
    file_name,
};
#[doc(no_inline)]
pub use http;

pub use self::client::{BASE_URL, BiologixClient, BiologixClientBuilder};
pub use self::errors::ErrorCode;
pub use self::ids::{ExamKey, PartnerId};
pub use self::reports::Reports;
pub use self::sessions::{SessionInfo, Sessions};

/// The operations of this crate, as `specs/biologix.yaml` describes them.
pub static OPERATIONS: &[&Operation] = &[&sessions::OPEN, &exams::LIST, &reports::GET];
