//! What the example programs share: one file a subject.
//!
//! A program reads its settings from the environment ([`settings`]), says on stderr what failed and what to do about it
//! ([`failure`], [`advice`]), looks at files before it sends them ([`input`]), writes files that are whole or not there
//! ([`atomic_file`]), shows how far it is ([`progress`]), and ends when it is asked to ([`signals`]).

pub mod advice;
pub mod atomic_file;
pub mod failure;
pub mod input;
pub mod lock;
pub mod logging;
pub mod output;
pub mod progress;
pub mod settings;
pub mod signals;

/// The project's pages, whose examples are compiled and run with the tests of the documentation.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../README.md")]
    mod readme {}
    #[doc = include_str!("../../docs/testing.md")]
    mod testing {}
}
