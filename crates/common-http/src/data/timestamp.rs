//! A time in the vendor's notation.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;

use crate::data::text_or_number::{TextOrNumber, TextOrNumberForm};

/// A date or time exactly as the vendor wrote it, and its instant if that is certain.
///
/// No vendor documents its formats, so any JSON string or number is accepted and written unchanged
/// (for numbers see [`TextOrNumber`]).
///
/// `Debug` prints `Timestamp(..)`, because the time of a birth or an exam is personal data.
///
/// ```
/// use common_http::Timestamp;
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let start = Timestamp::from("2030-01-02T00:30:00.5-03:00");
/// assert_eq!(start.as_str(), "2030-01-02T00:30:00.5-03:00");
/// assert_eq!(start.to_system_time(), Some(UNIX_EPOCH + Duration::from_millis(1_893_555_000_500)));
///
/// let birth = Timestamp::from("1990-01-01");
/// assert_eq!(birth.to_system_time(), None);
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(Form);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Form {
    Text(String),
    Number { number: Number, text: String },
}

impl Timestamp {
    /// The vendor's text; for a JSON number its digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Form::Text(text) | Form::Number { text, .. } => text,
        }
    }

    /// The instant; `None` if the text does not define it.
    ///
    /// Strings: a date and time in RFC 3339 (or similar ISO 8601 forms) with `Z` or an offset; a
    /// fraction of any length is cut to nanoseconds. A date alone, a time without zone, and
    /// anything else give `None`.
    ///
    /// Numbers (not documented by any vendor, nor seen yet): seconds since 1970 UTC, or
    /// milliseconds if the absolute value is 10^11 or more. That is our reading: 10^11 seconds is
    /// the year 5138, 10^11 milliseconds is 1973.
    #[must_use]
    pub fn to_system_time(&self) -> Option<SystemTime> {
        match &self.0 {
            Form::Text(text) => text_to_system_time(text),
            Form::Number { number, .. } => number_to_system_time(number),
        }
    }
}

impl From<String> for Timestamp {
    fn from(text: String) -> Self {
        Self(Form::Text(text))
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Timestamp(..)")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Text(text) => serializer.serialize_str(text),
            Form::Number { number, .. } => number.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match TextOrNumber::deserialize(deserializer)?.0 {
            TextOrNumberForm::Text(text) => Form::Text(text),
            TextOrNumberForm::Number(number) => Form::Number {
                text: number.to_string(),
                number,
            },
        }))
    }
}

fn text_to_system_time(text: &str) -> Option<SystemTime> {
    let instant = match digits_beyond_nanoseconds(text) {
        None => text.parse::<jiff::Timestamp>(),
        Some((kept, rest)) => format!("{kept}{rest}").parse(),
    };
    let since_epoch = instant.ok()?.as_duration();
    // Not `SystemTime::from`, which panics if the platform cannot represent so early a time.
    from_epoch(since_epoch.is_negative(), since_epoch.unsigned_abs())
}

/// The text before and after the fraction's digits beyond nanoseconds, if there are any.
fn digits_beyond_nanoseconds(text: &str) -> Option<(&str, &str)> {
    const NANOSECOND_DIGITS: usize = 9;
    let fraction = text.find('.')? + 1;
    let digits = text
        .get(fraction..)?
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    if digits <= NANOSECOND_DIGITS {
        return None;
    }
    Some((
        text.get(..fraction + NANOSECOND_DIGITS)?,
        text.get(fraction + digits..)?,
    ))
}

fn number_to_system_time(number: &Number) -> Option<SystemTime> {
    const MILLISECONDS_FROM: u64 = 100_000_000_000;
    let whole = number
        .as_u64()
        .or_else(|| number.as_i64().map(i64::unsigned_abs));
    let value = number.as_f64()?;
    let size = match whole {
        Some(whole) if whole >= MILLISECONDS_FROM => Duration::from_millis(whole),
        Some(whole) => Duration::from_secs(whole),
        // 10^11 as a float is exact.
        None if value.abs() >= 1e11 => Duration::try_from_secs_f64(value.abs() / 1e3).ok()?,
        None => Duration::try_from_secs_f64(value.abs()).ok()?,
    };
    from_epoch(value < 0.0, size)
}

fn from_epoch(before: bool, distance: Duration) -> Option<SystemTime> {
    if before {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    }
}

#[cfg(test)]
mod tests {
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
            prop_assert_eq!(timestamp.as_str(), &*text);
            let json = serde_json::to_string(&timestamp).unwrap();
            prop_assert_eq!(&json, &serde_json::to_string(&text).unwrap());
            prop_assert_eq!(read(&json), timestamp);
        }

        #[test]
        fn texts_near_a_time_never_panic(text in r"-?[0-9]{0,7}-[0-9]{1,2}-[0-9]{1,2}[Tt ]?[0-9:]{0,8}[.,]?[0-9]{0,12}[Zz+-]?[0-9:]{0,5}(\[[A-Za-z/]*\])?") {
            let _ = Timestamp::from(&*text).to_system_time();
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
}
