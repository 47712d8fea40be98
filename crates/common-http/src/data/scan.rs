//! Scans JSON, including the invalid forms that vendors send, in linear time without recursion.
//!
//! The brackets must be those of JSON, outside of items that are known to be unreadable; the values
//! between them may be invalid. A value that is not
//! JSON (`NaN`, `01`, nothing at all) reads as null, a string with raw control characters, broken
//! escapes or half a surrogate as its probable meaning. A trailing comma is ignored, and of a
//! doubled key the last value counts.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Number;

use crate::data::list::{end_of_text, has_bracket};

/// A position in a text.
#[derive(Clone, Copy)]
pub(crate) struct Scan<'a, 's> {
    pub(crate) text: &'a str,
    /// The items of lists that are not JSON, in order.
    unreadable: &'s [Range<usize>],
    pub(crate) at: usize,
}

/// A string, a number, a word, or an invalid value.
pub(crate) enum Scalar<'a> {
    /// A string's content, and whether its notation is invalid.
    Text(Cow<'a, str>, bool),
    /// `true`, `false`, `null` or a number.
    Word(&'a str),
    /// Not JSON.
    Odd,
}

impl<'a, 's> Scan<'a, 's> {
    pub(crate) fn new(text: &'a str, unreadable: &'s [Range<usize>]) -> Self {
        Self {
            text,
            unreadable,
            at: 0,
        }
    }

    /// Skips white space, and returns the next byte; 0 if an unreadable item begins there.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(self.unreadable().map_or(byte, |_| 0));
            }
            self.at += 1;
        }
        None
    }

    /// The unreadable item that begins here.
    fn unreadable(&self) -> Option<Range<usize>> {
        let place = self
            .unreadable
            .binary_search_by_key(&self.at, |span| span.start);
        Some(self.unreadable[place.ok()?].clone())
    }

    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// A string with its quotes; `None` if it does not end.
    fn string(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.at = end_of_text(self.text.as_bytes(), start)? + 1;
        Some(&self.text[start..self.at])
    }

    /// Reads up to the next white space, quote, comma, colon or bracket.
    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let end = rest.bytes().position(ends_word);
        let word = &rest[..end.unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    /// Reads a scalar, and returns it with its position.
    ///
    /// Everything up to the next comma or closing bracket belongs to it.
    pub(crate) fn scalar(&mut self) -> Option<(Scalar<'a>, Range<usize>)> {
        let first = self.peek();
        if let Some(span) = self.unreadable() {
            self.at = span.end;
            return Some((Scalar::Odd, span));
        }
        let start = self.at;
        let mut scalar = if first == Some(b'"') {
            let (text, odd) = spoken(self.string()?);
            Scalar::Text(text, odd)
        } else {
            let word = self.word();
            match word {
                "true" | "false" | "null" => Scalar::Word(word),
                _ if serde_json::from_str::<Number>(word).is_ok() => Scalar::Word(word),
                _ => Scalar::Odd,
            }
        };
        let mut end = self.at;
        while let Some(byte) = self.peek().filter(|byte| !b",]}".contains(byte)) {
            match byte {
                b'[' | b'{' => return None,
                // It would rather be what stands between two texts.
                b'"' if has_bracket(self.string()?.as_bytes()) => return None,
                b'"' => {}
                b':' => self.at += 1,
                _ => drop(self.word()),
            }
            scalar = Scalar::Odd;
            end = self.at;
        }
        Some((scalar, start..end))
    }

    /// Reads a member's key up to its value. Returns its content, whether its notation is invalid,
    /// and its position.
    pub(crate) fn key(&mut self) -> Option<(Cow<'a, str>, bool, Range<usize>)> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at;
        let (text, odd) = spoken(self.string()?);
        let span = start..self.at;
        self.eat(b':').then_some((text, odd, span))
    }

    /// Skips a value of a [surveyed](crate::data::survey::survey) text, and returns its position.
    pub(crate) fn skip(&mut self) -> Option<&'a str> {
        if !matches!(self.peek()?, b'{' | b'[') {
            let (_, span) = self.scalar()?;
            return Some(&self.text[span]);
        }
        let (start, mut depth) = (self.at, 0_usize);
        loop {
            let next = self.peek()?;
            if let Some(span) = self.unreadable() {
                self.at = span.end;
                continue;
            }
            match next {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(&self.text[start..self.at]);
            }
        }
    }
}

/// A member of an object, and its position.
pub(crate) struct Member<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: &'a str,
    pub(crate) start: usize,
}

/// The members of an object in a [surveyed](crate::data::survey::survey) text.
pub(crate) fn members<'a>(object: &'a str, unreadable: &[Range<usize>]) -> Vec<Member<'a>> {
    let mut scan = Scan::new(object, unreadable);
    let mut members = Vec::new();
    if scan.eat(b'{') {
        while let Some((name, _, span)) = scan.key()
            && let Some(value) = scan.skip()
        {
            members.push(Member {
                name,
                value,
                start: span.start,
            });
            scan.eat(b',');
        }
    }
    members
}

fn ends_word(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b'\r' | b'"' | b',' | b':' | b'[' | b']' | b'{' | b'}'
    )
}

/// The content of a quoted string, and whether its notation is invalid.
fn spoken(quoted: &str) -> (Cow<'_, str>, bool) {
    let inner = &quoted[1..quoted.len() - 1];
    if !inner.bytes().any(|byte| byte == b'\\' || byte < b' ') {
        return (Cow::Borrowed(inner), false);
    }
    if let Ok(text) = serde_json::from_str::<String>(quoted) {
        return (Cow::Owned(text), false);
    }
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let (char, length) = escape(&rest[at..]);
        text.push(char);
        rest = &rest[at + length..];
    }
    text.push_str(rest);
    (Cow::Owned(text), true)
}

/// The character of an escape, and the escape's length. An invalid escape is a backslash.
fn escape(rest: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = rest.get(at..at + 6)?.strip_prefix("\\u")?;
        let all = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        all.then(|| u16::from_str_radix(digits, 16).ok())?
    };
    if rest.starts_with("\\u") {
        let Some(first) = unit(0) else {
            return (char::REPLACEMENT_CHARACTER, 2);
        };
        let units = [Some(first), unit(6)];
        let mut chars = char::decode_utf16(units.into_iter().flatten());
        return match chars.next() {
            Some(Ok(char)) => (char, 6 * char.len_utf16()),
            _ => (char::REPLACEMENT_CHARACTER, 6),
        };
    }
    match rest.as_bytes().get(1) {
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(&char @ (b'"' | b'\\' | b'/')) => (char::from(char), 2),
        _ => ('\\', 1),
    }
}
