//! The sandbox, seen from a bare socket: it must follow the vendor's document and the observations,
//! whatever the client makes of it.
#![cfg(feature = "sandbox")]

mod exams;
mod fast_waits;
mod list;
mod moves;
mod own;
mod report;
mod sessions;
mod wire;
