//! Builds URLs from path templates, with checked arguments.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode_byte, utf8_percent_encode};
use url::Url;

use crate::error::{Error, ErrorKind, Result};

/// All but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes all but letters, digits and `-._~`.
///
/// For a path segment, a name or value in a query, or a header's extended value.
///
/// ```
/// assert_eq!(common_http::percent_encode("a b/é"), "a%20b%2F%C3%A9");
/// ```
#[must_use]
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Appends the text [percent-encoded](percent_encode).
pub(crate) fn percent_encode_to(whole: &mut String, text: &str) {
    whole.extend(utf8_percent_encode(text, ENCODED));
}

/// Percent-encodes the characters in `which`, as UTF-8.
pub(crate) fn encode_where(text: &str, which: impl Fn(char) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        if which(c) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                encoded.push_str(percent_encode_byte(byte));
            }
        } else {
            encoded.push(c);
        }
    }
    encoded
}

/// In a file name dots are encoded too: a leading dot would hide the file, and `..` is a folder.
const ENCODED_IN_NAMES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Makes a vendor's id safe as part of a file name.
///
/// Every byte outside `[A-Za-z0-9_-]` is percent-encoded, so an id cannot be a path, and different
/// ids have different names. On a file system that ignores case, check that the name is not another
/// id's; on Windows, that it is not reserved, such as `CON`.
///
/// ```
/// assert_eq!(common_http::file_name("0000101BB"), "0000101BB");
/// assert_eq!(common_http::file_name("../x"), "%2E%2E%2Fx");
/// ```
#[must_use]
pub fn file_name(id: &str) -> String {
    utf8_percent_encode(id, ENCODED_IN_NAMES).to_string()
}

/// Refuses a value that would change the path or the request.
///
/// This includes slashes: `%2F` is one segment for us, but a proxy that decodes it sends the
/// request to another path (nginx with a URI in `proxy_pass`). A `%` is itself encoded, so `%2f`
/// stays text.
fn check_segment(name: &'static str, value: &str) -> Result<()> {
    let problem = match value {
        "" => "is empty",
        "." | ".." => "is a dot segment",
        _ if value.contains(['/', '\\']) => "has a slash or a backslash",
        _ if value.chars().any(char::is_control) => "has a control character",
        _ => return Ok(()),
    };
    Err(Error::argument(name, problem))
}

/// Puts the checked, encoded arguments into the template.
pub(crate) fn fill(template: &'static str, arguments: &[(&'static str, String)]) -> Result<String> {
    let mut path = String::with_capacity(template.len() + 32);
    let mut used = 0;
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(mismatch)?;
        let (name, value) = arguments
            .iter()
            .find(|(argument, _)| *argument == name)
            .ok_or_else(mismatch)?;
        check_segment(name, value)?;
        path.push_str(before);
        percent_encode_to(&mut path, value);
        used += 1;
        rest = after;
    }
    path.push_str(rest);
    if used == arguments.len() {
        Ok(path)
    } else {
        Err(mismatch())
    }
}

fn mismatch() -> Error {
    Error::new(ErrorKind::InvalidInput)
        .with_detail("the path arguments do not match the path template")
}

/// Appends a filled path to the base URL's own path.
pub(crate) fn append(url: &mut Url, path: &str) -> Result<()> {
    let whole = format!("{}{path}", url.path().trim_end_matches('/'));
    url.set_path(&whole);
    // The parser silently resolves dot segments, for example in a template.
    if url.path() == whole {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::InvalidInput)
            .with_detail("the path would be changed by URL parsing"))
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;

    const TEMPLATE: &str = "/v2/exams/{examKey}/files/report.pdf";

    fn appended(base: &Url, path: &str) -> Result<Url> {
        let mut url = base.clone();
        append(&mut url, path).map(|()| url)
    }

    fn filled(value: &str) -> Result<String> {
        fill(TEMPLATE, &[("examKey", value.to_owned())])
    }

    #[test]
    fn refuses_what_is_not_a_segment() {
        for value in [
            "",
            ".",
            "..",
            "a\0b",
            "\n",
            "x\u{7f}",
            "\u{85}",
            "/",
            "a/b",
            "5/",
            "../../../../8/analysis/1/files/5",
            "..\\..\\8",
            "C:\\report.pdf",
        ] {
            let error = filled(value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains("examKey"), "{error}");
        }
    }

    #[test]
    fn encodes_once() {
        assert_eq!(
            filled("a?b#c%2e;é").unwrap(),
            "/v2/exams/a%3Fb%23c%252e%3B%C3%A9/files/report.pdf"
        );
        assert_eq!(
            filled("%2e%2e%2f%5c").unwrap(),
            "/v2/exams/%252e%252e%252f%255c/files/report.pdf"
        );
    }

    #[test]
    fn a_file_name_cannot_leave_its_folder_or_hide() {
        for (id, name) in [
            ("0000101BB-_", "0000101BB-_"),
            ("../x", "%2E%2E%2Fx"),
            (".", "%2E"),
            ("a b\\%é", "a%20b%5C%25%C3%A9"),
        ] {
            assert_eq!(file_name(id), name);
        }
    }

    #[test]
    fn arguments_and_template_must_match() {
        assert!(fill("/a/{x}", &[]).is_err());
        assert!(fill("/a", &[("x", "1".into())]).is_err());
        assert!(fill("/a/{x", &[("x", "1".into())]).is_err());
    }

    #[test]
    fn keeps_the_path_of_the_base() {
        for base in [
            "https://host.example/prefix",
            "https://host.example/prefix/",
        ] {
            let url = appended(&Url::parse(base).unwrap(), "/v2/x").unwrap();
            assert_eq!(url.as_str(), "https://host.example/prefix/v2/x");
        }
        let base = Url::parse("https://host.example").unwrap();
        assert!(appended(&base, "/a/../b").is_err());
        assert!(appended(&base, "/a/%2e%2E/b").is_err());
    }

    proptest! {
        #[test]
        fn any_text_round_trips_as_one_segment(value in "[^\\p{C}/\\\\]{1,40}") {
            prop_assume!(value != "." && value != "..");
            let base = Url::parse("https://host.example/base").unwrap();
            let url = appended(&base, &filled(&value).unwrap()).unwrap();
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 6);
            prop_assert_eq!(percent_decode_str(segments[3]).decode_utf8().unwrap(), value);
            prop_assert_eq!(url.host_str(), Some("host.example"));
            prop_assert!(url.query().is_none() && url.fragment().is_none());
        }
    }
}
