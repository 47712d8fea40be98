//! The retry budget: a token bucket per client that keeps an outage from becoming a storm.

use std::sync::{Mutex, PoisonError};

const FULL: u32 = 500;

/// What a repetition takes from the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost(u32);

impl Cost {
    /// A repetition after a failure.
    pub(crate) const RETRY: Self = Self(14);
    /// A repetition that the vendor asked for later.
    pub(crate) const THROTTLE: Self = Self(5);
}

/// Tokens that repetitions are paid with.
#[derive(Debug)]
pub(crate) struct Budget(Mutex<u32>);

impl Default for Budget {
    fn default() -> Self {
        Self(Mutex::new(FULL))
    }
}

impl Budget {
    /// Takes the cost, if it is there.
    pub(crate) fn take(&self, cost: Cost) -> bool {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match tokens.checked_sub(cost.0) {
            Some(rest) => {
                *tokens = rest;
                true
            }
            None => false,
        }
    }

    /// Gives back after a success: what its last repetition had cost, or one token where it needed none.
    pub(crate) fn give_back(&self, last: Option<Cost>) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
