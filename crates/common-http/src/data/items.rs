//! Reads the items of a list.

use serde::de::DeserializeOwned;

use crate::data::decode::by_the_book;
use crate::data::item::Item;
use crate::data::list::Items;
use crate::data::recorded::Recorded;
use crate::json::RawJson;

/// A list whose items are read one after the other. One that cannot be read is rejected alone.
pub(crate) struct Reading<'a> {
    items: Items<'a>,
    /// The same list, if it is UTF-8.
    text: Option<&'a str>,
    charset: Option<&'a str>,
    index: usize,
}

impl<'a> Reading<'a> {
    /// `None` if the bytes are not a list.
    pub(crate) fn new(list: &'a [u8], charset: Option<&'a str>) -> Option<Self> {
        Some(Self {
            items: Items::new(list)?,
            text: std::str::from_utf8(list).ok(),
            charset,
            index: 0,
        })
    }

    /// The next item; an inner `None` is the end, and an outer one a list that does not end.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Option<Option<Item<T>>> {
        let Some(start) = self.items.next_start()? else {
            return Some(None);
        };
        let item = match self.by_the_book(start) {
            Some(recorded) => Item::Read(recorded),
            None => Item::read(
                RawJson::of(self.items.cut(start)?, self.charset),
                self.index,
            ),
        };
        self.index += 1;
        Some(Some(item))
    }

    /// Reads an item that is valid JSON and holds what is expected. The same pass finds its end.
    fn by_the_book<T: DeserializeOwned>(&mut self, start: usize) -> Option<Recorded<T>> {
        let text = self.text?;
        let mut reader = serde_json::Deserializer::from_str(&text[start..]).into_iter();
        let value = by_the_book(|| reader.next())?.ok()?;
        let end = start + reader.byte_offset();
        self.items.go_on(end)?;
        Some(Recorded::new(value, RawJson::of_text(&text[start..end])))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::Reading;
    use crate::data::any::list;
    use crate::data::item::Item;
    use crate::json::{Extra, RawJson};

    #[derive(Debug, PartialEq, Deserialize)]
    struct Model {
        a: Option<f64>,
        #[serde(flatten)]
        extra: Extra,
    }

    fn read(list: &str) -> Option<Vec<Item<Model>>> {
        let mut reading = Reading::new(list.as_bytes(), None)?;
        let mut items = Vec::new();
        while let Some(item) = reading.next()? {
            items.push(item);
        }
        Some(items)
    }

    proptest! {
        #[test]
        fn one_pass_reads_what_each_item_alone_would_be(list in list()) {
            let texts: Vec<RawJson> = serde_json::from_str(&list).unwrap();
            let alone = texts.into_iter().enumerate();
            let alone: Vec<Item<Model>> = alone.map(|(index, raw)| Item::read(raw, index)).collect();
            prop_assert_eq!(read(&list).unwrap(), alone);
        }
    }
}
