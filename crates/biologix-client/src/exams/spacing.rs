//! The pause between pages after the vendor has throttled.

use std::time::Duration;

/// After this many pages in a row without throttling, the pause is halved.
const CALM_PAGES: u32 = 10;
/// Shorter pauses are skipped.
const SHORTEST: Duration = Duration::from_millis(50);

pub(super) struct Spacing {
    full: Duration,
    now: Duration,
    calm: u32,
}

impl Spacing {
    pub(super) fn new(full: Duration) -> Self {
        Self {
            full,
            now: Duration::ZERO,
            calm: 0,
        }
    }

    /// The pause before the next page.
    pub(super) fn pause(&self) -> Duration {
        self.now
    }

    /// Notes how a page went.
    pub(super) fn note(&mut self, throttled: bool) {
        if throttled {
            self.now = self.full;
            self.calm = 0;
            return;
        }
        self.calm += 1;
        if self.calm >= CALM_PAGES {
            self.calm = 0;
            self.now /= 2;
            if self.now < SHORTEST {
                self.now = Duration::ZERO;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_with_throttling_and_eases_off() {
        let mut spacing = Spacing::new(Duration::from_secs(1));
        spacing.note(false);
        assert_eq!(spacing.pause(), Duration::ZERO);
        spacing.note(true);
        assert_eq!(spacing.pause(), Duration::from_secs(1));
        for _ in 0..CALM_PAGES {
            spacing.note(false);
        }
        assert_eq!(spacing.pause(), Duration::from_millis(500));
        spacing.note(true);
        assert_eq!(spacing.pause(), Duration::from_secs(1));
        for _ in 0..CALM_PAGES * 5 {
            spacing.note(false);
        }
        assert_eq!(spacing.pause(), Duration::ZERO);
    }
}
