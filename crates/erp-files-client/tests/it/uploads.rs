//! The three steps as one.

mod cancelled;
mod conflicts;
mod faults;
mod lost;
mod names;
mod resumed;
pub(crate) mod state;
mod steps;
mod whole;
