//! A time limit for tests that would otherwise hang.

use std::time::Duration;

/// Waits for a future that must end, for at most a minute. No test depends on how long it takes.
///
/// # Panics
/// The future has not ended.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what)
        .await
        .expect("it ends within a minute")
}
