//! Looks through a document before it is read tolerantly: which pieces are invalid, and which members
//! and items a reader passes over.

use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use crate::data::list::{ListEnd, SCANS, end_of_text, item_end};
use crate::data::scan::{Scalar, Scan};

/// What is unusual in a document.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Survey {
    /// The positions of members to leave out, in order: a later one of the same name replaces them.
    pub(crate) left_out: Vec<usize>,
    /// The items of lists that are not JSON, in order.
    pub(crate) unreadable: Vec<Range<usize>>,
    /// The invalid pieces, those items included, with their replacements in JSON.
    pieces: Vec<(Range<usize>, Cow<'static, str>)>,
}

impl Survey {
    pub(crate) fn leaves_out(&self, member: usize) -> bool {
        self.left_out.binary_search(&member).is_ok()
    }
}

/// Scans a whole document. `None` if it is not JSON, unless only items of lists are not.
pub(crate) fn survey(text: &str) -> Option<Survey> {
    let mut surveyor = Surveyor {
        scan: Scan::new(text, &[]),
        nest: Vec::new(),
        objects: Vec::new(),
        item_starts: Vec::new(),
        members: Vec::new(),
        found: Survey::default(),
        scans_left: SCANS * text.len(),
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

struct Surveyor<'a> {
    scan: Scan<'a, 'a>,
    /// The open brackets. Each one's ASCII code is two less than that of its closing bracket.
    nest: Vec<u8>,
    /// For each open object, the index in `members` at which its members begin.
    objects: Vec<usize>,
    /// For each open list, the position at which its current item begins.
    item_starts: Vec<usize>,
    /// The hash of each member's key, and the member's position.
    members: Vec<(u64, usize)>,
    found: Survey,
    scans_left: usize,
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

    /// Gives up the current item of the innermost list, and goes on behind it. If that list does not
    /// end, it gives up the item of the next outer list, which contains it.
    fn give_up_item(&mut self) -> Option<()> {
        let read = self.scan.at;
        loop {
            while self.nest.pop_if(|open| *open == b'{').is_some() {
                let first = self.objects.pop()?;
                self.members.truncate(first);
            }
            self.scan.at = *self.item_starts.last()?;
            self.scan.peek()?;
            let start = self.scan.at;
            let text = self.scan.text.as_bytes();
            let is_within = self.nest.iter().rev().nth(1) == Some(&b'{');
            let may_be_unclosed = is_within && self.item_starts.len() > 1;
            let list_end = ListEnd::Unknown { may_be_unclosed };
            let end = item_end(text, start, list_end, &mut self.scans_left);
            let (Ok(reached) | Err(reached)) = end;
            let reached = reached.max(read);
            self.scans_left = self.scans_left.checked_sub((reached - start).max(1))?;
            let Ok(end) = end else {
                self.nest.pop();
                self.item_starts.pop();
                continue;
            };
            let found = &mut self.found;
            while found
                .pieces
                .pop_if(|(piece, _)| piece.start >= start)
                .is_some()
            {}
            while found
                .unreadable
                .pop_if(|item| item.start >= start)
                .is_some()
            {}
            while found.left_out.pop_if(|member| *member >= start).is_some() {}
            let span = start..start + text[start..end].trim_ascii_end().len();
            found.unreadable.push(span.clone());
            found.pieces.push((span, "null".into()));
            self.scan.at = end;
            return Some(());
        }
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
                self.item_starts.push(self.scan.at);
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
                    *self.item_starts.last_mut()? = self.scan.at;
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
            self.item_starts.pop();
        }
    }
}

/// Whether all brackets and texts are closed, so that nothing is missing at the end.
pub(crate) fn is_whole(text: &str) -> bool {
    let (bytes, mut at) = (text.as_bytes(), 0);
    while let Some(quote) = bytes[at..].iter().position(|byte| *byte == b'"') {
        match end_of_text(bytes, at + quote) {
            Some(end) => at = end + 1,
            None => return false,
        }
    }
    survey(text).is_some()
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
