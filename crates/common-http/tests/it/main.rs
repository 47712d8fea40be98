//! Tests of the whole engine, over a scripted network with paused time and over real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy knows that functions marked as tests may panic, but not their helpers"
)]

mod bodies;
mod budget;
mod deadlines;
mod delivery;
mod downloads;
mod folder_store;
mod foreign_bodies;
mod helper;
mod login_failures;
mod looks;
mod observing;
mod outage;
mod privacy;
mod progress;
mod proof;
mod requests;
mod retries;
mod saving;
mod session_store;
mod sessions;
mod shared_logins;
mod shared_refusals;
mod streams;
mod waits;
mod wire;
mod wire_faults;
#[cfg(feature = "rustls")]
mod wire_tls;
