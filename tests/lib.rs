//! Whole flows, faults and privacy, seen from outside.

/// What the front page shows compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
