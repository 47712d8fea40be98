//! The sandbox's clock.

use std::time::{Duration, SystemTime};

use common_http::sandbox::{SandboxClock, rfc3339};

use crate::wire::{ask, connect, start};

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

#[test]
fn it_starts_at_the_real_time_and_is_moved_by_hand() {
    let before = SystemTime::now();
    let clock = SandboxClock::new();
    assert!(clock.now() >= before && clock.now() <= SystemTime::now());
    clock.freeze();
    let frozen = clock.now();
    let same = clock.clone();
    same.advance(WEEK);
    assert_eq!(clock.now(), frozen + WEEK);
    clock.advance(Duration::MAX);
    assert_eq!(rfc3339(clock.now(), 0), "9999-01-01T00:00:00Z");
}

#[test]
fn times_are_written_with_the_wanted_fraction() {
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_893_553_445, 678_900_000);
    assert_eq!(rfc3339(time, 0), "2030-01-02T03:04:05Z");
    assert_eq!(rfc3339(time, 3), "2030-01-02T03:04:05.678Z");
    assert_eq!(rfc3339(time, 200), "2030-01-02T03:04:05.678900000Z");
    assert!(rfc3339(time + Duration::from_secs(1 << 42), 0).starts_with("9999-12-30T"));
}

#[tokio::test]
async fn answers_are_dated_by_it() {
    let sandbox = start().await;
    sandbox.clock().freeze();
    sandbox.clock().advance(WEEK);
    let got = ask(&mut connect(&sandbox).await, "GET /things/a", "").await;
    let date = got.header("date").unwrap();
    let whole = sandbox
        .clock()
        .now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(whole);
    assert_eq!(date, httpdate::fmt_http_date(expected));
}
