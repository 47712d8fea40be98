//! Locks that a panic does not spoil.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex, also after a panic while it was locked, for example of a test's own action.
///
/// What this crate and its sandboxes keep behind a lock is never half changed.
#[allow(unreachable_pub, reason = "only the sandbox exports it")]
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
