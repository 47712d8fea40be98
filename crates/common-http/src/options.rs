//! The settings of a client and of one call.

mod call;
mod client;
mod connection;
mod timeouts;

pub use self::call::CallOptions;
pub use self::client::HttpOptions;
#[cfg(feature = "__tls")]
pub(crate) use self::connection::ClientCertificate;
pub(crate) use self::connection::{Connection, ProxyChoice};
pub(crate) use self::timeouts::Timeouts;
