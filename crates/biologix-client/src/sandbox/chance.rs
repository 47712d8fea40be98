//! Values and gaps by chance.

use fastrand::Rng;

use crate::sandbox::json::Json;

/// Adds a member. In this many of a hundred cases it is missing or null.
pub(super) fn gap(
    members: &mut Vec<(&'static str, Json)>,
    rng: &mut Rng,
    name: &'static str,
    percent: u8,
    value: impl FnOnce(&mut Rng) -> Json,
) {
    if rng.u8(..100) >= percent {
        let value = value(rng);
        members.push((name, value));
    } else if rng.bool() {
        members.push((name, Json::Null));
    }
}

/// A whole number, written as a float one time in ten.
pub(super) fn whole(rng: &mut Rng, low: i64, high: i64) -> Json {
    let number = rng.i64(low..high);
    Json::Number(if rng.u8(..100) < 10 {
        format!("{number}.0")
    } else {
        number.to_string()
    })
}

/// A number of tenths. If it is whole, it is written as an integer one time in two.
pub(super) fn decimal(rng: &mut Rng, low_tenths: i64, high_tenths: i64) -> Json {
    let number = rng.i64(low_tenths..high_tenths);
    tenths(rng, number)
}

/// This number of tenths, written as [`decimal`] writes one.
pub(super) fn tenths(rng: &mut Rng, number: i64) -> Json {
    Json::Number(if number % 10 == 0 && rng.bool() {
        (number / 10).to_string()
    } else {
        format!("{}.{}", number / 10, number % 10)
    })
}
