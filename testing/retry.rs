//! Settings of clients that must not wait.

use std::time::Duration;

use common_http::RetryPolicy;

/// The default attempts, without the pauses between them. A minimum that the vendor is known to
/// require after a 429 stays.
#[must_use]
pub fn eager_policy() -> RetryPolicy {
    let pause = Duration::from_millis(1);
    RetryPolicy::default().base(pause).throttle_base(pause)
}
