//! The file name in a `Content-Disposition` header (RFC 6266).

use percent_encoding::percent_decode_str;

/// The file name of `attachment; filename="a.pdf"; filename*=UTF-8''%C3%A9.pdf`.
///
/// If both are there, the second one counts.
pub(super) fn file_name(header: &str) -> Option<String> {
    let (mut plain, mut extended) = (None, None);
    let (_, mut rest) = header.split_once(';')?;
    while !rest.is_empty() {
        let (name, value) = rest.split_once('=')?;
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => {
                let (value, after) = quoted.split_once('"')?;
                (
                    value,
                    after.trim_start().strip_prefix(';').unwrap_or_default(),
                )
            }
            None => value.split_once(';').unwrap_or((value, "")),
        };
        match name.trim() {
            "filename" => plain = Some(value.trim().to_owned()),
            "filename*" => extended = decoded(value.trim()),
            _ => {}
        }
        rest = after;
    }
    extended.or(plain).filter(|name| !name.is_empty())
}

/// RFC 8187: `UTF-8''percent-encoded`.
fn decoded(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_language, encoded) = rest.split_once('\'')?;
    let name = percent_decode_str(encoded).decode_utf8().ok()?;
    charset
        .eq_ignore_ascii_case("utf-8")
        .then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_are_read_in_each_form() {
        for (header, name) in [
            ("attachment; filename=\"laudo.pdf\"", Some("laudo.pdf")),
            ("attachment; filename=laudo.pdf", Some("laudo.pdf")),
            ("attachment; filename=\"a; b=c.pdf\"", Some("a; b=c.pdf")),
            (
                "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%A9%20.pdf",
                Some("é .pdf"),
            ),
            (
                "attachment; filename*=utf-8'pt'a.pdf; filename=\"b\"",
                Some("a.pdf"),
            ),
            ("attachment; filename*=latin1''a.pdf; filename=b", Some("b")),
            ("attachment; size=1", None),
            ("attachment; filename=\"\"", None),
            ("attachment; filename=\"open", None),
            ("attachment", None),
            ("", None),
        ] {
            assert_eq!(file_name(header).as_deref(), name, "{header}");
        }
    }
}
