//! The public API of each published crate, one list per crate beside this file.
