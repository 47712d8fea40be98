//! `Retry-After`: seconds, or an HTTP date compared with the answer's own `Date`.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// How long the vendor asks us to wait.
///
/// A date is compared with the answer's own `Date`, or with our clock if it has none; a date in the
/// past is a wait of zero. `None` for a missing header, a negative number and anything else.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is longer than any deadline.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = headers
        .get(DATE)
        .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok())
        .unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or_default())
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
        assert_eq!(
            read("99999999999999999999999999", None),
            Some(Duration::from_secs(u64::MAX))
        );
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
            "1.5",
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

    proptest! {
        #[test]
        fn never_panics(text in "[ -~]{0,40}", date in "[ -~]{0,40}") {
            let _ = read(&text, Some(&date));
        }

        #[test]
        fn any_count_of_seconds(seconds in any::<u64>()) {
            prop_assert_eq!(read(&seconds.to_string(), None), Some(Duration::from_secs(seconds)));
        }
    }
}
