//! `--changes`: what a run reads, and that the files are those of a run that reads everything.

use std::fs;

use serde_json::{Value, json};

use crate::centre::{Centre, done, error, exam, id, key, pdf};
use crate::run::Archive;
use crate::server::Answer;

const CHANGES: &[&str] = &["--changes", "--page-size", "5", "--json"];

/// Exams with these numbers, newest first, done but for those that are being processed.
fn exams(numbers: std::ops::RangeInclusive<u32>, open: &[u32]) -> Vec<String> {
    let exam = |number| match open.contains(&number) {
        true => exam(&id(number), 4, None),
        false => done(number),
    };
    numbers.rev().map(exam).collect()
}

fn checkpoint(archive: &Archive) -> Value {
    serde_json::from_slice(&fs::read(archive.file("checkpoint.json")).unwrap()).unwrap()
}

/// Runs with and without `--changes`, and compares all that they leave. Returns the pages.
#[track_caller]
fn same_of_both(centre: &Centre, synced: &Archive, whole: &Archive) -> u64 {
    let run = synced.run(centre, CHANGES);
    let mut document = run.json();
    let full = whole.run(centre, &["--json"]);
    assert_eq!(run.code, full.code, "{}", run.stderr);
    assert_eq!(document["reports"], full.json()["reports"]);
    for name in [
        "exams.jsonl",
        "missing.jsonl",
        "failed.jsonl",
        "rejected.jsonl",
    ] {
        assert_eq!(synced.lines(name), whole.lines(name), "{name}");
    }
    assert_eq!(synced.reports(), whole.reports());
    assert!(synced.strays().is_empty());
    document["pages"].take().as_u64().unwrap()
}

#[test]
fn the_files_are_those_of_a_run_that_reads_everything() {
    let centre = Centre::with(exams(1..=60, &[57]));
    let (synced, whole) = (Archive::new(), Archive::new());
    assert_eq!(same_of_both(&centre, &synced, &whole), 13);

    let mut list = exams(1..=64, &[64]);
    list.insert(1, "7".to_owned());
    centre.set_exams(list);
    assert_eq!(same_of_both(&centre, &synced, &whole), 3);
    assert!(!whole.lines("rejected.jsonl").is_empty());
    // Nothing has changed, and so nothing is read as new.
    centre.set_exams(exams(1..=64, &[64]));
    assert_eq!(same_of_both(&centre, &synced, &whole), 2);
    let run = synced.run(&centre, CHANGES).is(0);
    assert_eq!(
        run.json(),
        json!({
            "exams": 0, "rejected": 0, "pages": 2,
            "reports": {"saved": 0, "present": 63, "missing": 0, "failed": 0},
        })
    );
    let text = synced
        .run(&centre, &["--changes", "--page-size", "5"])
        .is(0);
    assert!(
        text.stdout
            .starts_with("exams:   0 read from 2 pages, 0 rejected\n"),
        "{}",
        text.stdout
    );
}

#[test]
fn reports_that_failed_are_fetched_also_if_their_exams_are_not_read() {
    let mut list = exams(1..=60, &[]);
    list[50] = exam(&id(10), 6, None);
    let centre = Centre::with(list);
    centre.set_report(&key(2), error(403, "notAuthorized"));
    centre.set_report(&key(3), error(404, "notFound"));
    let (synced, whole) = (Archive::new(), Archive::new());
    same_of_both(&centre, &synced, &whole);
    assert_eq!(
        (synced.ids("failed.jsonl"), synced.ids("missing.jsonl")),
        ([id(2)].into(), [id(3), id(10)].into())
    );

    for report in [2, 3] {
        assert!(same_of_both(&centre, &synced, &whole) < 3);
        let answer = Answer::new(200, "application/pdf", pdf(&key(report)));
        centre.set_report(&key(report), answer);
    }
    // One that was cut off is fetched once more.
    let cut = synced.file("reports").join(format!("{}.pdf", id(4)));
    fs::write(&cut, &pdf(&key(4))[..2000]).unwrap();
    let run = synced.run(&centre, CHANGES).is(0);
    assert_eq!(
        run.json()["reports"],
        json!({"saved": 2, "present": 57, "missing": 1, "failed": 0})
    );
    synced.has_reports((1..=60).filter(|number| *number != 10));
}

#[test]
fn everything_is_read_every_seventh_day_or_as_asked() {
    let centre = Centre::with(exams(1..=60, &[]));
    let archive = Archive::new();
    archive.run(&centre, &["--changes"]).is(0);
    let days_ago = |days: u64| {
        let mut saved = checkpoint(&archive);
        let full = saved["full"].as_u64().unwrap();
        saved["full"] = (full - days * 24 * 60 * 60).into();
        fs::write(archive.file("checkpoint.json"), saved.to_string()).unwrap();
    };
    // A change of long ago, which only a full reading sees.
    let mut list = exams(1..=60, &[]);
    list[59] = exam(&id(1), 5, None);
    centre.set_exams(list.clone());
    for (days, args, exams) in [
        (6, &[][..], 0),
        (0, &["--full-every", "6"], 60),
        (7, &["--full-every", "8"], 0),
        (0, &[], 60),
    ] {
        days_ago(days);
        let run = archive.run(&centre, &[CHANGES, args].concat()).is(0);
        let document = run.json();
        assert_eq!(document["exams"], exams, "{days} {args:?}");
        assert_eq!(document["pages"], if exams > 0 { 13 } else { 1 });
    }
    list.reverse();
    let mut lines = archive.lines("exams.jsonl");
    lines.reverse();
    assert_eq!(lines, list);
}

#[test]
fn a_report_that_failed_is_fetched_every_night_also_if_its_exam_is_no_longer_listed() {
    let centre = Centre::with(exams(1..=20, &[]));
    centre.set_report(&key(3), error(403, "notAuthorized"));
    let archive = Archive::new();
    archive.run(&centre, CHANGES).is(1);
    let mut list = exams(1..=20, &[]);
    list.remove(17);
    centre.set_exams(list);
    // The second night reads the whole list.
    for exams in [0, 19] {
        let run = archive.run(&centre, CHANGES).is(1);
        assert_eq!(run.json()["exams"], exams);
        assert_eq!(archive.ids("failed.jsonl"), [id(3)].into());
        let mut saved = checkpoint(&archive);
        saved["full"] = 0.into();
        fs::write(archive.file("checkpoint.json"), saved.to_string()).unwrap();
    }
}

#[test]
fn without_a_good_checkpoint_everything_is_read() {
    let centre = Centre::with(exams(1..=20, &[]));
    let archive = Archive::new();
    archive.run(&centre, CHANGES).is(0);
    let good = checkpoint(&archive);
    let other = good.to_string().replace("\"version\":1", "\"version\":2");
    let half = good.to_string()[..50].to_owned();
    for text in ["", "EXAMPLE", "[]", &half, &other] {
        fs::write(archive.file("checkpoint.json"), text).unwrap();
        let run = archive.run(&centre, CHANGES).is(0);
        assert_eq!(run.json()["exams"], 20, "{text}");
        assert!(
            run.stderr.contains("checkpoint.json is not readable"),
            "{}",
            run.stderr
        );
        let again = archive.run(&centre, CHANGES).is(0);
        assert_eq!(
            (again.json()["exams"].as_u64(), &*again.stderr),
            (Some(0), "")
        );
    }
    // It says what `exams.jsonl` has.
    fs::remove_file(archive.file("exams.jsonl")).unwrap();
    let run = archive.run(&centre, CHANGES).is(0);
    assert_eq!(run.json()["exams"], 20);
    assert_eq!(archive.lines("exams.jsonl").len(), 20);
}

#[test]
fn a_list_that_breaks_off_leaves_the_checkpoint() {
    let centre = Centre::with(exams(1..=40, &[25]));
    let archive = Archive::new();
    archive.run(&centre, CHANGES).is(0);
    let before = checkpoint(&archive);
    centre.set_exams(exams(1..=43, &[]));
    centre.set_rule(|request| {
        let breaks = request.number("offset").is_some_and(|offset| offset >= 10);
        breaks.then(|| error(403, "notAuthorized"))
    });
    let run = archive.run(&centre, CHANGES).is(1);
    assert_eq!(run.json()["error"]["kind"], "permission_denied");
    // What was read is kept.
    archive.has_reports((1..=43).filter(|number| *number != 25));
    assert_eq!(checkpoint(&archive), before);

    centre.set_rule(|_| None);
    archive.run(&centre, CHANGES).is(0);
    archive.has_reports(1..=43);
    assert_ne!(checkpoint(&archive), before);
}

#[test]
fn a_run_that_is_killed_costs_a_repetition() {
    let centre = Centre::with(exams(1..=40, &[25]));
    let (synced, whole) = (Archive::new(), Archive::new());
    same_of_both(&centre, &synced, &whole);
    let before = fs::read(synced.file("checkpoint.json")).unwrap();
    centre.set_exams(exams(1..=43, &[25]));
    // While it reads the list: nothing has happened.
    centre.set_rule(|request| {
        let second = request.number("offset") == Some(5);
        second.then(|| Answer::json(200, "[]").held_after(1))
    });
    let mut run = synced.command(&centre, CHANGES).spawn().unwrap();
    centre.server.wait_until_held();
    run.kill().unwrap();
    run.wait().unwrap();
    centre.set_rule(|_| None);
    assert_eq!(fs::read(synced.file("checkpoint.json")).unwrap(), before);
    assert_eq!(synced.lines("exams.jsonl").len(), 40);

    // Between the exams and the checkpoint.
    synced.run(&centre, CHANGES).is(0);
    fs::write(synced.file("checkpoint.json"), &before).unwrap();
    let run = synced.run(&centre, CHANGES).is(0);
    assert_eq!(run.json()["exams"], 3);
    whole.run(&centre, &[]).is(0);

    // While it fetches a report, after both: the report is fetched by the next run.
    centre.set_exams(exams(1..=44, &[25]));
    let report = Answer::new(200, "application/pdf", pdf(&key(44)));
    centre.set_report(&key(44), report.clone().held_after(2000));
    let mut run = synced.command(&centre, CHANGES).spawn().unwrap();
    centre.server.wait_until_held();
    run.kill().unwrap();
    run.wait().unwrap();
    centre.set_report(&key(44), report);
    let run = synced.run(&centre, CHANGES).is(0);
    let document = run.json();
    assert_eq!(
        (&document["exams"], &document["reports"]["saved"]),
        (&json!(0), &json!(1))
    );
    whole.run(&centre, &[]).is(0);
    same_of_both(&centre, &synced, &whole);
}

#[test]
fn only_with_changes_there_is_a_checkpoint_and_only_this_user_can_read_it() {
    let centre = Centre::with(exams(1..=20, &[]));
    let archive = Archive::new();
    let run = archive.run(&centre, &["--json"]).is(0);
    assert_eq!(run.json().get("pages"), None);
    assert!(!archive.file("checkpoint.json").exists());
    archive.run(&centre, CHANGES).is(0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(archive.file("checkpoint.json"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // It has no id of an exam.
    let text = checkpoint(&archive).to_string();
    assert!(
        !text.contains(&id(20)) && !text.contains("Paciente"),
        "{text}"
    );

    fs::remove_file(archive.file("checkpoint.json")).unwrap();
    fs::create_dir(archive.file("checkpoint.json")).unwrap();
    let run = archive.run(&centre, CHANGES).is(1);
    assert_eq!(run.json()["error"]["kind"], "local_io");
    assert!(
        run.stderr.contains("checkpoint.json cannot be written"),
        "{}",
        run.stderr
    );
}
