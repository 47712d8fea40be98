//! Cuts a list into its items.

/// How many times a text's length is scanned again at most, to find where unreadable items end.
pub(crate) const SCANS: usize = 8;

/// A list that is cut into its items, valid or not.
pub(crate) struct Cutter<'a> {
    /// Up to the bracket that closes the list.
    list: &'a [u8],
    /// Behind the bracket or the comma before the next item.
    at: usize,
    scans_left: usize,
}

impl<'a> Cutter<'a> {
    /// `None` if it is not a list.
    pub(crate) fn new(list: &'a [u8]) -> Option<Self> {
        let list = list.trim_ascii_end();
        let at = list.iter().position(|byte| !byte.is_ascii_whitespace())?;
        (list[at] == b'[').then_some(Self {
            list,
            at: at + 1,
            scans_left: SCANS * list.len(),
        })
    }

    fn last(&self) -> usize {
        self.list.len() - 1
    }

    /// Where the next item begins; an inner `None` is the end of the list, and an outer one a list
    /// that does not end.
    pub(crate) fn next_start(&mut self) -> Option<Option<usize>> {
        loop {
            match self.list.get(self.at) {
                Some(byte) if byte.is_ascii_whitespace() || *byte == b',' => self.at += 1,
                Some(b']') if self.at == self.last() => return Some(None),
                Some(b']') | None => return None,
                Some(_) => return Some(Some(self.at)),
            }
        }
    }

    /// Goes on behind an item that ends here. `None` if something else follows it.
    pub(crate) fn go_on(&mut self, end: usize) -> Option<()> {
        let rest = &self.list[end..];
        let next = end + rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        match self.list[next] {
            b',' => self.at = next + 1,
            b']' if next == self.last() => self.at = next,
            _ => return None,
        }
        Some(())
    }

    /// The text of the item that begins here, by its brackets alone.
    pub(crate) fn cut(&mut self, start: usize) -> Option<&'a [u8]> {
        let last = ListEnd::At(self.last());
        let end = item_end(self.list, start, last, &mut self.scans_left).ok()?;
        self.at = end;
        Some(self.list[start..end].trim_ascii_end())
    }
}

/// What is known of where a list ends.
#[derive(Clone, Copy)]
pub(crate) enum ListEnd {
    /// The position of its closing bracket.
    At(usize),
    /// Nothing. If it may be unclosed, a brace that closes nothing shows that it is.
    Unknown { may_be_unclosed: bool },
}

/// The end of a list's item, valid or not: the position of the comma or closing bracket behind it.
/// If the list does not end, the error is the position up to which that was looked for.
///
/// A comma or bracket counts outside of strings. A bracket closes the last one of its kind and all
/// brackets opened after it; one that closes nothing belongs to its item. An object where a key
/// must be begins the next item, if the item is not closed later. So an invalid item does not affect
/// its neighbours. `scans_left` is how many bytes may be scanned to find that out.
pub(crate) fn item_end(
    list: &[u8],
    start: usize,
    last: ListEnd,
    scans_left: &mut usize,
) -> Result<usize, usize> {
    // The open brackets within the item, and the part of them that belongs to a list.
    let (mut nest, mut lists) = (Vec::new(), 0_usize);
    let (mut at, mut before, mut comma) = (start, b'[', None);
    loop {
        let byte = *list.get(at).ok_or(list.len())?;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'"' => {
                let end = end_of_text(list, at);
                if end.is_none_or(|end| is_inside_out(list, at, end))
                    && let Some(end) = end_by_brackets(list, start, last, scans_left)
                {
                    return Ok(end);
                }
                at = end.ok_or(list.len())?;
            }
            b'{' | b'[' => {
                if byte == b'{'
                    && let Some(comma) = comma
                    && !is_closed_later(list, at, scans_left)
                {
                    while nest.pop_if(|open| *open == b'{').is_some() {}
                    if nest.is_empty() {
                        return Ok(comma);
                    }
                }
                lists += usize::from(byte == b'[');
                nest.push(byte);
            }
            b']' if nest.is_empty() => return Ok(at),
            b']' if lists == 0 => match last {
                ListEnd::At(last) if at != last => {}
                _ => return Ok(at),
            },
            b'}' if nest.len() == lists => {
                if matches!(
                    last,
                    ListEnd::Unknown {
                        may_be_unclosed: true
                    }
                ) {
                    return Err(at);
                }
            }
            b']' | b'}' => {
                while let Some(open) = nest.pop() {
                    lists -= usize::from(open == b'[');
                    // The ASCII code of each bracket is two less than that of its closing bracket.
                    if open + 2 == byte {
                        break;
                    }
                }
            }
            b',' if nest.is_empty() => return Ok(at),
            _ => {}
        }
        let ends_member =
            byte == b',' && nest.last() == Some(&b'{') && !b"]},{[:".contains(&before);
        comma = ends_member.then_some(at);
        before = byte;
        at += 1;
    }
}

/// Whether a text is what stands between two: a quote within a text, which JSON does not allow, turns
/// texts inside out up to the next one.
fn is_inside_out(list: &[u8], quote: usize, end: usize) -> bool {
    let next = list[end + 1..].trim_ascii_start().first();
    next.is_none_or(|next| !b",:]}".contains(next)) && has_bracket(&list[quote..end])
}

pub(crate) fn has_bracket(text: &[u8]) -> bool {
    text.iter().any(|byte| b"[]{}".contains(byte))
}

/// The end of an item whose quotes are wrong, by its brackets, those in texts included.
fn end_by_brackets(
    list: &[u8],
    start: usize,
    last: ListEnd,
    scans_left: &mut usize,
) -> Option<usize> {
    let (mut at, mut depth) = (start, 0_isize);
    while *scans_left > 0 {
        *scans_left -= 1;
        let byte = *list.get(at)?;
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            let rest = &list[at..];
            let end = at + rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
            match (list[end], last) {
                (b']', ListEnd::At(last)) if end != last => {}
                (b',' | b']', _) => return Some(end),
                _ => {}
            }
        }
    }
    None
}

/// Whether a brace closes an object that was open before this one, ahead of the next object where a
/// key must be. If no scans are left, it counts as not closed.
fn is_closed_later(list: &[u8], object: usize, scans_left: &mut usize) -> bool {
    let list = &list[..list.len().min(object.saturating_add(*scans_left))];
    let (mut nest, mut at, mut before) = (Vec::new(), object, b',');
    let closed = loop {
        let Some(&byte) = list.get(at) else {
            break false;
        };
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'"' => at = end_of_text(list, at).unwrap_or(list.len()),
            b'{' if before == b',' && nest.last() != Some(&b'[') && at > object => break false,
            b'{' | b'[' => nest.push(byte),
            b'}' | b']' if nest.pop().is_none() => break byte == b'}',
            _ => {}
        }
        before = byte;
        at += 1;
    };
    *scans_left -= at.min(list.len()) - object;
    closed
}

/// The position of the quote that ends the string.
pub(crate) fn end_of_text(list: &[u8], quote: usize) -> Option<usize> {
    let mut at = quote + 1;
    loop {
        match list.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::{Cutter, ListEnd, item_end};

    fn items(list: &str) -> Option<Vec<&str>> {
        let mut cutter = Cutter::new(list.as_bytes())?;
        let mut texts = Vec::new();
        while let Some(start) = cutter.next_start()? {
            texts.push(std::str::from_utf8(cutter.cut(start)?).unwrap());
        }
        Some(texts)
    }

    #[test]
    fn an_unreadable_item_takes_none_along() {
        for odd in [
            r#"{"a":[1}"#,
            r#"{"a":1}}"#,
            r#"{"a":1]}"#,
            r#"[{"a":1]"#,
            r#"{"a" 1}"#,
            "{'a':1}",
            "oops",
            r#"{"a":"\q]}"}"#,
            "{\"a\":\"\n\"}",
            "}}}",
            r#"{"a":"2" b","c":[{"d":3},4]}"#,
            r#"{"a":"b}"#,
        ] {
            let list = format!(r#" [{{"id":1}} , {odd},{{"id":2}},] "#);
            assert_eq!(items(&list).unwrap(), [r#"{"id":1}"#, odd, r#"{"id":2}"#]);
            assert_eq!(items(&format!("[{odd},{odd},2]")).unwrap(), [odd, odd, "2"]);
            assert_eq!(items(&format!("[1,{odd}]")).unwrap(), ["1", odd]);
        }
        assert_eq!(items(r#"[1,{"a":[]"#), None);
        assert_eq!(items(r#"[1,{"a":{]"#).unwrap(), ["1", r#"{"a":{"#]);
    }

    #[test]
    fn an_unclosed_item_ends_where_the_next_one_begins() {
        let next = r#"{"id":2,"b":[{"c":1}]}"#;
        for odd in [
            r#"{"id":1"#,
            r#"{"id":1,"a":"{[,""#,
            r#"{"id":1,"a":{"b":null"#,
        ] {
            let list = format!("[0, {odd} ,\n {next}, {next}]");
            assert_eq!(items(&list).unwrap(), ["0", odd, next, next]);
        }
        for odd in [
            r#"{"a":[{"b":1,{"b":2}]}"#,
            r#"{"a":{"b":1},{"c":1}}"#,
            r#"{"id":1,"type":"x",{"id":99},"z":1}"#,
        ] {
            assert_eq!(items(&format!("[{odd},1]")).unwrap(), [odd, "1"]);
        }
    }

    #[test]
    fn a_list_in_an_object_ends_at_its_bracket() {
        for (list, end) in [
            ("1,2", 1),
            (r#"{"a":1]}"#, 6),
            ("[1]]", 3),
            (r#"{"a":[1}]"#, 8),
        ] {
            let unknown = ListEnd::Unknown {
                may_be_unclosed: false,
            };
            assert_eq!(
                item_end(list.as_bytes(), 0, unknown, &mut usize::MAX.clone()),
                Ok(end),
                "{list}"
            );
        }
    }

    #[test]
    fn what_is_no_list_or_has_no_end_is_none() {
        for text in [
            "", "{}", "[", "[1", "[\"", "[\"\\", "[1] x", "[][]", "null", "]",
        ] {
            assert_eq!(items(text), None, "{text}");
        }
        for text in ["[]", " [ ] ", "[,]"] {
            assert!(items(text).unwrap().is_empty(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_list_is_cut_as_json_readers_cut_it(list in crate::data::any::list()) {
            let items = items(&list).unwrap();
            let read: Vec<&RawValue> = serde_json::from_str(&list).unwrap();
            prop_assert_eq!(items, read.iter().map(|item| item.get()).collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_cut(bytes in "[\\[\\]{},:\"\\\\a1 \n]{0,40}") {
            let texts = items(&bytes).unwrap_or_default();
            prop_assert!(texts.iter().map(|text| text.len()).sum::<usize>() <= bytes.len());
        }
    }
}
