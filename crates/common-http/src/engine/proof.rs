//! Checks that the vendor wrote an answer, and that the answer is complete.

use http::header::{CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, StatusCode, Version};
use serde::de::IgnoredAny;

use super::reader::End;
use crate::data::charset;
use crate::data::survey::is_whole;

/// Whether the answer is a web page, for example of a firewall or a gateway. An empty one is none:
/// some servers name HTML as the type of every answer without a body.
pub(super) fn is_page(headers: &HeaderMap, start: &[u8]) -> bool {
    let text = charset::unmarked(start);
    let first = text.trim_ascii_start().first();
    first.is_some_and(|first| is_html(headers) || *first == b'<')
}

/// Whether the answer says that it is a web page.
pub(super) fn is_html(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes());
    kind.is_some_and(|kind| {
        let starts_with = |html: &[u8]| {
            let kind = kind.trim_ascii_start().get(..html.len());
            kind.is_some_and(|kind| kind.eq_ignore_ascii_case(html))
        };
        starts_with(b"text/html") || starts_with(b"application/xhtml")
    })
}

/// Whether the answer is XML, as storages answer, and neither an error nor a web page.
pub(super) fn is_xml(headers: &HeaderMap, start: &[u8]) -> bool {
    let kind = headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()?.split(';').next());
    let is_xml = kind.is_some_and(|kind| {
        let kind = kind.trim();
        kind.eq_ignore_ascii_case("application/xml") || kind.eq_ignore_ascii_case("text/xml")
    });
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let others = ["<!doctype", "<html", "<error"];
    is_xml && !others.iter().any(|other| text.contains(other))
}

/// Whether the answer is a whole file, not a part of one.
pub(super) fn is_whole_file(status: StatusCode, headers: &HeaderMap) -> bool {
    status == StatusCode::OK && !headers.contains_key(CONTENT_RANGE)
}

/// Whether the protocol shows where the body ends. A length, chunks, a closed HTTP/2 stream or TLS
/// session show it; a plain connection that is closed does not.
pub(super) fn end(
    version: Version,
    has_body: bool,
    headers: &HeaderMap,
    length: Option<u64>,
    scheme: &str,
) -> End {
    let shown = length.is_some()
        || !has_body
        || is_chunked(headers)
        || !matches!(
            version,
            Version::HTTP_09 | Version::HTTP_10 | Version::HTTP_11
        )
        || scheme == "https";
    if shown { End::Shown } else { End::Unproven }
}

fn is_chunked(headers: &HeaderMap) -> bool {
    let last = codings(headers, &TRANSFER_ENCODING).last();
    last.is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
}

/// What is wrong with a compressed answer that cannot be read.
pub(crate) const ENCODED: &str = "the answer has a content encoding that was not requested";

/// Whether the body is compressed. Values that name no coding are ignored.
pub(crate) fn is_encoded(headers: &HeaderMap) -> bool {
    const CODINGS: [&str; 9] = [
        "gzip",
        "x-gzip",
        "compress",
        "x-compress",
        "deflate",
        "br",
        "zstd",
        "dcb",
        "dcz",
    ];
    codings(headers, &CONTENT_ENCODING).any(|coding| {
        CODINGS
            .iter()
            .any(|known| coding.eq_ignore_ascii_case(known))
    })
}

fn codings<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter();
    let lines = lines.filter_map(|codings| codings.to_str().ok());
    lines.flat_map(|codings| codings.split(',')).map(str::trim)
}

/// Whether a body without a proven end is complete by its content: it is JSON whose brackets and texts
/// are closed, as far as a tolerant reader can tell, or empty where that is an answer.
pub(super) fn proves_itself(headers: &HeaderMap, body: &[u8], may_be_empty: bool) -> bool {
    serde_json::from_slice::<IgnoredAny>(body).is_ok() || {
        let text = charset::text(body, || charset::named(headers));
        match text.trim_ascii() {
            "" => may_be_empty,
            text => is_whole(text),
        }
    }
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
        let wide: Vec<u8> = "\u{feff} <html>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(is_page(&headers, &wide));
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
            assert!(!is_page(&headers, b"\r\n"), "{kind}");
        }
    }

    #[test]
    fn xml_is_known_by_its_type_unless_it_is_an_error_or_a_page() {
        let is = |kind: Option<&'static str>, start: &str| {
            let mut headers = HeaderMap::new();
            if let Some(kind) = kind {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            }
            is_xml(&headers, start.as_bytes())
        };
        for kind in ["application/xml", "Text/XML ; charset=utf-8"] {
            assert!(is(Some(kind), "<?xml version='1.0'?><PostResponse/>"));
            for other in ["<?xml version='1.0'?><Error>", "<!DOCTYPE html>", "<HTML>"] {
                assert!(!is(Some(kind), other), "{other}");
            }
        }
        for kind in [None, Some("text/html"), Some("application/xhtml+xml")] {
            assert!(!is(kind, "<PostResponse/>"), "{kind:?}");
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
            assert_eq!(end(version, true, &headers, length, scheme), expected);
        }
        assert_eq!(
            end(Version::HTTP_11, false, &headers, None, "http"),
            End::Shown
        );
        for (codings, expected) in [
            (&["chunked"][..], End::Shown),
            (&["gzip, Chunked"], End::Shown),
            (&["gzip", "chunked"], End::Shown),
            (&["identity"], End::Unproven),
            (&["chunked, gzip"], End::Unproven),
            (&["chunked", "identity"], End::Unproven),
        ] {
            headers.remove(TRANSFER_ENCODING);
            for codings in codings {
                headers.append(TRANSFER_ENCODING, HeaderValue::from_static(codings));
            }
            assert_eq!(
                end(Version::HTTP_11, true, &headers, None, "http"),
                expected
            );
        }
    }

    #[test]
    fn json_proves_itself_as_it_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=iso-8859-1"),
        );
        let wide: Vec<u8> = "{\"a\":1}"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        let proves = |body: &[u8]| proves_itself(&headers, body, false);
        assert!(proves(&wide));
        assert!(!proves(&wide[..wide.len() - 2]));
        assert!(proves(b"{\"a\":\"\xe9\t\"}"));
        for empty in ["", " \n", "\u{feff}"] {
            for may_be_empty in [true, false] {
                let proves = proves_itself(&headers, empty.as_bytes(), may_be_empty);
                assert_eq!(proves, may_be_empty);
            }
        }
        for whole in ["\u{feff}{}", "[NaN,]", "[{\"a\":[1},2]", "null"] {
            assert!(proves(whole.as_bytes()), "{whole}");
        }
        for cut in [
            "{",
            "[1",
            "[{\"a\":[1]",
            "[\"{1}]",
            "[{\"a\":\"b}]",
            "OK",
            "[{\"a\":[1},2",
        ] {
            assert!(!proves(cut.as_bytes()), "{cut}");
        }
    }
}
