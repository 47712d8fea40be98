#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attendances;
mod client;
mod ids;
mod reply;
mod reports;
mod sessions;
mod vendor;

use common_http::Operation;

pub use self::client::{GensoftClient, GensoftClientBuilder};
pub use self::ids::ExecutionId;
pub use self::reply::Reply;
pub use self::reports::UploadReport;
pub use self::sessions::KeyProvider;
pub use common_http;

/// Every operation that this crate models: what `specs/gensoft.yaml` describes.
pub static OPERATIONS: [&Operation; 2] = [&attendances::SEND, &reports::UPLOAD];
