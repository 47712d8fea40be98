//! Limits against tests that hang.

use std::time::Duration;

/// Waits for what must come to an end, at most a minute: no test is measured by that.
///
/// # Panics
/// It has not come to an end.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what)
        .await
        .expect("it must come to an end")
}
