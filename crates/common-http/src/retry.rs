//! Whether and when a failed attempt is repeated: the decision table, the pauses, the budget.

mod after;
mod backoff;
mod budget;
mod policy;
mod table;

pub(crate) use self::after::{limit_reset, retry_after};
pub(crate) use self::backoff::pause;
pub(crate) use self::budget::{Budget, Cost};
pub use self::policy::RetryPolicy;
pub(crate) use self::table::{Outcome, Repeat, Verdict, verdict};
