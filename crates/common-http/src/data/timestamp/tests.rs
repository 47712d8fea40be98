//! Every notation, near misses, and what is kept.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proptest::prelude::*;

use super::Timestamp;

/// 2030-01-02T03:04:05Z.
const SECONDS: u64 = 1_893_553_445;

fn at(seconds: u64, nanoseconds: u32) -> Option<SystemTime> {
    Some(UNIX_EPOCH + Duration::new(seconds, nanoseconds))
}

fn read(json: &str) -> Timestamp {
    serde_json::from_str(json).unwrap()
}

#[test]
fn texts_with_a_zone_are_an_instant() {
    for (text, nanoseconds) in [
        ("2030-01-02T03:04:05Z", 0),
        ("2030-01-02t03:04:05z", 0),
        ("2030-01-02T00:04:05-03:00", 0),
        ("2030-01-02T05:04:05+02:00", 0),
        ("2030-01-02T03:04:05.5Z", 500_000_000),
        ("2030-01-02T03:04:05.678Z", 678_000_000),
        ("2030-01-02T05:04:05.6781234+02:00", 678_123_400),
        ("2030-01-02T03:04:05.123456789Z", 123_456_789),
        ("2030-01-02T03:04:05.123456789987654321Z", 123_456_789),
        ("2030-01-02T00:04:05.1234567899-03:00", 123_456_789),
    ] {
        assert_eq!(
            Timestamp::from(text).to_system_time(),
            at(SECONDS, nanoseconds),
            "{text}"
        );
    }
    let early = Timestamp::from("1969-12-31T23:59:58.5Z").to_system_time();
    assert_eq!(early, Some(UNIX_EPOCH - Duration::from_millis(1_500)));
}

#[test]
fn texts_without_a_certain_instant_are_kept_only() {
    for text in [
        "",
        " ",
        "1990-01-01",
        "2030-01-02T03:04:05",
        "2030-01-02T03:04:05.123456789987",
        "02/01/2030 03:04",
        "2030-13-41T99:99:99Z",
        "1893553445",
        "ontem",
        ".",
        "2030-01-02T03:04:05.\u{661}Z",
    ] {
        let timestamp = Timestamp::from(text);
        assert_eq!(timestamp.to_system_time(), None, "{text:?}");
        assert_eq!(timestamp.as_str(), text);
    }
}

#[test]
fn numbers_are_seconds_or_milliseconds() {
    assert_eq!(read("1893553445").to_system_time(), at(SECONDS, 0));
    assert_eq!(
        read("1893553445.25").to_system_time(),
        at(SECONDS, 250_000_000)
    );
    assert_eq!(
        read("1893553445678").to_system_time(),
        at(SECONDS, 678_000_000)
    );
    assert_eq!(
        read("1893553445250.0").to_system_time(),
        at(SECONDS, 250_000_000)
    );
    assert_eq!(read("99999999999").to_system_time(), at(99_999_999_999, 0));
    assert_eq!(read("100000000000").to_system_time(), at(100_000_000, 0));
    assert_eq!(
        read("-1").to_system_time(),
        Some(UNIX_EPOCH - Duration::from_secs(1))
    );
    assert_eq!(
        read("-0.5").to_system_time(),
        Some(UNIX_EPOCH - Duration::from_millis(500))
    );
    let early = Some(UNIX_EPOCH - Duration::from_secs(100_000_000));
    assert_eq!(read("-100000000000").to_system_time(), early);
    assert_eq!(read("1e300").to_system_time(), None);
}

#[test]
fn unix_seconds_are_rounded_down() {
    for (json, seconds) in [
        (r#""2030-01-02T03:04:05.999Z""#, Some(SECONDS as i64)),
        (r#""1969-12-31T23:59:58.5Z""#, Some(-2)),
        (r#""1969-12-31T23:59:58Z""#, Some(-2)),
        ("-0.5", Some(-1)),
        ("0", Some(0)),
        (r#""1990-01-01""#, None),
        ("18446744073709551615e9", None),
    ] {
        assert_eq!(read(json).unix_seconds(), seconds, "{json}");
    }
}

#[test]
fn a_date_is_taken_as_it_is_written() {
    for text in [
        "1990-01-31",
        "1990-01-31T00:00:00",
        "1990-01-31T23:59:59.5",
        "1990-01-31T00:00:00.000Z",
        "1990-01-31T00:00:00.123456789987Z",
        "1990-01-31t23:30:00-03:00",
        "1990-01-31 00:00:00+14:00",
    ] {
        assert_eq!(
            Timestamp::from(text).to_date(),
            Some((1990, 1, 31)),
            "{text}"
        );
    }
    for text in [
        "",
        "1990",
        "1990-1-31",
        "19900131",
        "19900131T0",
        "31/01/1990",
        "1990-02-30",
        "1990-01-31T",
        "1990-01-31Z",
        "1990-01-31T99:00:00Z",
        "1990-01-311",
        "1990-01-31 ",
        " 1990-01-31",
        "1990-01-3\u{661}",
        "+001990-01-31",
        "2024-W24-6",
    ] {
        assert_eq!(Timestamp::from(text).to_date(), None, "{text:?}");
    }
    assert_eq!(read("19900131").to_date(), None);
}

#[test]
fn the_order_is_that_of_the_instants_where_they_are_known() {
    use std::cmp::Ordering::{Equal, Greater, Less};

    let early = "2030-01-02T03:04:05Z";
    for (other, order) in [
        (early, Some(Equal)),
        ("2030-01-02T03:04:05.000000001Z", Some(Less)),
        ("2030-01-02T00:04:04-03:00", Some(Greater)),
        // The same instant, in an order that agrees with `==`.
        ("2030-01-02T00:04:05-03:00", Some(Greater)),
        ("2030-01-02", None),
        ("ontem", None),
    ] {
        let (early, other) = (Timestamp::from(early), Timestamp::from(other));
        assert_eq!(early.partial_cmp(&other), order, "{}", other.as_str());
        let back = order.map(std::cmp::Ordering::reverse);
        assert_eq!(other.partial_cmp(&early), back, "{}", other.as_str());
    }
    let birth = Timestamp::from("1990-01-01");
    assert_eq!(birth.partial_cmp(&birth.clone()), Some(Equal));
    assert!(read("1893553445") < Timestamp::from("2030-01-02T03:04:06Z"));
}

#[test]
fn what_is_neither_text_nor_number_is_refused() {
    for json in ["true", "[]", "{}", "null"] {
        assert!(serde_json::from_str::<Timestamp>(json).is_err(), "{json}");
    }
}

#[test]
fn debug_hides_the_time() {
    assert_eq!(
        format!("{:?}", Timestamp::from("1990-01-01")),
        "Timestamp(..)"
    );
    assert_eq!(format!("{:#?}", read("1893553445")), "Timestamp(..)");
}

proptest! {
    #[test]
    fn any_text_is_kept(text in any::<String>()) {
        let timestamp = Timestamp::from(&*text);
        let _ = timestamp.to_system_time();
        let _ = timestamp.to_date();
        prop_assert_eq!(timestamp.as_str(), &*text);
        let json = serde_json::to_string(&timestamp).unwrap();
        prop_assert_eq!(&json, &serde_json::to_string(&text).unwrap());
        prop_assert_eq!(read(&json), timestamp);
    }

    #[test]
    fn texts_near_a_time_never_panic(text in r"-?[0-9]{0,7}-[0-9]{1,2}-[0-9]{1,2}[Tt ]?[0-9:]{0,8}[.,]?[0-9]{0,12}[Zz+-]?[0-9:]{0,5}(\[[A-Za-z/]*\])?") {
        let timestamp = Timestamp::from(&*text);
        let _ = (timestamp.to_system_time(), timestamp.to_date());
    }

    #[test]
    fn whole_numbers_round_trip(number in any::<i64>()) {
        let timestamp = read(&number.to_string());
        let _ = timestamp.to_system_time();
        prop_assert_eq!(timestamp.as_str(), number.to_string());
        prop_assert_eq!(serde_json::to_string(&timestamp).unwrap(), number.to_string());
    }

    #[test]
    fn floats_round_trip(number in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
        let json = serde_json::to_string(&number).unwrap();
        let timestamp = read(&json);
        let _ = timestamp.to_system_time();
        prop_assert_eq!(serde_json::to_string(&timestamp).unwrap(), json);
    }
}
