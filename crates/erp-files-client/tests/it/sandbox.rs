//! The sandbox, seen from a bare socket: what it says must be what the vendor's document and our readings have, whatever the
//! client thinks of it.

mod addresses;
mod files;
mod plumbing;
mod refusals;
mod storage;
mod tokens;
mod uploads;
mod wire;
