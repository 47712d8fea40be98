//! Splits a list into its items.

/// Returns the text of each item of a JSON list, valid or not; `None` if the list does not end.
///
/// A comma or bracket counts outside of strings. A bracket closes the last one of its kind and all
/// brackets opened after it; one that closes nothing belongs to its item. So an invalid item does
/// not affect its neighbours.
pub(crate) fn split<'a>(list: &'a [u8], item: &mut dyn FnMut(&'a [u8])) -> Option<()> {
    let list = list.trim_ascii();
    let last = list.len().checked_sub(1)?;
    if list.first() != Some(&b'[') {
        return None;
    }
    // The open brackets within the item, and the part of it that belongs to a list.
    let (mut nest, mut lists) = (Vec::new(), 0_usize);
    let (mut start, mut at) = (1, 1);
    let mut hand_over = |start: usize, end: usize| {
        let text = list[start..end].trim_ascii();
        if !text.is_empty() {
            item(text);
        }
    };
    loop {
        match list.get(at)? {
            b'"' => at = end_of_text(list, at)?,
            b'[' | b'{' => {
                lists += usize::from(list[at] == b'[');
                nest.push(list[at]);
            }
            b']' if nest.is_empty() || (at == last && lists == 0) => {
                hand_over(start, at);
                return (at == last).then_some(());
            }
            &close @ (b']' | b'}') => {
                let there = if close == b']' {
                    lists
                } else {
                    nest.len() - lists
                };
                while there > 0
                    && let Some(open) = nest.pop()
                {
                    lists -= usize::from(open == b'[');
                    // The ASCII code of each bracket is two less than that of its closing bracket.
                    if open + 2 == close {
                        break;
                    }
                }
            }
            b',' if nest.is_empty() => {
                hand_over(start, at);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
}

/// The position of the quote that ends the string.
fn end_of_text(list: &[u8], quote: usize) -> Option<usize> {
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

    use super::split;

    fn items(list: &str) -> Option<Vec<&str>> {
        let mut items = Vec::new();
        split(list.as_bytes(), &mut |item| {
            items.push(std::str::from_utf8(item).unwrap())
        })?;
        Some(items)
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
        ] {
            let list = format!(r#" [{{"id":1}} , {odd},{{"id":2}},] "#);
            assert_eq!(items(&list).unwrap(), [r#"{"id":1}"#, odd, r#"{"id":2}"#]);
        }
        assert_eq!(items(r#"[1,{"a":[]"#), None);
        assert_eq!(items(r#"[1,{"a":{]"#).unwrap(), ["1", r#"{"a":{"#]);
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
            let mut size = 0;
            split(bytes.as_bytes(), &mut |item| size += item.len());
            prop_assert!(size <= bytes.len());
        }
    }
}
