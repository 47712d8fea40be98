//! Typed async client for Biologix home sleep exams.

#[cfg(feature = "sandbox")]
pub mod sandbox;
