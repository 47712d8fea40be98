//! Actions of a test between two requests.

use std::collections::HashMap;

use crate::sandbox::error::SandboxError;

pub(super) type Action = Box<dyn FnOnce() + Send>;

/// The actions that wait for their request.
#[derive(Default)]
pub(super) struct Hooks(HashMap<&'static str, Vec<(usize, Action)>>);

impl Hooks {
    pub(super) fn add(
        &mut self,
        operation: &'static str,
        nth: usize,
        action: Action,
    ) -> Result<(), SandboxError> {
        if nth == 0 {
            return Err(SandboxError::ZeroCount);
        }
        self.0.entry(operation).or_default().push((nth, action));
        Ok(())
    }

    /// Counts a request and returns the actions that are due before it.
    pub(super) fn due(&mut self, operation: &'static str) -> Vec<Action> {
        let Some(waiting) = self.0.get_mut(operation) else {
            return Vec::new();
        };
        waiting
            .iter_mut()
            .for_each(|(remaining, _)| *remaining -= 1);
        waiting
            .extract_if(.., |(remaining, _)| *remaining == 0)
            .map(|(_, action)| action)
            .collect()
    }
}
