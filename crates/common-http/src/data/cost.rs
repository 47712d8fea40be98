//! Estimates how much memory reading a text costs, before it is read.

use std::cell::Cell;

use crate::data::decode_error::{DecodeError, DecodeReason};

/// The cost of a `RawJson` or a `serde_json::Value`, with its allocation and its share of a list.
const VALUE: usize = 64;
/// The first node of a `serde_json::Map`, which has room for eleven members.
const OBJECT: usize = 640;

/// Refuses a text whose values would cost many times its size.
///
/// Each object of three bytes (`{},`) can become a large struct.
pub(crate) fn check(text: &[u8]) -> Result<(), DecodeError> {
    if afford(text.len(), at_most(text)).is_ok() {
        return Ok(());
    }
    let (mut cost, mut quoted, mut escaped) = (0, false, false);
    for &byte in text {
        if quoted {
            quoted = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b',' | b'[' => cost += VALUE,
            b'{' => cost += OBJECT,
            _ => {}
        }
    }
    afford(text.len(), cost)
}

/// The cost if no bracket and no comma is within a string, which many bytes at a time can tell.
fn at_most(text: &[u8]) -> usize {
    let (blocks, rest) = text.as_chunks::<128>();
    let count = |block: &[u8], is: fn(u8) -> bool| -> usize {
        let sum = block
            .iter()
            .fold(0_u8, |sum, &byte| sum + u8::from(is(byte)));
        sum.into()
    };
    let blocks = blocks.iter().map(|block| &block[..]);
    blocks.chain([rest]).fold(0, |cost, block| {
        let values = count(block, |byte| byte == b',' || byte == b'[');
        cost + values * VALUE + count(block, |byte| byte == b'{') * OBJECT
    })
}

/// Refuses a cost of more than twelve times the text's length plus 64 MiB.
fn afford(length: usize, cost: usize) -> Result<(), DecodeError> {
    if cost <= affordable(length) {
        Ok(())
    } else {
        Err(DecodeError::new([], DecodeReason::TooMany))
    }
}

thread_local! {
    /// What the items of all lists may still cost in the document that is being read.
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Reads a document of this length, whose items must be affordable together.
///
/// What failed has cost nothing: the same text is then read in another way. A document in a document
/// spends what the outer one has left.
pub(crate) fn within<T, E>(length: usize, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    /// Restores what was left, also after a panic.
    struct Before(usize);

    impl Drop for Before {
        fn drop(&mut self) {
            LEFT.set(self.0);
        }
    }

    let mut before = Before(LEFT.get());
    let start = before.0.min(affordable(length));
    LEFT.set(start);
    let result = read();
    if result.is_ok() && before.0 != usize::MAX {
        before.0 -= start - LEFT.get();
    }
    result
}

/// Takes the cost of this many items from the budget. An item takes its type's size, even if its text
/// is a single digit.
pub(crate) fn spend<T>(items: usize) -> Result<(), DecodeError> {
    let left = LEFT.get().checked_sub(items.saturating_mul(size_of::<T>()));
    let left = left.ok_or_else(|| DecodeError::new([], DecodeReason::TooMany))?;
    if LEFT.get() != usize::MAX {
        LEFT.set(left);
    }
    Ok(())
}

fn affordable(length: usize) -> usize {
    12 * length + (64 << 20)
}

/// Makes room for another item of a list whose text has this length, unless it has too many.
///
/// A vector doubles its room by itself, and would so reserve twice what is affordable.
pub(crate) fn make_room<T>(items: &mut Vec<T>, length: usize) -> Result<(), DecodeError> {
    let count = items.len();
    if count == items.capacity() {
        let most = affordable(length) / size_of::<T>().max(1);
        if count >= most {
            return Err(DecodeError::new([], DecodeReason::TooMany));
        }
        items.reserve_exact(count.max(4).min(most - count));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_read(unit: &str, megabytes: usize) -> bool {
        let list = format!("[{}0]", unit.repeat((megabytes << 20) / unit.len()));
        check(list.as_bytes()).is_ok()
    }

    #[test]
    fn a_text_of_crumbs_is_refused_where_it_is_large() {
        for (unit, small, large) in [
            ("{},", 0, 1),
            ("{\"a\":1},", 0, 1),
            ("0,", 3, 4),
            ("[],", 2, 3),
        ] {
            assert!(is_read(unit, small) && !is_read(unit, large), "{unit}");
        }
    }

    #[test]
    fn a_large_list_of_records_is_read() {
        let record = format!(r#"{{"id":"{}","note":"{{,[,{{,[,\",{{"}},"#, "0".repeat(60));
        for unit in [
            &record,
            "120.5,98.25,",
            "{\"id\":1,\"when\":\"2030-01-02T03:04:05Z\",\"a\":[1,2,3],\"b\":\"00000000000000000000\"},",
        ] {
            assert!(is_read(unit, 16), "{unit}");
        }
    }
}
