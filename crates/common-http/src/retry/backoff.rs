//! Exponential backoff with full jitter.

use std::time::Duration;

/// The pause before repetition number `repetition`, from 1.
///
/// It is random between zero and `base`, doubled for each further repetition, at most `cap`. Full
/// jitter spreads out the clients that were hit by the same outage.
pub(crate) fn pause(base: Duration, cap: Duration, repetition: u32) -> Duration {
    let doublings = repetition.saturating_sub(1).min(31);
    let longest = base.saturating_mul(1 << doublings).min(cap);
    longest.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_cap_and_spreads() {
        let base = Duration::from_millis(200);
        let cap = Duration::from_secs(20);
        for (repetition, longest) in [
            (1, 200),
            (2, 400),
            (3, 800),
            (7, 12_800),
            (8, 20_000),
            (u32::MAX, 20_000),
        ] {
            let longest = Duration::from_millis(longest);
            let pauses: Vec<_> = (0..400).map(|_| pause(base, cap, repetition)).collect();
            assert!(pauses.iter().all(|pause| *pause <= longest));
            assert!(pauses.iter().any(|pause| *pause > longest / 2));
            assert!(pauses.iter().any(|pause| *pause < longest / 2));
        }
    }
}
