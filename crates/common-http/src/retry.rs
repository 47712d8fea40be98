//! When a failed attempt is followed by another: the decision table, the pauses and the budget.

mod after;
mod backoff;
mod budget;
mod policy;
mod table;

pub(crate) use self::after::retry_after;
pub(crate) use self::backoff::pause;
pub(crate) use self::budget::{Budget, Cost};
pub use self::policy::RetryPolicy;
pub(crate) use self::table::{Outcome, Repeat, Verdict, verdict};
