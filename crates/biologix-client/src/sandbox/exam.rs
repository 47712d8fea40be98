//! Synthetic exams, each made from the seed and its number alone.

use std::time::{Duration, SystemTime};

use common_http::sandbox::rfc3339;
use fastrand::Rng;

use crate::sandbox::chance::{decimal, gap, whole};
use crate::sandbox::json::{Json, Layout, Style};
use crate::sandbox::person;
use crate::sandbox::results;

/// 2030-01-01T00:00:00Z, in seconds since the epoch: no exam is real.
const FIRST_START: u64 = 1_893_456_000;

/// Of twenty exams in a row twelve are DONE, two ISSUED, and each other status comes once.
const STATUSES: [i64; 20] = [6, 0, 6, 1, 6, 2, 6, 3, 6, 6, 4, 6, 6, 5, 6, 7, 6, 0, 6, 6];

const ISSUED: i64 = 0;
const DONE: i64 = 6;

/// How to make exams.
#[derive(Clone, Copy)]
pub(super) struct Recipe {
    pub(super) seed: u64,
    pub(super) drift: bool,
}

/// An exam as the list has it.
pub(super) struct Exam {
    pub(super) key: Option<String>,
    pub(super) is_done: bool,
    pub(super) text: String,
}

/// Seven digits and two letters, the shape of all ids that were observed.
pub(super) fn exam_id(number: u32) -> String {
    format!("{number:07}BB")
}

pub(super) fn number_in_id(id: &str) -> Option<u32> {
    let number = id.strip_suffix("BB")?.parse().ok()?;
    (exam_id(number) == id).then_some(number)
}

/// The number of the only exam that can have this key. The caller must compare the keys.
pub(super) fn number_in_key(key: &str) -> Option<u32> {
    let digits: String = key.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

impl Recipe {
    /// A random source for one thing.
    fn chance(self, salt: u64, number: u32) -> Rng {
        // An odd multiplier spreads neighbours far apart.
        let spread = (u64::from(number) ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Rng::with_seed(self.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ spread)
    }

    /// Makes an exam, after this many changes.
    pub(super) fn exam(self, number: u32, changes: u32) -> Exam {
        // Each block has its own source, so that a change or drift leaves the other blocks alone.
        let source = |block: u64| self.chance(block << 40, number);
        let style = style(&mut source(1));
        let place = u64::from(number).wrapping_add(self.seed);
        let slot = usize::try_from(place % 20).unwrap_or_default();
        let is_sleep_exam = place % 3 != 0;
        let odd = self.drift && changes == 0 && source(2).u8(..100) < 10;
        let (status, key) = if changes > 0 {
            (DONE, Key::plain(number))
        } else {
            (STATUSES[slot], Key::any(&mut source(3), number))
        };

        let mut members = vec![("examId", Json::text(exam_id(number)))];
        match &key {
            Key::Absent => {}
            Key::Null => members.push(("examKey", Json::Null)),
            Key::Text(key) => members.push(("examKey", Json::text(key))),
        }
        members.push(("status", Json::int(if odd { 42 } else { status })));
        members.push((
            "type",
            Json::int(if odd { 9 } else { i64::from(is_sleep_exam) }),
        ));
        // Two exams a patient.
        let patient = number.div_ceil(2);
        members.push(("patientUserId", Json::text(format!("{patient:07}CC"))));
        let extra = undocumented(&mut source(4), number, changes, is_sleep_exam);
        members.extend(extra);
        let without_base = if status == ISSUED { 100 } else { 3 };
        gap(&mut members, &mut source(5), "base", without_base, |rng| {
            base(rng, number)
        });
        let without_result = if status == DONE { 2 } else { 100 };
        gap(
            &mut members,
            &mut source(6),
            "result",
            without_result,
            |rng| results::blocks(rng, is_sleep_exam, odd),
        );
        let mut life = self.chance(7 << 40, patient);
        gap(&mut members, &mut source(8), "patient", 2, |rng| {
            person::patient(&mut life, rng, patient, odd)
        });
        if odd {
            members.push((
                "camposNovos",
                Json::Object(vec![("lista", Json::List(vec![Json::int(1), Json::Null]))]),
            ));
        }

        let is_done = status == DONE && !odd;
        let key = match key {
            Key::Text(key) => Some(key),
            Key::Absent | Key::Null => None,
        };
        Exam {
            key,
            is_done,
            text: Json::Object(members).written(style),
        }
    }
}

/// Most exams are compact. Some have other white space and escapes, which shows a client that does
/// not keep the vendor's text.
fn style(rng: &mut Rng) -> Style {
    let layout = match rng.u8(..100) {
        0..10 => Layout::Lines,
        10..20 => Layout::Spaced,
        _ => Layout::Compact,
    };
    Style {
        layout,
        ascii: rng.u8(..100) < 20,
    }
}

/// The forms of `examKey`: mostly an opaque text, missing or unusable for some.
enum Key {
    Absent,
    Null,
    Text(String),
}

impl Key {
    fn plain(number: u32) -> Self {
        Self::Text(format!("EXAMPLEKEY{number}"))
    }

    fn any(rng: &mut Rng, number: u32) -> Self {
        match rng.u8(..100) {
            0..4 => Self::Absent,
            4..6 => Self::Null,
            6..8 => Self::Text(String::new()),
            8 => Self::Text("  ".to_owned()),
            // An opaque key may have characters that a URL must escape.
            9..14 => Self::Text(format!("EXAMPLE/KEY+{number}==")),
            _ => Self::plain(number),
        }
    }
}

/// A time this many minutes after the start of this exam, or before it, in one of several ISO 8601
/// forms. Which one the vendor writes is not known.
fn moment(rng: &mut Rng, number: u32, minutes_later: i64) -> Json {
    let start = FIRST_START + u64::from(number) * 20 * 60;
    let seconds = start.saturating_add_signed(minutes_later * 60);
    let text = rfc3339(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds), 0);
    let plain = text.trim_end_matches('Z');
    Json::text(match rng.u8(..100) {
        0..10 => format!("{plain}.678Z"),
        10..15 => format!("{plain}.678+0000"),
        15..20 => format!("{plain}+00:00"),
        20..25 => plain.to_owned(),
        _ => text,
    })
}

/// The blocks that are not documented, and that programs in production read.
fn undocumented(
    rng: &mut Rng,
    number: u32,
    changes: u32,
    is_sleep_exam: bool,
) -> Vec<(&'static str, Json)> {
    let mut members = Vec::new();
    gap(&mut members, rng, "issuedBy", 50, |_| {
        Json::Object(vec![("name", Json::text("Clinica Exemplo"))])
    });
    if is_sleep_exam {
        gap(&mut members, rng, "oxistar", 20, |rng| {
            Json::Object(vec![("serialNumber", Json::int(rng.i64(10_000..100_000)))])
        });
    }
    if changes > 0 {
        let report = format!("Texto de exemplo, revisao {changes}");
        members.push((
            "partnerSleepStudy",
            Json::Object(vec![("report", Json::text(report))]),
        ));
    } else {
        gap(&mut members, rng, "partnerSleepStudy", 70, |_| {
            Json::Object(vec![(
                "report",
                Json::text("Texto de exemplo: \"sem observações\" / n\u{ba} 1\n"),
            )])
        });
    }
    gap(&mut members, rng, "afterQuestions", 50, |rng| {
        let mut answers = Vec::new();
        gap(&mut answers, rng, "sleepQuality", 20, |_| {
            Json::text("texto ou codigo")
        });
        gap(&mut answers, rng, "sleepComparison", 20, |_| {
            Json::text("texto ou codigo")
        });
        gap(&mut answers, rng, "comments", 60, |_| {
            Json::text("comentário fictício")
        });
        gap(&mut answers, rng, "lastAnsweredTime", 10, |rng| {
            moment(rng, number, 9 * 60)
        });
        Json::Object(answers)
    });
    members
}

fn base(rng: &mut Rng, number: u32) -> Json {
    let mut members = vec![("startTime", moment(rng, number, 0))];
    gap(&mut members, rng, "durationSecs", 3, |rng| {
        whole(rng, 14_400, 32_400)
    });
    for (name, updated) in [
        ("conditions", None),
        ("treatments", None),
        ("symptoms", Some("symptomsUpdatedTime")),
        ("illnesses", Some("illnessesUpdatedTime")),
        ("medicines", Some("medicinesUpdatedTime")),
    ] {
        gap(&mut members, rng, name, 15, |rng| {
            let count = rng.usize(0..3);
            Json::List((0..count).map(|_| Json::text("valor livre")).collect())
        });
        if let Some(updated) = updated {
            gap(&mut members, rng, updated, 40, |rng| {
                moment(rng, number, -900)
            });
        }
    }
    gap(&mut members, rng, "weightKg", 10, |rng| {
        decimal(rng, 450, 1_400)
    });
    gap(&mut members, rng, "weightKgUpdatedTime", 40, |rng| {
        moment(rng, number, -900)
    });
    gap(&mut members, rng, "heightCm", 10, |rng| {
        whole(rng, 150, 200)
    });
    gap(&mut members, rng, "heightCmUpdatedTime", 40, |rng| {
        moment(rng, number, -900)
    });
    gap(&mut members, rng, "appModelName", 20, |rng| {
        Json::text(format!("Modelo Ficticio {}", rng.u8(1..9)))
    });
    Json::Object(members)
}
