//! Checks that a release has to pass and a contributor need not wait for.
//!
//! Run by `.ci/run`, and by `cargo test -p gates`.
