//! What the tests of several packages would otherwise repeat.
//!
//! For tests only: what goes wrong here panics, and so fails the test that asked for it. What knows one vendor stays with
//! that vendor's tests.

pub mod delivery;
pub mod faults;
pub mod journal;
pub mod memory;
pub mod privacy;
pub mod time;
pub mod wire;
