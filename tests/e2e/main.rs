//! Whole flows, faults and privacy, seen from outside: clients and sandboxes over real sockets.

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
