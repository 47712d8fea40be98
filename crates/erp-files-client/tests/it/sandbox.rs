//! The sandbox over a bare socket: it must do what the vendor's document and our readings say,
//! whatever the client makes of it.

mod addresses;
mod files;
mod plumbing;
mod refusals;
mod storage;
mod tokens;
mod uploads;
mod wire;
