//! Which exams a list has given lately, so that an exam that comes again is not given twice.

use std::collections::{HashMap, VecDeque};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::exams::hash::{Hash, from_text, to_text};

/// How many exams are remembered and saved; more if a page has more. If more than this are issued
/// between two pages, some exams are given twice.
const REMEMBERED: usize = 10_000;

/// The ids and contents given lately, oldest first.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    order: VecDeque<Hash>,
    contents: HashMap<Hash, Hash>,
    room: usize,
}

/// The room is not part of it, because it is not saved.
impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order && self.contents == other.contents
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            order: VecDeque::new(),
            contents: HashMap::new(),
            room: REMEMBERED,
        }
    }
}

/// How an exam that comes compares with what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sighting {
    /// It was not seen lately.
    First,
    /// It was seen, and has changed since.
    Changed,
    /// It was seen, and is the same.
    Same,
}

impl Seen {
    /// Makes room to remember a whole page of this many exams. Without it, a longer page that comes
    /// for every offset would always be new.
    pub(super) fn make_room(&mut self, exams: usize) {
        // An item without an id is noted twice.
        self.room = self.room.max(exams.saturating_mul(2));
    }

    /// Notes an exam.
    pub(super) fn note(&mut self, id: Hash, content: Hash) -> Sighting {
        match self.contents.insert(id, content) {
            Some(before) if before == content => Sighting::Same,
            Some(_) => Sighting::Changed,
            None => {
                self.order.push_back(id);
                if self.order.len() > self.room
                    && let Some(oldest) = self.order.pop_front()
                {
                    self.contents.remove(&oldest);
                }
                Sighting::First
            }
        }
    }
}

impl Serialize for Seen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let saved = self.order.len().min(REMEMBERED);
        let rows = self.order.iter().skip(self.order.len() - saved);
        let rows = rows.map(|id| [id.0, self.contents.get(id).map_or(0, |content| content.0)]);
        serializer.serialize_str(&to_text(rows))
    }
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let refuse = || D::Error::custom("not a cursor of this crate");
        let text = String::deserialize(deserializer).map_err(|_| refuse())?;
        let pairs = from_text(&text).filter(|pairs| pairs.len() <= REMEMBERED);
        let pairs = pairs.ok_or_else(refuse)?;
        let mut seen = Self::default();
        for [id, content] in pairs {
            seen.note(Hash(id), Hash(content));
        }
        Ok(seen)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hash(number: usize) -> Hash {
        Hash::of(&number.to_string())
    }

    #[test]
    fn the_same_and_the_changed_are_told_apart() {
        let mut seen = Seen::default();
        for (content, sighting) in [
            (10, Sighting::First),
            (10, Sighting::Same),
            (11, Sighting::Changed),
            (11, Sighting::Same),
            (10, Sighting::Changed),
        ] {
            assert_eq!(seen.note(hash(1), hash(content)), sighting);
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut seen = Seen::default();
        for number in 0..REMEMBERED + 5 {
            assert_eq!(seen.note(hash(number), hash(0)), Sighting::First);
        }
        assert_eq!(
            (seen.order.len(), seen.contents.len()),
            (REMEMBERED, REMEMBERED)
        );
        assert_eq!(seen.note(hash(5), hash(0)), Sighting::Same);
        assert_eq!(seen.note(hash(4), hash(0)), Sighting::First);
    }

    #[test]
    fn order_and_contents_differ() {
        let of = |pairs: [(usize, usize); 2]| {
            let mut seen = Seen::default();
            for (id, content) in pairs {
                seen.note(hash(id), hash(content));
            }
            seen
        };
        let seen = of([(1, 10), (2, 20)]);
        assert_eq!(seen, of([(1, 10), (2, 20)]));
        assert_ne!(seen, of([(2, 20), (1, 10)]));
        assert_ne!(seen, of([(1, 10), (2, 21)]));
    }

    #[test]
    fn a_full_memory_comes_back_and_a_longer_one_is_refused() {
        let mut seen = Seen::default();
        for number in 0..REMEMBERED {
            seen.note(hash(number), hash(0));
        }
        let text = serde_json::to_string(&seen).unwrap();
        assert_eq!(serde_json::from_str::<Seen>(&text).unwrap(), seen);
        let longer = to_text((0..=REMEMBERED as u64).map(|number| [number, 0]));
        let longer = serde_json::to_string(&longer).unwrap();
        assert!(serde_json::from_str::<Seen>(&longer).is_err());
    }

    proptest! {
        #[test]
        fn comes_back_from_its_text_and_from_no_part_of_it(noted: Vec<(u64, u64)>) {
            let mut seen = Seen::default();
            for (id, content) in noted {
                seen.note(Hash(id), Hash(content));
            }
            let text = serde_json::to_string(&seen).unwrap();
            prop_assert_eq!(serde_json::from_str::<Seen>(&text).unwrap(), seen);
            for end in 0..text.len() {
                prop_assert!(serde_json::from_str::<Seen>(&text[..end]).is_err());
            }
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["1", "\"x\"", "\"AAAA\"", "\"AAAAAAAAAAA=\"", "null"] {
            assert!(serde_json::from_str::<Seen>(text).is_err(), "{text}");
        }
    }
}
