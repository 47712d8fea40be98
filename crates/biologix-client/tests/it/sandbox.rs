//! The sandbox, seen from a bare socket: what it says must be what the vendor's document and the facts from the
//! field have, whatever the client thinks of it.
#![cfg(feature = "sandbox")]

mod exams;
mod list;
mod moves;
mod report;
mod sessions;
mod wire;
