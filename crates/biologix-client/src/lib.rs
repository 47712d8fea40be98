#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
pub mod exams;
mod ids;
mod reports;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod sessions;
mod vendor;

use common_http::Operation;

pub use self::client::{BASE_URL, BiologixClient, BiologixClientBuilder};
pub use self::ids::{ExamKey, PartnerId};
pub use self::reports::Report;
pub use self::sessions::{Credentials, CredentialsProvider, OpenSession, SessionInfo};
pub use self::vendor::ErrorCode;
pub use common_http;

/// Every operation that this crate models: what `specs/biologix.yaml` describes.
pub static OPERATIONS: [&Operation; 3] = [&sessions::OPEN, &exams::LIST, &reports::GET];
