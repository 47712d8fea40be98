//! Code shared by the example programs, one file per subject.
//!
//! A program reads its settings from the environment ([`settings`], [`configured`]), uses a vendor's
//! sandbox if none are set ([`built_in`]), reports failures with advice ([`failure`], [`advice`]), checks
//! files before it sends them ([`input`]), writes files atomically ([`atomic_file`]), shows its
//! progress ([`progress`]), fits its text to the terminal ([`args`], [`output`], [`width`]), and
//! stops when it is asked to ([`signals`], [`stop`]). [`courier`] is a library of its own: durable
//! delivery, for programs that must neither lose nor repeat what they send.

pub mod advice;
pub mod args;
pub mod atomic_file;
pub mod built_in;
pub mod configured;
pub mod conflict;
pub mod courier;
pub mod failure;
pub mod help;
pub mod input;
pub mod lock;
pub mod logging;
pub mod output;
pub mod progress;
pub mod settings;
pub mod signals;
pub mod stop;
pub mod width;

/// The project's pages. Their examples run as doctests.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../README.md")]
    mod readme {}
    #[doc = include_str!("../../docs/courier.md")]
    mod courier {}
    #[doc = include_str!("../../docs/testing.md")]
    mod testing {}
    #[doc = include_str!("../../docs/nightly-sync.md")]
    mod nightly_sync {}
    #[doc = include_str!("../../docs/intake.md")]
    mod intake {}
    #[doc = include_str!("../../docs/orders.md")]
    mod orders {}
    #[doc = include_str!("../../docs/folder.md")]
    mod folder {}
}
