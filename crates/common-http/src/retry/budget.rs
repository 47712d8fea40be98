//! The retry budget: a token bucket per client that keeps an outage from becoming a storm.

use std::sync::Mutex;

use crate::lock::lock;

const FULL: u32 = 500;

/// The cost of a repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost(u32);

impl Cost {
    /// A repetition after a failure.
    pub(crate) const RETRY: Self = Self(14);
    /// A repetition at a time that the vendor named.
    pub(crate) const THROTTLE: Self = Self(5);
}

/// The tokens that pay for repetitions.
#[derive(Debug)]
pub(crate) struct Budget(Mutex<u32>);

impl Default for Budget {
    fn default() -> Self {
        Self(Mutex::new(FULL))
    }
}

impl Budget {
    /// Takes the cost and returns `true`, if enough tokens are left.
    pub(crate) fn take(&self, cost: Cost) -> bool {
        let mut tokens = lock(&self.0);
        let rest = tokens.checked_sub(cost.0);
        *tokens = rest.unwrap_or(*tokens);
        rest.is_some()
    }

    /// After a success, gives back the cost of its last repetition, or one token if there was none.
    pub(crate) fn give_back(&self, last: Option<Cost>) {
        let mut tokens = lock(&self.0);
        *tokens = (*tokens + last.map_or(1, |cost| cost.0)).min(FULL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empties_and_refills() {
        let budget = Budget::default();
        let taken = (0..1000).filter(|_| budget.take(Cost::RETRY)).count();
        assert_eq!(taken, 35); // 500 / 14
        assert!(budget.take(Cost::THROTTLE)); // 10 are left
        assert!(budget.take(Cost::THROTTLE));
        assert!(!budget.take(Cost::THROTTLE));
        for _ in 0..13 {
            budget.give_back(None);
        }
        assert!(!budget.take(Cost::RETRY));
        budget.give_back(None);
        assert!(budget.take(Cost::RETRY));
        budget.give_back(Some(Cost::RETRY));
        assert!(budget.take(Cost::RETRY));
    }

    #[test]
    fn never_overflows() {
        let budget = Budget::default();
        for _ in 0..10 {
            budget.give_back(Some(Cost::RETRY));
        }
        assert_eq!((0..1000).filter(|_| budget.take(Cost::RETRY)).count(), 35);
    }
}
