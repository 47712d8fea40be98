//! A strict reader of `multipart/form-data` (RFC 7578).
//!
//! It refuses forms that a lenient server would accept, so that mistakes of a client show.

use bytes::Bytes;

use crate::safe_debug;
use crate::sandbox::request::Request;

/// One part of a form. `Debug` does not show the file name and the data.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// The name of the form's field.
    pub name: String,
    /// The file name. Only a file has one.
    pub file_name: Option<String>,
    /// The `Content-Type` as it was written.
    pub content_type: Option<String>,
    /// The content of the field or file.
    pub data: Bytes,
}

safe_debug!(Part { name, content_type });

/// Why a form cannot be read.
type Reason = &'static str;

/// Reads the form of a request.
///
/// # Errors
/// The form is malformed; the text says why.
pub fn read(request: &Request) -> Result<Vec<Part>, &'static str> {
    let content_type = request.header("content-type").unwrap_or_default();
    read_form(content_type, request.body())
}

pub(crate) fn read_form(content_type: &str, body: &Bytes) -> Result<Vec<Part>, Reason> {
    let delimiter = format!("\r\n--{}", boundary(content_type)?);
    let first = &delimiter[2..];
    if !body.starts_with(first.as_bytes()) {
        return Err("the body does not begin with the boundary");
    }
    let mut at = first.len();
    let mut parts = Vec::new();
    loop {
        match body.get(at..at + 2) {
            Some(b"\r\n") => at += 2,
            Some(b"--") => break,
            _ => return Err("a boundary is followed by neither a line end nor two hyphens"),
        }
        let head_end = find(body, at, b"\r\n\r\n").ok_or("a part has no end of its headers")?;
        let data_start = head_end + 4;
        // In an empty part the line end before the data may be that of the delimiter.
        let end = find(body, data_start - 2, delimiter.as_bytes())
            .ok_or("a part is not ended by the boundary")?;
        let head = body
            .get(at..head_end)
            .and_then(|head| std::str::from_utf8(head).ok());
        let mut part = part_of(head.ok_or("a part's headers are not UTF-8")?)?;
        part.data = body.slice(data_start.min(end)..end);
        parts.push(part);
        at = end + delimiter.len();
    }
    match &body[at + 2..] {
        b"" | b"\r\n" => Ok(parts),
        _ => Err("something follows the last boundary"),
    }
}

fn boundary(content_type: &str) -> Result<&str, Reason> {
    let (kind, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err("the content type is not multipart/form-data");
    }
    let (name, value) = rest.trim().split_once('=').unwrap_or_default();
    if !name.eq_ignore_ascii_case("boundary") {
        return Err("the content type has no boundary");
    }
    let quoted = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let value = quoted.unwrap_or(value);
    // RFC 2046; of these characters some need the quotes.
    let allowed = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || b"'+_-.".contains(&byte)
            || (quoted.is_some() && b"(),/:=? ".contains(&byte))
    };
    let fits = (1..=70).contains(&value.len()) && !value.ends_with(' ');
    if fits && value.bytes().all(allowed) {
        Ok(value)
    } else {
        Err("the boundary is not one of RFC 2046")
    }
}

/// Reads a part's headers.
fn part_of(head: &str) -> Result<Part, Reason> {
    let mut names = None;
    let mut content_type = None;
    for line in head.split("\r\n") {
        let (name, value) = line
            .split_once(':')
            .ok_or("a part has a header without a colon")?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-disposition" if names.is_none() => names = Some(disposition(value)?),
            "content-type" if content_type.is_none() => content_type = Some(value.to_owned()),
            "content-disposition" | "content-type" => return Err("a part has a header twice"),
            "content-transfer-encoding" => return Err("a part has a transfer encoding"),
            // RFC 7578 requires all others to be ignored.
            _ => {}
        }
    }
    let (name, file_name) = names.ok_or("a part has no Content-Disposition")?;
    Ok(Part {
        name,
        file_name,
        content_type,
        data: Bytes::new(),
    })
}

/// The name and the file name of `form-data; name="file"; filename="a.pdf"`.
fn disposition(value: &str) -> Result<(String, Option<String>), Reason> {
    let mut rest = value
        .strip_prefix("form-data")
        .ok_or("a part is not form-data")?;
    let (mut part_name, mut file_name) = (None, None);
    while !rest.is_empty() {
        let parameter = rest
            .strip_prefix(';')
            .ok_or("a Content-Disposition goes on without a semicolon")?;
        let (name, value) = parameter
            .trim_start()
            .split_once("=\"")
            .ok_or("a Content-Disposition has a parameter without quotes")?;
        let (value, after) = value
            .split_once('"')
            .ok_or("a Content-Disposition has an open quote")?;
        match name {
            "name" if part_name.is_none() => part_name = Some(unescaped(value)),
            "filename" if file_name.is_none() => file_name = Some(unescaped(value)),
            "name" | "filename" => return Err("a Content-Disposition has a parameter twice"),
            "filename*" => {
                return Err("a Content-Disposition has filename*, which RFC 7578 forbids");
            }
            _ => return Err("a Content-Disposition has an unknown parameter"),
        }
        rest = after;
    }
    let part_name = part_name.filter(|name| !name.is_empty());
    Ok((part_name.ok_or("a part has no name")?, file_name))
}

/// Forms encode these three characters, and no others (WHATWG HTML, multipart form data).
fn unescaped(value: &str) -> String {
    value
        .replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

fn find(text: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let mut at = from;
    // Every search here is for something that begins with a CR. Searching for the CR first is
    // faster for large files.
    while let Some(skipped) = text.get(at..)?.iter().position(|byte| *byte == b'\r') {
        at += skipped;
        if text[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Part, Reason, read_form};

    const KIND: &str = "multipart/form-data; boundary=XX";
    const HEAD: &str = "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";

    fn parse(kind: &str, body: &str) -> Result<Vec<Part>, Reason> {
        read_form(kind, &Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn parts_are_read_as_they_are() {
        let body = "--XX\r\nContent-Disposition: form-data; name=\"folder_id\"\r\n\r\nid\r\n\
            --XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a%22ç.pdf\"\r\n\
            Content-Type: application/pdf\r\nX-Other: 1\r\n\r\n\r\n--X\r\r\n\r\n--XX--\r\n";
        let parts = parse("Multipart/Form-Data; Boundary=\"XX\"", body).unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!(
            (parts[0].name.as_str(), &parts[0].data[..]),
            ("folder_id", &b"id"[..])
        );
        assert_eq!(
            (&parts[0].file_name, &parts[0].content_type),
            (&None, &None)
        );
        assert_eq!(parts[1].name, "file");
        assert_eq!(parts[1].file_name.as_deref(), Some("a\"ç.pdf"));
        assert_eq!(parts[1].content_type.as_deref(), Some("application/pdf"));
        assert_eq!(&parts[1].data[..], b"\r\n--X\r\r\n");
    }

    #[test]
    fn an_empty_part_is_empty() {
        let parts = parse(KIND, &format!("{HEAD}\r\n--XX--")).unwrap();
        assert_eq!((parts.len(), parts[0].data.len()), (1, 0));
        // RFC 2046 lets the line end that closes the headers be that of the delimiter.
        let parts = parse(
            KIND,
            "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n--XX--",
        );
        assert_eq!(parts.unwrap()[0].data.len(), 0);
    }

    #[test]
    fn a_form_of_no_parts_has_none() {
        assert_eq!(parse(KIND, "--XX--\r\n").unwrap().len(), 0);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for kind in [
            "",
            "application/json",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"\"",
            "multipart/form-data; boundary=a b",
            "multipart/form-data; boundary=\"a \"",
            "multipart/form-data; charset=utf-8",
            &format!("multipart/form-data; boundary={}", "x".repeat(71)),
        ] {
            assert!(parse(kind, "--XX--\r\n").is_err(), "{kind}");
        }
        let disposition =
            |text: &str| format!("--XX\r\nContent-Disposition: {text}\r\n\r\nx\r\n--XX--");
        for body in [
            "",
            "--XY--",
            "\r\n--XX--",
            "--XX",
            "--XX\r\n",
            "--XX--\r\nmore",
            HEAD,
            &format!("{HEAD}data"),
            &format!("{HEAD}data\n--XX--"),
            &format!("{HEAD}data\r\n--XXX--"),
            &format!("{HEAD}data\r\n--XX"),
            "--XX\r\nContent-Type: text/plain\r\n\r\nx\r\n--XX--",
            "--XX\r\nno colon\r\n\r\nx\r\n--XX--",
            &disposition("form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64"),
            &disposition("form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\""),
            &disposition("attachment; name=\"a\""),
            &disposition("form-data"),
            &disposition("form-data; name=\"\""),
            &disposition("form-data; name=a"),
            &disposition("form-data; name=\"a"),
            &disposition("form-data; name=\"a\"; name=\"b\""),
            &disposition("form-data; name=\"a\" filename=\"b\""),
            &disposition("form-data; name=\"a\"; filename=\"b"),
            &disposition("form-data; name=\"a\"; filename*=\"UTF-8''b\""),
            &disposition("form-data; name=\"a\"; filename*=UTF-8''b"),
            &disposition("form-data; name=\"a\"; size=\"1\""),
        ] {
            assert!(parse(KIND, body).is_err(), "{body:?}");
        }
    }
    #[test]
    fn debug_shows_neither_the_file_name_nor_the_data() {
        let body = "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"MARKER\"\r\n\
            Content-Type: application/pdf\r\n\r\nMARKER\r\n--XX--";
        assert_eq!(
            format!("{:?}", parse(KIND, body).unwrap()),
            r#"[Part { name: "file", content_type: Some("application/pdf"), .. }]"#
        );
    }
}
