//! Tracks what the attempts of a call may have done at the vendor.

use crate::error::Delivery;
use crate::retry::Outcome;

#[derive(Default)]
pub(crate) struct Doubt {
    any_sent: bool,
    any_doubtful: bool,
    last: Option<Outcome>,
}

impl Doubt {
    pub(crate) fn note(&mut self, outcome: Outcome) {
        self.any_sent |= !matches!(outcome, Outcome::NotSent | Outcome::Barred);
        self.any_doubtful |= outcome.is_doubtful();
        self.last = Some(outcome);
    }

    /// The delivery of a call that ends in an error now.
    pub(crate) fn delivery(&self) -> Delivery {
        match self.last {
            _ if self.any_doubtful => Delivery::Unknown,
            _ if !self.any_sent => Delivery::NotSent,
            Some(last) if last.is_answer() => Delivery::Answered,
            _ => Delivery::Unknown,
        }
    }

    /// The delivery of a call whose last attempt got a successful answer.
    pub(crate) fn delivery_of_answer(&self) -> Delivery {
        if self.any_doubtful {
            Delivery::Unknown
        } else {
            Delivery::Answered
        }
    }
}
