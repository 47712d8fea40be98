//! The list calls of late, for throttling.

use std::collections::VecDeque;
use std::time::SystemTime;

use crate::sandbox::settings::Throttle;

/// When the list calls that still count were answered, oldest first.
#[derive(Default)]
pub(super) struct Calls(VecDeque<SystemTime>);

impl Calls {
    /// Counts a call, unless it is one too many.
    pub(super) fn admit(&mut self, rule: &Throttle, now: SystemTime) -> bool {
        while self.0.front().is_some_and(|call| {
            now.duration_since(*call)
                .is_ok_and(|age| age >= rule.window)
        }) {
            self.0.pop_front();
        }
        let admitted = self.0.len() < rule.calls;
        if admitted {
            self.0.push_back(now);
        }
        admitted
    }
}
