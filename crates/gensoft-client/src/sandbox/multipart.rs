//! A strict reader of `multipart/form-data` (RFC 7578): what a lenient server would let pass is refused here, so that a
//! client's mistake shows.

use bytes::Bytes;
use common_http::sandbox::Request;

/// One part of a form.
pub(super) struct Part {
    pub(super) name: String,
    /// There for a file only.
    pub(super) file_name: Option<String>,
    pub(super) data: Bytes,
}

/// Reads the form of a request; none where it is not well formed.
pub(super) fn read(request: &Request) -> Option<Vec<Part>> {
    let (_, boundary) = request.header("content-type")?.split_once("boundary=")?;
    read_form(boundary, request.body())
}

fn read_form(boundary: &str, body: &Bytes) -> Option<Vec<Part>> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"'+_-.".contains(&byte);
    if !(1..=70).contains(&boundary.len()) || !boundary.bytes().all(fits) {
        return None;
    }
    let delimiter = format!("\r\n--{boundary}");
    let mut at = delimiter.len() - 2;
    if body.get(..at)? != &delimiter.as_bytes()[2..] {
        return None;
    }
    let mut parts = Vec::new();
    while body.get(at..at + 2)? == b"\r\n" {
        let head_end = find(body, at, b"\r\n\r\n")?;
        let start = head_end + 4;
        let end = find(body, start, delimiter.as_bytes())?;
        let head = std::str::from_utf8(body.get(at + 2..head_end)?).ok()?;
        let (name, file_name) = disposition(head)?;
        parts.push(Part {
            name,
            file_name,
            data: body.slice(start..end),
        });
        at = end + delimiter.len();
    }
    matches!(&body[at..], b"--" | b"--\r\n").then_some(parts)
}

/// The name and the file name of `Content-Disposition: form-data; name="file"; filename="a.pdf"`.
fn disposition(head: &str) -> Option<(String, Option<String>)> {
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
    let (_, value) = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))?;
    let value = value.strip_prefix("form-data; name=\"")?;
    let (name, rest) = value.split_once('"')?;
    let file_name = match rest {
        "" => None,
        _ => Some(rest.strip_prefix("; filename=\"")?.strip_suffix('"')?),
    };
    (!name.is_empty()).then(|| (unescaped(name), file_name.map(unescaped)))
}

/// Forms encode these three characters, and no others (WHATWG HTML, multipart form data).
fn unescaped(value: &str) -> String {
    value
        .replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

/// Everything looked for begins with a CR: looking for that first keeps large files quick.
fn find(text: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let mut at = from;
    loop {
        at += text.get(at..)?.iter().position(|byte| *byte == b'\r')?;
        if text[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";

    fn parse(body: &str) -> Option<Vec<Part>> {
        read_form("XX", &Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn parts_are_read_as_they_are() {
        let body = "--XX\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n10\r\n\
            --XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a%22ç.pdf\"\r\n\
            Content-Type: application/pdf\r\n\r\n\r\n--X\r\r\n\r\n--XX--\r\n";
        let parts = parse(body).unwrap();
        assert_eq!(
            (parts[0].name.as_str(), &parts[0].data[..]),
            ("id", &b"10"[..])
        );
        assert_eq!((parts.len(), &parts[0].file_name), (2, &None));
        assert_eq!(parts[1].file_name.as_deref(), Some("a\"ç.pdf"));
        assert_eq!(&parts[1].data[..], b"\r\n--X\r\r\n");
        assert_eq!(parse("--XX--").unwrap().len(), 0);
        assert_eq!(
            parse(&format!("{HEAD}\r\n--XX--")).unwrap()[0].data.len(),
            0
        );
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let of = |text: &str| format!("--XX\r\nContent-Disposition: {text}\r\n\r\nx\r\n--XX--");
        for body in [
            "",
            "--XY--",
            "\r\n--XX--",
            "--XX",
            "--XX--\r\nmore",
            HEAD,
            &format!("{HEAD}data\n--XX--"),
            &format!("{HEAD}data\r\n--XXX--"),
            "--XX\r\nContent-Type: text/plain\r\n\r\nx\r\n--XX--",
            &of("attachment; name=\"a\""),
            &of("form-data; name=\"\""),
            &of("form-data; name=\"a\"; filename=\"b"),
            &of("form-data; name=\"a\"; filename*=UTF-8''b"),
        ] {
            assert!(parse(body).is_none(), "{body:?}");
        }
        for boundary in ["", "a b", &"x".repeat(71)] {
            assert!(read_form(boundary, &Bytes::from(format!("--{boundary}--"))).is_none());
        }
    }
}
