//! Where a worker is, for tests that end it there.

use std::sync::Arc;

/// Called at each step of a worker and of what it sends, with the step's name.
#[derive(Clone, Default)]
pub struct Steps(Option<Arc<dyn Fn(&'static str) + Send + Sync>>);

impl Steps {
    /// Calls this at each step.
    pub fn new(at: impl Fn(&'static str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(at)))
    }

    pub(super) fn at(&self, step: &'static str) {
        if let Some(at) = &self.0 {
            at(step);
        }
    }
}

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Steps(..)")
    }
}
