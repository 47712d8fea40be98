//! The result blocks of finished synthetic exams.

use fastrand::Rng;

use crate::sandbox::chance::{decimal, gap, tenths, whole};
use crate::sandbox::json::Json;

/// The `result` of an exam. A snoring test has no oximetry.
pub(super) fn blocks(rng: &mut Rng, is_sleep_exam: bool, odd: bool) -> Json {
    let mut members = Vec::new();
    gap(
        &mut members,
        rng,
        "snoring",
        if is_sleep_exam { 10 } else { 2 },
        snoring,
    );
    gap(
        &mut members,
        rng,
        "oximetry",
        if is_sleep_exam { 5 } else { 100 },
        |rng| oximetry(rng, odd),
    );
    gap(
        &mut members,
        rng,
        "cardiology",
        if is_sleep_exam { 50 } else { 100 },
        |rng| {
            let notification = if odd { 7 } else { rng.i64(-2..2) };
            Json::Object(vec![("afNotification", Json::int(notification))])
        },
    );
    Json::Object(members)
}

fn snoring(rng: &mut Rng) -> Json {
    let snored = rng.i64(0..800);
    let low = rng.i64(0..=snored);
    let medium = rng.i64(0..=snored - low);
    let mut members = Vec::new();
    gap(&mut members, rng, "validDurationSecs", 3, |rng| {
        whole(rng, 14_400, 30_000)
    });
    gap(&mut members, rng, "snoringDurationSecs", 3, |rng| {
        whole(rng, 0, 14_000)
    });
    for (name, percent) in [
        ("silentDurationPercent", 1_000 - snored),
        ("lowDurationPercent", low),
        ("mediumDurationPercent", medium),
        ("highDurationPercent", snored - low - medium),
    ] {
        gap(&mut members, rng, name, 3, |rng| tenths(rng, percent));
    }
    Json::Object(members)
}

fn oximetry(rng: &mut Rng, odd: bool) -> Json {
    // Values of 100 and more were observed, so there is no upper limit to rely on.
    let odi = if rng.u8(..100) < 3 {
        1_043
    } else {
        rng.i64(0..600)
    };
    let category = match odi {
        _ if odd => 8,
        ..50 => 0,
        50..150 => 1,
        150..300 => 2,
        _ => 3,
    };
    let mut members = Vec::new();
    gap(&mut members, rng, "validDurationSecs", 3, |rng| {
        whole(rng, 14_400, 30_000)
    });
    gap(&mut members, rng, "nbDesaturations", 3, |rng| {
        whole(rng, 0, 400)
    });
    members.push(("odi", tenths(rng, odi)));
    gap(&mut members, rng, "odiSleeping", 30, |rng| {
        tenths(rng, odi + 9)
    });
    gap(&mut members, rng, "hypoxicBurden", 10, |rng| {
        if rng.u8(..100) < 10 {
            // As Java writes a small number.
            Json::Number("1.0E-4".to_owned())
        } else {
            decimal(rng, 0, 1_500)
        }
    });
    members.push(("odiCategory", Json::int(category)));
    gap(&mut members, rng, "spO2Min", 3, |rng| whole(rng, 70, 92));
    gap(&mut members, rng, "spO2Avg", 3, |rng| {
        decimal(rng, 920, 970)
    });
    gap(&mut members, rng, "spO2Max", 3, |rng| whole(rng, 97, 101));
    for (name, low, high) in [
        ("spO2Under90Secs", 0, 3_600),
        ("spO2Under80Secs", 0, 300),
        ("hrMin", 40, 55),
        ("hrAvg", 55, 75),
        ("hrMax", 75, 140),
        ("sleepLatencySecs", 60, 3_600),
        ("sleepDurationSecs", 10_000, 28_000),
    ] {
        gap(&mut members, rng, name, 3, |rng| whole(rng, low, high));
    }
    gap(&mut members, rng, "sleepEfficiencyPercent", 3, |rng| {
        decimal(rng, 500, 1_001)
    });
    gap(&mut members, rng, "wakeTimeAfterSleepSecs", 3, |rng| {
        whole(rng, 0, 7_200)
    });
    gap(&mut members, rng, "nbHypoxemiaEvents", 3, |rng| {
        whole(rng, 0, 30)
    });
    gap(&mut members, rng, "hypoxemiaTotalDurationSecs", 3, |rng| {
        whole(rng, 0, 900)
    });
    Json::Object(members)
}
