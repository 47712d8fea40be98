//! Fuzz targets: what a vendor, a sender of webhooks, a store or a caller may hand to the clients.
//!
//! Each target is a function of bytes, which panics when it finds something. `cargo fuzz` runs the
//! binaries in `fuzz_targets`; `tests/replay.rs` runs every file of `corpus` on stable.
#![forbid(unsafe_code)]

mod addresses;
mod answers;
mod clients;
mod documents;
mod network;
mod pages;
mod paths;
mod saved;
mod webhook;

pub use self::addresses::upload_address;
pub use self::answers::{biologix, erp, gensoft, medreader, retry_after};
pub use self::documents::{json, models};
pub use self::pages::pages;
pub use self::paths::paths;
pub use self::saved::saved;
pub use self::webhook::webhook;

/// The name of a target, which is also the name of its folder in `corpus`, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 12] = [
    ("biologix", biologix),
    ("erp", erp),
    ("gensoft", gensoft),
    ("json", json),
    ("medreader", medreader),
    ("models", models),
    ("pages", pages),
    ("paths", paths),
    ("retry_after", retry_after),
    ("saved", saved),
    ("upload_address", upload_address),
    ("webhook", webhook),
];
