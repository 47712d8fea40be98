//! Tests whole flows, faults and privacy with clients and sandboxes over real sockets.

#![cfg(test)]

mod delivery;
mod downloads;
mod faults;
#[cfg(target_os = "linux")]
mod memory;
mod network;
mod privacy;
mod sessions;
mod support;
mod tls;
