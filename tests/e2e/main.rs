//! Tests whole flows with clients and sandboxes over real sockets.

#![cfg(test)]

mod downloads;
#[cfg(target_os = "linux")]
mod memory;
mod network;
#[cfg(unix)]
mod processes;
mod served;
mod sessions;
mod support;
mod tls;
