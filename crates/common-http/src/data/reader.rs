//! Reads a type from JSON, including the invalid forms that vendors send.

use std::borrow::Cow;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Error;

use crate::data::scan::{Scalar, Scan};
use crate::data::survey::Survey;

/// The maximum nesting depth, as in `serde_json`. Deeper values read as null.
const DEEPEST: usize = 127;

/// The name under which the text of a value is asked for.
pub(crate) const RAW_TEXT: &str = "$common_http::RawText";

/// A deserializer over a text that was [surveyed](crate::data::survey::survey).
pub(crate) struct Reader<'de> {
    scan: Scan<'de, 'de>,
    survey: &'de Survey,
    depth: usize,
}

impl<'de> Reader<'de> {
    pub(crate) fn new(text: &'de str, survey: &'de Survey) -> Self {
        Self {
            scan: Scan::new(text, &survey.unreadable),
            survey,
            depth: 0,
        }
    }

    fn scalar(&mut self) -> Result<Scalar<'de>, Error> {
        let (scalar, _) = self.scan.scalar().ok_or_else(not_surveyed)?;
        Ok(scalar)
    }

    fn skip(&mut self) -> Result<&'de str, Error> {
        self.scan.skip().ok_or_else(not_surveyed)
    }

    /// Consumes null, or a value that reads as null, if it is next.
    fn nothing(&mut self) -> Result<bool, Error> {
        let before = self.scan;
        let nothing = match self.scan.peek() {
            Some(b'{' | b'[') => self.depth >= DEEPEST && self.skip().is_ok(),
            _ => matches!(self.scalar()?, Scalar::Word("null") | Scalar::Odd),
        };
        if !nothing {
            self.scan = before;
        }
        Ok(nothing)
    }

    /// Reads what is between brackets.
    fn nested<T>(
        &mut self,
        close: u8,
        read: impl FnOnce(Entries<'_, 'de>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.depth >= DEEPEST {
            return Err(Error::custom("recursion limit exceeded"));
        }
        self.scan.at += 1;
        self.depth += 1;
        let value = read(Entries {
            reader: self,
            close,
            first: true,
        });
        self.depth -= 1;
        let value = value?;
        if self.scan.eat(close) {
            Ok(value)
        } else {
            Err(Error::custom("invalid length"))
        }
    }
}

fn not_surveyed() -> Error {
    Error::custom("not JSON")
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.peek() {
            // Nested too deep.
            Some(b'{' | b'[') if self.nothing()? => visitor.visit_unit(),
            Some(b'{') => self.nested(b'}', |entries| visitor.visit_map(entries)),
            Some(b'[') => self.nested(b']', |entries| visitor.visit_seq(entries)),
            _ => match self.scalar()? {
                Scalar::Text(Cow::Borrowed(text), _) => visitor.visit_borrowed_str(text),
                Scalar::Text(Cow::Owned(text), _) => visitor.visit_string(text),
                Scalar::Word(word) => {
                    serde_json::Deserializer::from_str(word).deserialize_any(visitor)
                }
                Scalar::Odd => visitor.visit_unit(),
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.nothing()? {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == RAW_TEXT {
            visitor.visit_borrowed_str(self.skip()?)
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let before = self.scan;
        match self.scan.peek() {
            Some(b'{') => self.nested(b'}', |entries| {
                MapAccessDeserializer::new(entries).deserialize_enum(name, variants, visitor)
            }),
            _ => match self.scalar()? {
                Scalar::Text(text, _) => visitor.visit_enum(text.into_deserializer()),
                _ => {
                    self.scan = before;
                    self.deserialize_any(visitor)
                }
            },
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.skip()?;
        visitor.visit_unit()
    }

    // As in `serde_json`, no visitor gets an object for null.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.scan.peek() {
            Some(b'{' | b'[') => self.deserialize_any(visitor),
            _ => Err(Error::custom("invalid type")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct identifier
    }
}

/// The members of an object or the items of a list.
struct Entries<'a, 'de> {
    reader: &'a mut Reader<'de>,
    close: u8,
    first: bool,
}

impl Entries<'_, '_> {
    /// Whether there is another entry.
    fn more(&mut self) -> bool {
        if !self.first {
            self.reader.scan.eat(b',');
        }
        self.first = false;
        self.reader.scan.peek() != Some(self.close)
    }
}

impl<'de> SeqAccess<'de> for Entries<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if self.more() {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        while self.more() {
            let (key, _, span) = self.reader.scan.key().ok_or_else(not_surveyed)?;
            if !self.reader.survey.leaves_out(span.start) {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            self.reader.skip()?;
        }
        Ok(None)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(&mut *self.reader)
    }
}

#[cfg(test)]
mod tests;
