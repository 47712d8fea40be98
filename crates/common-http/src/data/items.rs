//! Reads the items of a list.

use http::HeaderMap;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::data::charset;
use crate::data::cost;
use crate::data::decode::by_the_book;
use crate::data::item::Item;
use crate::data::list::Cutter;
use crate::data::recorded::Recorded;
use crate::json::{DecodeError, RawJson};

/// Reads the items of a list one after the other. One that cannot be read is rejected alone.
///
/// The error is `None` if the body is not a list, or one that does not end.
pub(crate) fn items<T: DeserializeOwned>(
    list: &[u8],
    headers: &HeaderMap,
) -> Result<Vec<Item<T>>, Option<DecodeError>> {
    let text = std::str::from_utf8(list).ok();
    cost::within(list.len(), || {
        let mut cutter = Cutter::new(list).ok_or(None)?;
        let mut items = Vec::new();
        while let Some(start) = cutter.next_start().ok_or(None)? {
            cost::make_room(&mut items, list.len()).map_err(Some)?;
            if !text.is_some_and(|text| by_the_book_from(text, start, &mut cutter, &mut items)) {
                let raw = cutter.cut(start).ok_or(None)?;
                let raw = RawJson::of(raw, charset::named(headers));
                items.push(Item::read(raw, items.len()));
            }
        }
        Ok(items)
    })
}

/// Reads an item that is valid JSON and holds what is expected. The same pass finds its end.
fn by_the_book_from<T: DeserializeOwned>(
    text: &str,
    start: usize,
    cutter: &mut Cutter<'_>,
    items: &mut Vec<Item<T>>,
) -> bool {
    let mut reader = serde_json::Deserializer::from_str(&text[start..]);
    let value = cost::within(text.len(), || by_the_book(|| T::deserialize(&mut reader)));
    let Ok(value) = value else {
        return false;
    };
    let end = start + reader.into_iter::<IgnoredAny>().byte_offset();
    if cutter.go_on(end).is_none() {
        return false;
    }
    if items.is_empty() {
        // Items of one list have similar lengths.
        let most = text.len() / (end - start) + 1;
        items.reserve(most.min(4 * text.len() / size_of::<Item<T>>()));
    }
    let raw = RawJson::of_text(&text[start..end]);
    items.push(Item::Read(Recorded::new(value, raw)));
    true
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::items;
    use crate::data::any::list;
    use crate::data::item::Item;
    use crate::json::{Extra, RawJson};

    #[derive(Debug, PartialEq, Deserialize)]
    struct Model {
        a: Option<f64>,
        #[serde(flatten)]
        extra: Extra,
    }

    proptest! {
        #[test]
        fn one_pass_reads_what_each_item_alone_would_be(list in list()) {
            let texts: Vec<RawJson> = serde_json::from_str(&list).unwrap();
            let alone = texts.into_iter().enumerate();
            let alone: Vec<Item<Model>> = alone.map(|(index, raw)| Item::read(raw, index)).collect();
            let read = items(list.as_bytes(), &HeaderMap::new());
            prop_assert_eq!(read.unwrap(), alone);
        }
    }
}
