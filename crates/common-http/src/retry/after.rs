//! Reads when to send the next request: the forms of `Retry-After` in use, and rate-limit headers.

use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use http::header::{DATE, HeaderName, RETRY_AFTER};
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

/// Seconds from 2001 to 5138: a point in time, because a wait would be longer than 30 years.
const EPOCH_SECONDS: Range<f64> = 1e9..1e11;
/// The same in milliseconds, from 2017 on. Fewer are seconds, of a wait that is too long.
const EPOCH_MILLIS: Range<f64> = 1.5e12..1e14;

/// Reads `Retry-After`: seconds, a date (RFC 9110, RFC 2822, ISO 8601), or epoch seconds.
/// A point in time is compared with the answer's `Date`, or with this machine's clock if it has
/// none; the past is a wait of zero. `None` for a missing header, a negative number and anything
/// else.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    wait(headers, RETRY_AFTER)
}

/// When the rate limit is reset, for a throttled answer without `Retry-After`.
pub(crate) fn limit_reset(headers: &HeaderMap) -> Option<Duration> {
    let names = ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"];
    names
        .into_iter()
        .find_map(|name| wait(headers, HeaderName::from_static(name)))
}

fn wait(headers: &HeaderMap, name: HeaderName) -> Option<Duration> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    if is_number(text) {
        let number: f64 = text.parse().ok()?;
        let seconds = if EPOCH_MILLIS.contains(&number) {
            number / 1000.0
        } else {
            number
        };
        // A value that is too large is longer than any deadline.
        let given = Duration::try_from_secs_f64(seconds.ceil());
        let given = given.unwrap_or(Duration::from_secs(u64::MAX));
        return Some(if EPOCH_SECONDS.contains(&seconds) || number != seconds {
            given.saturating_sub(now(headers))
        } else {
            given
        });
    }
    Some(since_epoch(text)?.saturating_sub(now(headers)))
}

/// Digits with an optional fraction, without sign or exponent.
fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !whole.is_empty() && digits(whole) && digits(fraction)
}

fn since_epoch(date: &str) -> Option<Duration> {
    if let Ok(time) = httpdate::parse_http_date(date) {
        return time.duration_since(UNIX_EPOCH).ok();
    }
    let utc = |time: DateTime| Some(time.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp());
    let time = rfc2822::parse(date)
        .map(|zoned| zoned.timestamp())
        .or_else(|_| date.parse())
        .ok()
        .or_else(|| utc(date.parse().ok()?))?;
    Duration::try_from(time.as_duration()).ok()
}

fn now(headers: &HeaderMap) -> Duration {
    let date = headers
        .get(DATE)
        .and_then(|date| since_epoch(date.to_str().ok()?));
    date.unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn read(retry_after_text: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(
            RETRY_AFTER,
            HeaderValue::from_str(retry_after_text).unwrap(),
        );
        if let Some(date) = date {
            headers.insert(DATE, HeaderValue::from_str(date).unwrap());
        }
        retry_after(&headers)
    }

    #[test]
    fn seconds() {
        assert_eq!(read("0", None), Some(Duration::ZERO));
        assert_eq!(read(" 120 ", None), Some(Duration::from_secs(120)));
        assert_eq!(read("3.001", None), Some(Duration::from_secs(4)));
        assert_eq!(read("0.5", None), Some(Duration::from_secs(1)));
        for long in [
            "100000000000",
            "999999999999",
            "1499999999999",
            "100000000000000",
        ] {
            let seconds = long.parse().unwrap();
            assert_eq!(read(long, None), Some(Duration::from_secs(seconds)));
        }
        let endless = read("99999999999999999999999999", None).unwrap();
        assert!(endless > Duration::from_secs(1 << 60));
    }

    #[test]
    fn a_date_is_compared_with_the_answers_own() {
        let date = Some("Wed, 02 Jan 2030 03:04:05 GMT");
        let wait = |text| read(text, date);
        assert_eq!(
            wait("Wed, 02 Jan 2030 03:05:05 GMT"),
            Some(Duration::from_secs(60))
        );
        assert_eq!(wait("Wed, 02 Jan 2030 03:04:04 GMT"), Some(Duration::ZERO));
        assert_eq!(
            wait("Wednesday, 02-Jan-30 03:04:06 GMT"),
            Some(Duration::from_secs(1))
        );
        for same in [
            "Wed, 2 Jan 2030 00:05:05 -0300",
            "2030-01-02T03:05:05Z",
            "2030-01-02T03:05:05.000+00:00",
            "2030-01-02T00:05:05-03:00",
            "2030-01-02 03:05:05",
            "1893553505",
            "1893553505.0",
            "1893553505000",
        ] {
            assert_eq!(wait(same), Some(Duration::from_secs(60)), "{same}");
        }
        assert_eq!(wait("1893553400"), Some(Duration::ZERO));
    }

    #[test]
    fn without_a_date_our_clock_counts() {
        let in_an_hour = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3600));
        let wait = read(&in_an_hour, None).unwrap();
        assert!(wait > Duration::from_secs(3000) && wait <= Duration::from_secs(3600));
    }

    #[test]
    fn garbage_is_ignored() {
        for text in [
            "",
            " ",
            "-1",
            "-1.5",
            ".5",
            "1.5.2",
            "1e9",
            "soon",
            "+5",
            "٣",
            "Wed, 99 Jan 2030",
        ] {
            if let Ok(value) = HeaderValue::from_str(text) {
                let mut headers = HeaderMap::new();
                headers.insert(RETRY_AFTER, value);
                assert_eq!(retry_after(&headers), None, "{text}");
            }
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn a_reset_header_says_when_the_limit_ends() {
        for name in ["RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset"] {
            let mut headers = HeaderMap::new();
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.insert(name, HeaderValue::from_static("17"));
            assert_eq!(limit_reset(&headers), Some(Duration::from_secs(17)));
            assert_eq!(retry_after(&headers), None);
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[ -~]{0,40}", date in "[ -~]{0,40}") {
            let _ = read(&text, Some(&date));
        }

        #[test]
        fn any_count_of_seconds(seconds in 0u64..1_000_000_000) {
            prop_assert_eq!(read(&seconds.to_string(), None), Some(Duration::from_secs(seconds)));
        }
    }
}
