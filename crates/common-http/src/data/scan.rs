//! Scans JSON, including the invalid forms that vendors send, in linear time without recursion.
//!
//! The brackets must be those of JSON; the values between them may be invalid. A value that is not
//! JSON (`NaN`, `01`, nothing at all) reads as null, a string with raw control characters, broken
//! escapes or half a surrogate as its probable meaning. A trailing comma is ignored, and of a
//! doubled key the last value counts.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use serde_json::Number;

/// A position in a text.
#[derive(Clone, Copy)]
pub(crate) struct Scan<'a> {
    text: &'a str,
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

impl<'a> Scan<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Skips white space, and returns the next byte.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// A string with its quotes; `None` if it does not end.
    fn string(&mut self) -> Option<&'a str> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.at = end + 1;
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
                b'"' => drop(self.string()?),
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

    /// Skips a value of a [surveyed](survey) text, and returns its position.
    pub(crate) fn skip(&mut self) -> Option<&'a str> {
        if !matches!(self.peek()?, b'{' | b'[') {
            let (_, span) = self.scalar()?;
            return Some(&self.text[span]);
        }
        let (start, mut depth) = (self.at, 0_usize);
        loop {
            match self.peek()? {
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

/// The members of an object in a [surveyed](survey) text.
pub(crate) fn members(object: &str) -> Vec<Member<'_>> {
    let mut scan = Scan::new(object);
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

/// Scans a whole document and reports each invalid piece with its replacement in JSON.
///
/// Returns the positions of members that a later one of the same name replaces, in order; `None` if
/// the text is not JSON.
pub(crate) fn survey(text: &str, odd: &mut dyn FnMut(Range<usize>, &str)) -> Option<Vec<usize>> {
    let mut survey = Survey {
        scan: Scan::new(text),
        odd,
        nest: Vec::new(),
        objects: Vec::new(),
        members: Vec::new(),
        doubled: Vec::new(),
        hasher: RandomState::new(),
    };
    loop {
        if survey.begin()? && survey.end()? {
            survey.doubled.sort_unstable();
            return survey.scan.peek().is_none().then_some(survey.doubled);
        }
        if survey.nest.last() == Some(&b'{') {
            survey.key()?;
        }
    }
}

struct Survey<'a, 'o> {
    scan: Scan<'a>,
    odd: &'o mut dyn FnMut(Range<usize>, &str),
    /// The open brackets. Each one's ASCII code is two less than that of its closing bracket.
    nest: Vec<u8>,
    /// For each open object, the index in `members` at which its members begin.
    objects: Vec<usize>,
    /// The hash of each member's key, and the member's position.
    members: Vec<(u64, usize)>,
    doubled: Vec<usize>,
    hasher: RandomState,
}

impl Survey<'_, '_> {
    /// Begins a value; returns whether it is complete, or its closing bracket is next.
    fn begin(&mut self) -> Option<bool> {
        let open = self.scan.peek()?;
        if matches!(open, b'{' | b'[') {
            self.scan.at += 1;
            self.nest.push(open);
            if open == b'{' {
                self.objects.push(self.members.len());
            }
            return Some(self.scan.peek()? == open + 2);
        }
        match self.scan.scalar()? {
            (Scalar::Odd, _) if self.nest.is_empty() => return None,
            (Scalar::Odd, span) => (self.odd)(span, "null"),
            (Scalar::Text(text, true), span) => (self.odd)(span, &quoted(&text)),
            (Scalar::Text(..) | Scalar::Word(_), _) => {}
        }
        Some(true)
    }

    /// Continues after a value, to the next one or the end; returns whether the text has ended.
    fn end(&mut self) -> Option<bool> {
        while let Some(&open) = self.nest.last() {
            let next = self.scan.peek()?;
            let comma = self.scan.at..self.scan.at + 1;
            if self.scan.eat(open + 2) {
                self.close(open);
            } else if next != b',' {
                return None;
            } else {
                self.scan.at += 1;
                if self.scan.peek()? != open + 2 {
                    return Some(false);
                }
                (self.odd)(comma, "");
            }
        }
        Some(true)
    }

    fn key(&mut self) -> Option<()> {
        let (key, is_odd, span) = self.scan.key()?;
        self.members.push((self.hasher.hash_one(&*key), span.start));
        if is_odd {
            (self.odd)(span, &quoted(&key));
        }
        Some(())
    }

    fn close(&mut self, open: u8) {
        self.nest.pop();
        if open == b'{' {
            let first = self.objects.pop().unwrap_or_default();
            let members = &mut self.members[first..];
            members.sort_unstable();
            let pairs = members.windows(2);
            let replaced = pairs.filter(|pair| pair[0].0 == pair[1].0);
            self.doubled.extend(replaced.map(|pair| pair[0].1));
            self.members.truncate(first);
        }
    }
}

/// The text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The same document as valid JSON: invalid pieces are replaced, everything else is unchanged.
pub(crate) fn repaired(text: &str) -> Option<String> {
    let (mut json, mut from) = (String::with_capacity(text.len()), 0);
    survey(text, &mut |span, instead| {
        json.push_str(&text[from..span.start]);
        json.push_str(instead);
        from = span.end;
    })?;
    json.push_str(&text[from..]);
    Some(json)
}
