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

use crate::data::list::item_end;

/// What is unusual in a document.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Survey {
    /// The positions of members to leave out, in order: a later one of the same name replaces them.
    pub(crate) left_out: Vec<usize>,
    /// The items of lists that are not JSON, in order.
    unreadable: Vec<Range<usize>>,
    /// The invalid pieces, those items included, with their replacements in JSON.
    pieces: Vec<(Range<usize>, Cow<'static, str>)>,
}

impl Survey {
    pub(crate) fn leaves_out(&self, member: usize) -> bool {
        self.left_out.binary_search(&member).is_ok()
    }
}

/// A position in a text.
#[derive(Clone, Copy)]
pub(crate) struct Scan<'a, 's> {
    text: &'a str,
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
    pub(crate) fn new(text: &'a str, survey: &'s Survey) -> Self {
        Self {
            text,
            unreadable: &survey.unreadable,
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

/// The members of an object in a [surveyed](survey) text.
pub(crate) fn members<'a>(object: &'a str, survey: &Survey) -> Vec<Member<'a>> {
    let mut scan = Scan::new(object, survey);
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

/// Scans a whole document. `None` if it is not JSON, unless only items of lists are not.
pub(crate) fn survey(text: &str) -> Option<Survey> {
    let nothing = Survey::default();
    let mut surveyor = Surveyor {
        scan: Scan::new(text, &nothing),
        nest: Vec::new(),
        objects: Vec::new(),
        items: Vec::new(),
        members: Vec::new(),
        found: Survey::default(),
        patience: PATIENCE * text.len(),
        hasher: RandomState::new(),
    };
    let mut has_ended = surveyor.value();
    while has_ended != Some(true) {
        has_ended = match has_ended {
            Some(_) => surveyor.value(),
            None => {
                surveyor.give_up_item()?;
                surveyor.next()
            }
        };
    }
    let Surveyor {
        mut scan,
        mut found,
        ..
    } = surveyor;
    found.left_out.sort_unstable();
    scan.peek().is_none().then_some(found)
}

/// How many times the text's length is scanned again at most, to find where unreadable items end.
const PATIENCE: usize = 8;

struct Surveyor<'a> {
    scan: Scan<'a, 'a>,
    /// The open brackets. Each one's ASCII code is two less than that of its closing bracket.
    nest: Vec<u8>,
    /// For each open object, the index in `members` at which its members begin.
    objects: Vec<usize>,
    /// For each open list, the position at which its current item begins.
    items: Vec<usize>,
    /// The hash of each member's key, and the member's position.
    members: Vec<(u64, usize)>,
    found: Survey,
    patience: usize,
    hasher: RandomState,
}

impl Surveyor<'_> {
    /// Scans a value, or its beginning, and goes on to the next one; returns whether the text has
    /// ended.
    fn value(&mut self) -> Option<bool> {
        if self.begin()? {
            self.next()
        } else {
            self.key()
        }
    }

    /// Gives up the current item of the innermost list, and goes on behind it.
    fn give_up_item(&mut self) -> Option<()> {
        while self.nest.pop_if(|open| *open == b'{').is_some() {
            let first = self.objects.pop()?;
            self.members.truncate(first);
        }
        self.scan.at = *self.items.last()?;
        self.scan.peek()?;
        let start = self.scan.at;
        let text = self.scan.text.as_bytes();
        let end = item_end(text, start, None)?;
        self.patience = self.patience.checked_sub((end - start).max(1))?;
        let span = start..start + text[start..end].trim_ascii_end().len();
        self.found.pieces.retain(|(piece, _)| piece.end <= start);
        self.found.unreadable.retain(|item| item.end <= start);
        self.found.unreadable.push(span.clone());
        self.found.pieces.push((span, "null".into()));
        self.scan.at = end;
        Some(())
    }

    /// Begins a value; returns whether it is complete, or its closing bracket is next.
    fn begin(&mut self) -> Option<bool> {
        let open = self.scan.peek()?;
        if matches!(open, b'{' | b'[') {
            self.scan.at += 1;
            self.nest.push(open);
            if open == b'{' {
                self.objects.push(self.members.len());
            } else {
                self.items.push(self.scan.at);
            }
            return Some(self.scan.peek()? == open + 2);
        }
        match self.scan.scalar()? {
            (Scalar::Odd, _) if self.nest.is_empty() => return None,
            (Scalar::Odd, span) => self.found.pieces.push((span, "null".into())),
            (Scalar::Text(text, true), span) => {
                self.found.pieces.push((span, quoted(&text).into()));
            }
            (Scalar::Text(..) | Scalar::Word(_), _) => {}
        }
        Some(true)
    }

    /// Continues after a value, to the next one or the end; returns whether the text has ended.
    fn next(&mut self) -> Option<bool> {
        while let Some(&open) = self.nest.last() {
            let next = self.scan.peek()?;
            let comma = self.scan.at..self.scan.at + 1;
            if self.scan.eat(open + 2) {
                self.close(open);
            } else if next != b',' {
                return None;
            } else {
                self.scan.at += 1;
                if open == b'[' {
                    *self.items.last_mut()? = self.scan.at;
                }
                if self.scan.peek()? != open + 2 {
                    return self.key();
                }
                self.found.pieces.push((comma, "".into()));
            }
        }
        Some(true)
    }

    /// Scans the key of a member, within an object. The text has not ended.
    fn key(&mut self) -> Option<bool> {
        if self.nest.last() == Some(&b'{') {
            let (key, is_odd, span) = self.scan.key()?;
            self.members.push((self.hasher.hash_one(&*key), span.start));
            if is_odd {
                self.found.pieces.push((span, quoted(&key).into()));
            }
        }
        Some(false)
    }

    fn close(&mut self, open: u8) {
        self.nest.pop();
        if open == b'{' {
            let first = self.objects.pop().unwrap_or_default();
            let members = &mut self.members[first..];
            members.sort_unstable();
            let pairs = members.windows(2);
            let replaced = pairs.filter(|pair| pair[0].0 == pair[1].0);
            self.found.left_out.extend(replaced.map(|pair| pair[0].1));
            self.members.truncate(first);
        } else {
            self.items.pop();
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
    for (span, instead) in survey(text)?.pieces {
        json.push_str(&text[from..span.start]);
        json.push_str(&instead);
        from = span.end;
    }
    json.push_str(&text[from..]);
    Some(json)
}
