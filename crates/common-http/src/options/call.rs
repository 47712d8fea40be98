//! The settings of one call.

use std::sync::Arc;
use std::time::Duration;

use crate::body::Progress;
use crate::operation::Effect;
use crate::transport::OnProgress;

/// The settings of one call, which override the client's.
///
/// ```
/// use std::time::Duration;
/// use common_http::CallOptions;
///
/// let urgent = CallOptions::default().deadline(Duration::from_secs(5)).max_attempts(2);
/// let upload = CallOptions::default().on_progress(|progress| println!("{} bytes", progress.sent));
/// # let _ = (urgent, upload);
/// ```
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) effect: Option<Effect>,
    pub(crate) max_bytes: Option<u64>,
    pub(crate) on_progress: Option<OnProgress>,
}

impl CallOptions {
    /// A hard limit for this call, waits included: see
    /// [`HttpOptions::deadline`](crate::HttpOptions::deadline).
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The number of attempts of this call, including the first; at least 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts.max(1));
        self
    }

    /// Overrides the effect of the operation for this call, if you know it better.
    ///
    /// ```
    /// use common_http::{CallOptions, Effect};
    ///
    /// // The body names the order, and the vendor ignores an order that it has: it may be sent again.
    /// let options = CallOptions::default().effect(Effect::Idempotent);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = Some(effect);
        self
    }

    /// The largest answer or download of this call, in bytes.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Called with the progress of an upload while it is sent. It must return quickly.
    #[must_use]
    pub fn on_progress(mut self, on_progress: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.on_progress = Some(Arc::new(on_progress));
        self
    }

    /// These options without the progress callback, for the other steps of a multi-step call.
    #[must_use]
    pub fn without_progress(mut self) -> Self {
        self.on_progress = None;
        self
    }
}

crate::safe_debug!(CallOptions {
    deadline,
    max_attempts,
    effect,
    max_bytes
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_steps_keep_all_but_the_progress() {
        let transfer = CallOptions::default()
            .deadline(Duration::from_secs(5))
            .max_attempts(2)
            .effect(Effect::Safe)
            .max_bytes(8)
            .on_progress(|_| {});
        let confirm = transfer.clone().without_progress();
        assert!(transfer.on_progress.is_some() && confirm.on_progress.is_none());
        assert_eq!(format!("{confirm:?}"), format!("{transfer:?}"));
    }
}
