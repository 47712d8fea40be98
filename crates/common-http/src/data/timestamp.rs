//! A time in the vendor's notation.

#[cfg(any(feature = "jiff", feature = "chrono", feature = "time"))]
mod convert;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
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
/// Two timestamps are ordered if both instants are known, and by their texts if the instants are
/// the same. Otherwise they are not ordered, unless they are equal: sort those by
/// [`Timestamp::to_date`]. To compare with a moment of your own, use
/// [`Timestamp::to_system_time`].
///
/// With the feature `jiff`, `chrono` or `time`, `TryFrom<&Timestamp>` gives that crate's instant
/// and date: `jiff::Timestamp` and `jiff::civil::Date`, `chrono::DateTime<Utc>` and
/// `chrono::NaiveDate`, `time::OffsetDateTime` (in UTC) and `time::Date`. What is not defined or
/// not in that type's range is an error of the kind `decode`.
///
/// ```
/// use common_http::Timestamp;
/// use std::time::{Duration, UNIX_EPOCH};
///
/// let start = Timestamp::from("2030-01-02T00:30:00.5-03:00");
/// assert_eq!(start.as_str(), "2030-01-02T00:30:00.5-03:00");
/// assert_eq!(start.to_system_time(), Some(UNIX_EPOCH + Duration::from_millis(1_893_555_000_500)));
///
/// assert_eq!(start.unix_seconds(), Some(1_893_555_000));
/// assert!(start < Timestamp::from("2030-01-02T03:31:00Z"));
///
/// let birth = Timestamp::from("1990-01-01");
/// assert_eq!(birth.to_system_time(), None);
/// assert_eq!(birth.to_date(), Some((1990, 1, 1)));
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
        let (seconds, nanoseconds) = self.instant()?;
        // Not jiff's `SystemTime::from`, which panics if the platform cannot represent so early a
        // time.
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let whole = if seconds < 0 {
            UNIX_EPOCH.checked_sub(whole)
        } else {
            UNIX_EPOCH.checked_add(whole)
        };
        whole?.checked_add(Duration::from_nanos(nanoseconds.into()))
    }

    /// The instant in whole seconds since 1970 UTC, rounded down; `None` as for
    /// [`Timestamp::to_system_time`].
    #[must_use]
    pub fn unix_seconds(&self) -> Option<i64> {
        self.instant().map(|(seconds, _)| seconds)
    }

    /// The year, month and day as they are written, for example of a birth; never moved to another
    /// time zone.
    ///
    /// The text must be an ISO 8601 date such as `1990-01-31`, alone or with a time of any zone or
    /// none. Anything else, and a number, gives `None`. A date of birth is personal data, and here
    /// it is not hidden from `Debug` any more.
    #[must_use]
    pub fn to_date(&self) -> Option<(i16, u8, u8)> {
        let Form::Text(text) = &self.0 else {
            return None;
        };
        let (date, time) = text.split_at_checked("1990-01-31".len())?;
        if date.as_bytes()[4] != b'-' || !(time.is_empty() || has_time(text)) {
            return None;
        }
        let date: jiff::civil::Date = date.parse().ok()?;
        Some((
            date.year(),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        ))
    }

    /// Whole seconds since 1970 UTC, rounded down, and nanoseconds since then.
    fn instant(&self) -> Option<(i64, u32)> {
        match &self.0 {
            Form::Text(text) => text_to_instant(text),
            Form::Number { number, .. } => number_to_instant(number),
        }
    }
}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other {
            return Some(Ordering::Equal);
        }
        let instants = self.instant()?.cmp(&other.instant()?);
        Some(instants.then_with(|| self.as_str().cmp(other.as_str())))
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

fn text_to_instant(text: &str) -> Option<(i64, u32)> {
    let instant: jiff::Timestamp = parse(text)?;
    let since_epoch = instant.as_duration();
    floored(since_epoch.is_negative(), since_epoch.unsigned_abs())
}

/// Whether a text that starts with a date is a date and a time.
fn has_time(text: &str) -> bool {
    text_to_instant(text).is_some() || parse::<jiff::civil::DateTime>(text).is_some()
}

fn parse<T: FromStr>(text: &str) -> Option<T> {
    match digits_beyond_nanoseconds(text) {
        None => text.parse().ok(),
        Some((kept, rest)) => format!("{kept}{rest}").parse().ok(),
    }
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

fn number_to_instant(number: &Number) -> Option<(i64, u32)> {
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
    floored(value < 0.0, size)
}

fn floored(before: bool, distance: Duration) -> Option<(i64, u32)> {
    let seconds = i64::try_from(distance.as_secs()).ok()?;
    Some(match (before, distance.subsec_nanos()) {
        (false, nanoseconds) => (seconds, nanoseconds),
        (true, 0) => (-seconds, 0),
        (true, nanoseconds) => (-seconds - 1, 1_000_000_000 - nanoseconds),
    })
}

#[cfg(test)]
mod tests;
