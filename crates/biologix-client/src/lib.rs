//! Typed async client for Biologix home sleep exams.

pub mod exams;
