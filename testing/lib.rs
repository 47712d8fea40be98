//! Helpers that the tests of several packages share.
//!
//! For tests only: every failure here panics and so fails the test. Helpers that know a single
//! vendor stand with that vendor's tests.

pub mod contract;
pub mod frames;
pub mod journal;
pub mod memory;
pub mod privacy;
pub mod retry;
pub mod store;
pub mod time;
pub mod wire;
