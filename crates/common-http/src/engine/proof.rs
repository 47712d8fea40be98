//! Checks that the vendor wrote an answer, and that the answer is complete.

use http::header::{CONTENT_RANGE, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, StatusCode, Version};
use serde::de::IgnoredAny;

use super::reader::End;

/// Whether the answer is a web page, for example of a firewall or a gateway.
pub(super) fn is_page(headers: &HeaderMap, start: &[u8]) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes());
    let is_html = kind.is_some_and(|kind| {
        let starts_with = |html: &[u8]| {
            let kind = kind.trim_ascii_start().get(..html.len());
            kind.is_some_and(|kind| kind.eq_ignore_ascii_case(html))
        };
        starts_with(b"text/html") || starts_with(b"application/xhtml")
    });
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    is_html || text.trim_ascii_start().starts_with(b"<")
}

/// Whether the answer is a whole file, not a part of one.
pub(super) fn is_whole_file(status: StatusCode, headers: &HeaderMap) -> bool {
    status == StatusCode::OK && !headers.contains_key(CONTENT_RANGE)
}

/// Whether the protocol shows where the body ends. A length, chunks, a closed HTTP/2 stream or TLS
/// session show it; a plain connection that is closed does not.
pub(super) fn end(version: Version, headers: &HeaderMap, length: Option<u64>, scheme: &str) -> End {
    let shown = length.is_some()
        || headers.contains_key(TRANSFER_ENCODING)
        || !matches!(
            version,
            Version::HTTP_09 | Version::HTTP_10 | Version::HTTP_11
        )
        || scheme == "https";
    if shown { End::Shown } else { End::Unproven }
}

/// Whether a body without a proven end is complete by its content: it is JSON, or empty.
pub(super) fn proves_itself(body: &[u8]) -> bool {
    body.is_empty() || serde_json::from_slice::<IgnoredAny>(body).is_ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_page_is_known_by_its_type_or_its_start() {
        let mut headers = HeaderMap::new();
        for body in [
            "<!DOCTYPE html>",
            " \r\n<html>",
            "\u{feff}<p>",
            "<?xml version='1.0'?>",
        ] {
            assert!(is_page(&headers, body.as_bytes()), "{body}");
        }
        for body in ["", "{}", "\"<html>\"", "ok", "%PDF-1.7 <"] {
            assert!(!is_page(&headers, body.as_bytes()), "{body}");
        }
        for kind in [
            "text/html",
            "Text/HTML; charset=utf-8",
            "application/xhtml+xml",
        ] {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            assert!(is_page(&headers, b"blocked"), "{kind}");
        }
    }

    #[test]
    fn an_end_is_shown_by_what_the_protocol_says() {
        let mut headers = HeaderMap::new();
        for (version, length, scheme, expected) in [
            (Version::HTTP_11, Some(7), "http", End::Shown),
            (Version::HTTP_11, None, "http", End::Unproven),
            (Version::HTTP_10, None, "http", End::Unproven),
            (Version::HTTP_11, None, "https", End::Shown),
            (Version::HTTP_2, None, "http", End::Shown),
        ] {
            assert_eq!(end(version, &headers, length, scheme), expected);
        }
        headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        assert_eq!(end(Version::HTTP_11, &headers, None, "http"), End::Shown);
    }
}
