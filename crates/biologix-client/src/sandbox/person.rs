//! Synthetic patients that cannot be mistaken for real ones.

use fastrand::Rng;

use crate::sandbox::chance::gap;
use crate::sandbox::json::Json;

/// The `patient` of an exam.
///
/// `life` is the person's own random source, so that a person is the same in all exams. `rng` is
/// the exam's, and decides what the exam leaves out.
pub(super) fn patient(life: &mut Rng, rng: &mut Rng, number: u32, odd: bool) -> Json {
    let adjective = if life.bool() { "Ficticio" } else { "Fictício" };
    let gender = match life.u8(..100) {
        0..48 => "f",
        48..96 => "m",
        _ => "o",
    };
    let age = life.i64(18..90);
    let birth = format!("{}-{:02}-{:02}", 2030 - age, life.u8(1..13), life.u8(1..29));

    let mut members = vec![
        ("name", Json::text(format!("Paciente {adjective} {number}"))),
        ("username", Json::text("l|BR_CPF|00000000000")),
        ("gender", Json::text(if odd { "x" } else { gender })),
    ];
    text_or_gap(
        &mut members,
        rng,
        "email",
        &format!("paciente{number}@example.invalid"),
    );
    text_or_gap(&mut members, rng, "phone", "+550000000000");
    let with_time = rng.u8(..100) < 15;
    let birth = if with_time {
        format!("{birth}T00:00:00Z")
    } else {
        birth
    };
    text_or_gap(&mut members, rng, "birthDate", &birth);
    gap(&mut members, rng, "age", 3, |_| Json::int(age));
    Json::Object(members)
}

/// Absent, null or empty in some exams, as observed.
fn text_or_gap(
    members: &mut Vec<(&'static str, Json)>,
    rng: &mut Rng,
    name: &'static str,
    text: &str,
) {
    gap(members, rng, name, 12, |rng| {
        let is_empty = rng.u8(..100) < 6;
        Json::text(if is_empty { "" } else { text })
    });
}
