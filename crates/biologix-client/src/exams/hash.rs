//! Hashes of ids and texts, and how they are saved.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rapidhash::v3::rapidhash_v3;

/// A hash of a text, the same in every version and on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Hash(pub(super) u64);

impl Hash {
    pub(super) fn of(text: &(impl AsRef<[u8]> + ?Sized)) -> Self {
        Self(rapidhash_v3(text.as_ref()))
    }
}

/// Rows of numbers as one text: 8 bytes a number, in Base64.
pub(super) fn to_text<const N: usize>(rows: impl Iterator<Item = [u64; N]>) -> String {
    let bytes: Vec<u8> = rows.flatten().flat_map(u64::to_be_bytes).collect();
    BASE64_STANDARD.encode(bytes)
}

/// The rows of such a text, unless it is another text or a part of one.
pub(super) fn from_text<const N: usize>(text: &str) -> Option<Vec<[u64; N]>> {
    let bytes = BASE64_STANDARD.decode(text).ok()?;
    let (numbers, rest) = bytes.as_chunks::<8>();
    let numbers: Vec<_> = numbers
        .iter()
        .map(|bytes| u64::from_be_bytes(*bytes))
        .collect();
    let (rows, odd) = numbers.as_chunks::<N>();
    (rest.is_empty() && odd.is_empty()).then(|| rows.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_is_good_for_every_version() {
        assert_eq!(Hash::of("0000250BB"), Hash(13_556_814_600_946_178_346));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["x", "AAAA", "AAAAAAAAAAA="] {
            assert_eq!(from_text::<2>(text), None, "{text}");
        }
    }
}
