//! The contents of `exams.jsonl`.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;

use crate::centre::{Centre, done, exam, id, key, pdf};
use crate::run::Archive;
use crate::server::Answer;

#[test]
fn the_vendors_own_text_without_white_space_between_tokens() {
    let texts = [
        (
            "{ \"examId\" :\n\t\"0000001BB\" , \"status\":6.0,\r\n \"examKey\" : \"EXAMPLEKEY1\" }",
            "{\"examId\":\"0000001BB\",\"status\":6.0,\"examKey\":\"EXAMPLEKEY1\"}",
        ),
        (
            r#"{"examId":"0000002BB","patient":{"name":"  a  b \" \\ \u00e9\/\u2028 é "},"status":1}"#,
            r#"{"examId":"0000002BB","patient":{"name":"  a  b \" \\ \u00e9\/\u2028 é "},"status":1}"#,
        ),
        (
            r#"{"zzz":123456789012345678901234567890.50,"examId":"000000\u0033BB","aaa":[1E+300,-0,1e2]}"#,
            r#"{"zzz":123456789012345678901234567890.50,"examId":"000000\u0033BB","aaa":[1E+300,-0,1e2]}"#,
        ),
        (
            "{\"unknown\":{\"a\":[ {} , [ ] ]},\"status\":99,\"examId\":\"0000004BB\",\"patient\":null,\"u\":\"\u{2028}\"}",
            "{\"unknown\":{\"a\":[{},[]]},\"status\":99,\"examId\":\"0000004BB\",\"patient\":null,\"u\":\"\u{2028}\"}",
        ),
    ];
    let centre = Centre::with(texts.map(|(sent, _)| sent.to_owned()));
    let archive = Archive::new();
    // The second run replaces the lines, the third finds them with other spacing.
    for _ in 0..3 {
        let run = archive.run(&centre, &["--json"]).is(0);
        assert_eq!(run.json()["exams"], 4);
        assert_eq!(
            archive.lines("exams.jsonl"),
            texts.map(|(_, kept)| kept.to_owned())
        );
    }
    archive.has_reports([1]);
}

#[test]
fn records_that_are_not_exams_are_kept_unchanged_and_stop_nothing() {
    let rejected = [
        "null",
        "\"text\"",
        "[ 1 ]",
        "{}",
        r#"{"examId":""}"#,
        r#"{"examId":7,"status":1}"#,
        r#"{"examId":"0000009BB","x":[1}"#,
        "<b>",
    ];
    let mut exams: Vec<_> = rejected.map(str::to_owned).into();
    exams.insert(3, done(1));
    exams.push(done(2));
    let centre = Centre::with(exams);
    let archive = Archive::new();
    for args in [&["--json", "--page-size", "1"][..], &["--json"]] {
        let run = archive.run(&centre, args).is(0);
        assert_eq!(
            (&run.json()["exams"], &run.json()["rejected"]),
            (&json!(2), &json!(8))
        );
        assert!(run.stderr.contains("rejected.jsonl (8)"), "{}", run.stderr);
        let kept = rejected.map(|text| text.replace(' ', ""));
        assert_eq!(archive.lines("rejected.jsonl"), kept);
        assert_eq!(archive.lines("exams.jsonl"), [done(1), done(2)]);
        archive.has_reports(1..=2);
    }
}

/// A raw newline in a text would end the line.
#[test]
fn a_raw_newline_costs_no_page_and_no_line() {
    let text = |end: &str| {
        format!(
            "{{\"examId\":\"{}\",\"status\":1,\"note\":\"a{end}b\"}}",
            id(2)
        )
    };
    let centre = Centre::with([done(1), text("\n"), done(3)]);
    let archive = Archive::new();
    archive.run(&centre, &["--page-size", "2"]).is(0);
    assert_eq!(
        archive.lines("exams.jsonl"),
        [done(1), text("\\n"), done(3)]
    );
    archive.has_reports([1, 3]);
}

/// Two ids that differ in it would be one, and the second exam would take the place of the first.
#[test]
fn an_id_with_a_byte_that_is_no_text_is_none() {
    let exam = |byte: u8, key: &str| {
        let mut exam = b"{\"examId\":\"E".to_vec();
        exam.push(byte);
        exam.extend_from_slice(format!("\",\"status\":6,\"examKey\":\"{key}\"}}").as_bytes());
        exam
    };
    let list = [exam(0xe9, "K1"), exam(0xe8, "K2"), done(3).into_bytes()].join(&b',');
    let list = [&b"["[..], &list, b"]"].concat();
    let centre = Centre::with_done([3]);
    centre.set_rule(move |request| {
        let is_list = request.path.starts_with("/v2/partners/");
        is_list.then(|| Answer::json(200, list.clone()).header("x-pagination-total", 3))
    });
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(1);
    assert_eq!(
        run.json(),
        json!({"exams": 1, "rejected": 2,
               "reports": {"saved": 1, "present": 0, "missing": 0, "failed": 2}})
    );
    let kept =
        |key: &str| format!("{{\"examId\":\"E\u{fffd}\",\"status\":6,\"examKey\":\"{key}\"}}");
    assert_eq!(archive.lines("rejected.jsonl"), ["K1", "K2"].map(kept));
    assert_eq!(archive.lines("failed.jsonl"), [r#"{"examId":null}"#; 2]);
    archive.has_reports([3]);
}

#[test]
fn a_rejected_item_that_is_done_keeps_its_report() {
    let centre = Centre::with([
        format!(
            r#"{{"examId":"{}","status":6,"examKey":"{}","x":[1}}"#,
            id(1),
            key(1)
        ),
        r#"{"examId":7,"status":6,"examKey":"EXAMPLEKEY7"}"#.to_owned(),
        r#"{"status":6,"examKey":"EXAMPLEKEY8"}"#.to_owned(),
        r#"{"examId":"","status":6,"examKey":"EXAMPLEKEY9"}"#.to_owned(),
        r#"{"examId":"","status":1,"examKey":"EXAMPLEKEY10"}"#.to_owned(),
        r#"{"examId":"","status":6,"examKey":".."}"#.to_owned(),
        done(2),
    ]);
    for number in 1..=10 {
        centre.set_report(
            &key(number),
            Answer::new(200, "application/pdf", pdf(&key(number))),
        );
    }
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(1);
    assert_eq!(
        run.json(),
        json!({"exams": 1, "rejected": 6,
               "reports": {"saved": 3, "present": 0, "missing": 0, "failed": 2}})
    );
    assert_eq!(archive.report(&id(1)), Some(pdf(&key(1))));
    assert_eq!(archive.report("7"), Some(pdf(&key(7))));
    assert_eq!(archive.reports().len(), 3);
    assert_eq!(archive.lines("failed.jsonl"), [r#"{"examId":null}"#; 2]);
    assert!(run.stderr.contains("without an id"), "{}", run.stderr);
    assert_eq!(archive.lines("rejected.jsonl").len(), 6);

    // Read on another page, it is an exam like others.
    let broken = format!(
        r#"{{"examId":"{}","status":6,"examKey":"{}","x":[1}}"#,
        id(2),
        key(2)
    );
    centre.set_exams([broken, done(2)]);
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(run.json()["reports"]["present"], 1);
    let run = archive.run(&centre, &["--json", "--no-reports"]).is(0);
    assert_eq!(run.json()["rejected"], 1);
}

#[test]
fn an_exam_that_can_no_longer_be_read_keeps_its_line() {
    let centre = Centre::with_done([1]);
    let archive = Archive::new();
    archive.run(&centre, &[]).is(0);
    let broken = r#"{"examId":"0000001BB","status":6]}"#;
    centre.set_exams([broken.to_owned()]);
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(
        (&run.json()["exams"], &run.json()["rejected"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(archive.lines("exams.jsonl"), [done(1)]);
    assert_eq!(archive.lines("rejected.jsonl"), [broken]);
}

/// An exam that changes and moves to a later page is read twice.
///
/// The later version counts, and its report is fetched once.
#[test]
fn an_exam_read_twice_in_a_run_counts_as_it_was_read_last() {
    let first = [exam(&id(2), 1, None), done(1)];
    let second = [done(3), done(2), done(1)];
    let centre = Centre::with(second.clone());
    centre.set_rule(move |request| {
        let page = |exams: &[String], offset: usize| {
            let item = exams.get(offset).cloned().unwrap_or_default();
            Answer::json(200, format!("[{item}]")).header("X-Pagination-Total", exams.len())
        };
        let is_list = request.path.starts_with("/v2/partners/");
        is_list.then(|| match request.number("offset")? {
            0 => Some(page(&first, 0)),
            offset => Some(page(&second, offset)),
        })?
    });
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json", "--page-size", "1"]).is(0);
    // The newest exam was added after the first page was read. The next run finds it.
    assert_eq!(run.json()["exams"], 2);
    assert_eq!(archive.lines("exams.jsonl"), [done(2), done(1)]);
    assert_eq!(centre.count("GET /v2/exams/EXAMPLEKEY2/"), 1);
    archive.has_reports([1, 2]);
}

#[test]
fn odd_ids_are_names_and_never_paths() {
    let long = "L".repeat(100);
    let ids = [
        ("a b", "a%20b"),
        ("../../etc/passwd", "%2E%2E%2F%2E%2E%2Fetc%2Fpasswd"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("é\u{1f600}", "%C3%A9%F0%9F%98%80"),
        ("a%20b", "a%2520b"),
        ("C:\\x", "C%3A%5Cx"),
        ("line\nbreak\u{0}\"", "line%0Abreak%00%22"),
        ("~", "%7E"),
        ("-_", "-_"),
        (&long, &long),
    ];
    let keys: Vec<_> = (0..ids.len())
        .map(|number| format!("odd {number}?ü"))
        .collect();
    let exams = ids
        .iter()
        .zip(&keys)
        .map(|((id, _), key)| exam(id, 6, Some(key)));
    let centre = Centre::with(exams);
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(run.json()["reports"]["saved"], ids.len());
    for ((_, name), key) in ids.iter().zip(&keys) {
        assert_eq!(archive.report(name), Some(pdf(key)), "{name}");
    }
    let names: BTreeSet<_> = ids.iter().map(|(_, name)| format!("{name}.pdf")).collect();
    assert_eq!(archive.reports(), names);
    let outside = fs::read_dir(archive.path().parent().unwrap()).unwrap();
    assert_eq!(outside.count(), 1);
    // The next run recognises them.
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(run.json()["reports"]["present"], ids.len());
    assert_eq!(archive.lines("exams.jsonl").len(), ids.len());
}

#[test]
fn an_id_too_long_for_a_file_name_fails_alone() {
    let long = "é".repeat(100);
    let centre = Centre::with([exam(&long, 6, Some(&key(1))), done(2)]);
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(1);
    assert_eq!(
        run.json()["reports"],
        json!({"saved": 1, "present": 0, "missing": 0, "failed": 1})
    );
    assert_eq!(archive.ids("failed.jsonl"), [long].into());
    archive.has_reports([2]);
    assert_eq!(centre.count("GET /v2/exams/"), 1);
}
