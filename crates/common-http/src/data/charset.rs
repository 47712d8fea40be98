//! Decodes text that may not be UTF-8.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The upper half of windows-1252, which a page labelled ISO-8859-1 means too.
const WESTERN: &str = concat!(
    "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿",
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
);

/// The upper half of windows-1251.
const CYRILLIC: &str = concat!(
    "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{98}™љ›њќћџ\u{a0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{ad}®Ї°±Ііґµ¶·ё№є»јЅѕї",
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя",
);

/// The charset that the headers name.
pub(crate) fn named(headers: &HeaderMap) -> Option<&str> {
    let media_type = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let (_, charset) = media_type
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Some(charset.trim_matches([' ', '"']))
}

/// Reads bytes as UTF-8; else as UTF-16, then as the named charset, then with replacement characters.
///
/// UTF-8 comes first, because servers often name a charset that they do not use. A byte order mark
/// is skipped. The charset is asked for only when it is needed.
pub(crate) fn text<'a, 'c>(
    bytes: &'a [u8],
    charset: impl FnOnce() -> Option<&'c str>,
) -> Cow<'a, str> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Some(text) = utf16(bytes) {
        return Cow::Owned(text);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let upper = match &*charset().unwrap_or_default().to_ascii_lowercase() {
        "iso-8859-1" | "iso8859-1" | "latin1" | "windows-1252" | "cp1252" => WESTERN,
        "windows-1251" | "cp1251" => CYRILLIC,
        _ => return String::from_utf8_lossy(bytes),
    };
    let upper: Vec<char> = upper.chars().collect();
    let char = |&byte: &u8| match byte.checked_sub(0x80) {
        Some(place) => upper[usize::from(place)],
        None => char::from(byte),
    };
    Cow::Owned(bytes.iter().map(char).collect())
}

/// Bytes in which ASCII characters stand for themselves: UTF-16 as UTF-8, and no byte order mark.
pub(crate) fn unmarked(bytes: &[u8]) -> Cow<'_, [u8]> {
    const MARK: &str = "\u{feff}";
    match utf16(bytes) {
        Some(text) => Cow::Owned(text.strip_prefix(MARK).unwrap_or(&text).into()),
        None => Cow::Borrowed(bytes.strip_prefix(MARK.as_bytes()).unwrap_or(bytes)),
    }
}

/// Reads UTF-16, recognised by its mark or by the zero byte beside an ASCII first character.
pub(crate) fn utf16(bytes: &[u8]) -> Option<String> {
    let (bytes, unit): (_, fn([u8; 2]) -> u16) = match bytes {
        [0xFE, 0xFF, rest @ ..] => (rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => (rest, u16::from_le_bytes),
        &[0, second, ..] if second != 0 => (bytes, u16::from_be_bytes),
        &[first, 0, ..] if first != 0 => (bytes, u16::from_le_bytes),
        _ => return None,
    };
    let units: Vec<u16> = bytes.as_chunks().0.iter().map(|&pair| unit(pair)).collect();
    Some(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_8_comes_first_and_the_named_charset_second() {
        let named = Some("iso-8859-1");
        assert_eq!(text("\u{feff}é".as_bytes(), || named), "é");
        assert_eq!(text(b"\xe9\x80", || named), "é€");
        assert_eq!(text(b"\xc0\xb3", || Some("windows-1251")), "Аі");
        for unknown in [None, Some("x-unknown"), Some("utf-8")] {
            assert_eq!(text(b"\"\xe9\"", || unknown), "\"\u{fffd}\"");
        }
        for table in [WESTERN, CYRILLIC] {
            assert_eq!(table.chars().count(), 128);
        }
    }

    #[test]
    fn utf_16_is_told_by_its_zeros() {
        for mark in ["", "\u{feff}"] {
            let units: Vec<u16> = format!("{mark}{{é}}").encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            assert_eq!(
                (text(&little, || None), text(&big, || None)),
                ("{é}".into(), "{é}".into())
            );
        }
    }
}
