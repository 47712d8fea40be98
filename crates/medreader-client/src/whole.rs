//! Whole numbers that need not be there.

use common_http::lenient;
use serde::{Deserialize, Deserializer};

/// A whole number, also where it is written as a float; null is none.
pub(crate) fn optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    struct Whole(#[serde(deserialize_with = "lenient::integer")] i64);

    let whole = Option::<Whole>::deserialize(deserializer)?;
    Ok(whole.map(|Whole(number)| number))
}
