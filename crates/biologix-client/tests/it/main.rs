//! One binary for the tests of this crate.

// `cfg(test)` tells clippy that all of it is test code, helpers too.
#[cfg(test)]
mod sandbox;
