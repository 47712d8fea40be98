//! The engine under the health-vendor clients.

#[cfg(feature = "sandbox")]
pub mod sandbox;
