//! Whole numbers that need not be there.

use common_http::{Extra, lenient};
use serde::Deserialize;

/// Takes a whole number, also where it is written as a float; null is none.
pub(crate) fn take(rest: &mut Extra, name: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Whole(#[serde(deserialize_with = "lenient::integer")] i64);

    lenient::take(rest, name).map(|Whole(number)| number)
}
