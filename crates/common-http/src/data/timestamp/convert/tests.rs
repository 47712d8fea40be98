//! The three crates say the same instant and the same date.

use chrono::{Datelike, NaiveDate};

use crate::{ErrorKind, Timestamp};

fn read(json: &str) -> Timestamp {
    serde_json::from_str(json).unwrap()
}

#[test]
fn an_instant_is_the_same_in_each_crate() {
    for (json, text, nanoseconds) in [
        (
            r#""2030-01-02T00:04:05.678-03:00""#,
            "2030-01-02T03:04:05.678Z",
            678_000_000,
        ),
        (
            r#""1969-12-31T23:59:58.5Z""#,
            "1969-12-31T23:59:58.5Z",
            500_000_000,
        ),
        ("1893553445", "2030-01-02T03:04:05Z", 0),
        ("-0.5", "1969-12-31T23:59:59.5Z", 500_000_000),
    ] {
        let timestamp = read(json);
        let jiff = jiff::Timestamp::try_from(&timestamp).unwrap();
        let chrono = chrono::DateTime::<chrono::Utc>::try_from(&timestamp).unwrap();
        let time = time::OffsetDateTime::try_from(&timestamp).unwrap();
        assert_eq!(jiff.to_string(), text);
        let seconds = timestamp.unix_seconds().unwrap();
        assert_eq!(
            (chrono.timestamp(), time.unix_timestamp()),
            (seconds, seconds)
        );
        assert_eq!(chrono.timestamp_subsec_nanos(), nanoseconds);
        assert_eq!(time.nanosecond(), nanoseconds);
        assert!(time.offset().is_utc());
    }
}

#[test]
fn a_date_is_the_same_in_each_crate() {
    for text in ["1990-01-31", "1990-01-31T23:30:00-03:00"] {
        let birth = Timestamp::from(text);
        let jiff = jiff::civil::Date::try_from(&birth).unwrap();
        let chrono = NaiveDate::try_from(&birth).unwrap();
        let time = time::Date::try_from(&birth).unwrap();
        assert_eq!(jiff, jiff::civil::date(1990, 1, 31));
        assert_eq!((chrono.year(), chrono.month(), chrono.day()), (1990, 1, 31));
        assert_eq!(time.to_calendar_date(), (1990, time::Month::January, 31));
    }
}

#[test]
fn what_is_not_defined_or_not_in_range_is_an_error_without_the_text() {
    for json in [r#""MARKER""#, r#""1990-01-31""#, "9e18"] {
        let timestamp = read(json);
        let errors = [
            jiff::Timestamp::try_from(&timestamp).unwrap_err(),
            chrono::DateTime::<chrono::Utc>::try_from(&timestamp).unwrap_err(),
            time::OffsetDateTime::try_from(&timestamp).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(!format!("{error}{error:?}").contains("MARKER"));
        }
    }
    for json in [r#""MARKER""#, r#""1990-02-30""#, "631152000"] {
        let timestamp = read(json);
        let errors = [
            jiff::civil::Date::try_from(&timestamp).unwrap_err(),
            NaiveDate::try_from(&timestamp).unwrap_err(),
            time::Date::try_from(&timestamp).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(!format!("{error}{error:?}").contains("MARKER"));
        }
    }
}
