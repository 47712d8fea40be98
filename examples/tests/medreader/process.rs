//! `process`: from the upload to the result.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::run::{Prescription, Run, configured};
use crate::server::{Answer, Request};
use crate::vendor::{FOLDER, UPLOAD, Vendor, error, processing};

const OTHER: &str = "00000000-0000-4000-8000-0000000000c1";

fn process(vendor: &Vendor, more: &[&str]) -> Run {
    let file = Prescription::pdf();
    let args = ["process", "--json", "--folder", FOLDER, file.as_str()];
    Run::of(configured(&vendor.server.url, &args).args(more))
}

fn result(id: &str, status: &str) -> Value {
    json!({"id": id, "status": status, "novo": [1]})
}

fn uploads(vendor: &Vendor) -> usize {
    let asked = vendor.asked();
    let is_upload = |asked: &&(String, Vec<u8>)| asked.0 == "POST /api/v1/prescription-files";
    asked.iter().filter(is_upload).count()
}

#[test]
fn the_result_is_waited_for_whatever_its_words_until_then() {
    let looks = AtomicUsize::new(0);
    let vendor = processing(
        || json!([]),
        move |id| match looks.fetch_add(1, Ordering::SeqCst) {
            0 => error(404, "prescription_file_not_found"),
            1 => Answer::json(200, result(id, "MARKER-QUEUED").to_string()),
            _ => Answer::json(200, result(id, "completed").to_string()),
        },
    );
    let run = process(&vendor, &[]).is(0);
    assert_eq!(run.json(), result(UPLOAD, "completed"));
    assert_eq!(run.stderr, "");
    assert_eq!(uploads(&vendor), 1);
    assert_eq!(
        vendor.asked()[0].0,
        format!("GET /api/v1/prescriptions/results?folder-id={FOLDER}")
    );
}

#[test]
fn an_upload_that_was_taken_is_not_to_be_sent_again() {
    let answer = |request: &Request| match request.path.as_str() {
        "/api/v1/prescription-files" => Answer::json(202, json!({"file": "MARKER"}).to_string()),
        _ => Answer::json(200, json!({"results": []}).to_string()),
    };
    let vendor = Vendor::start(answer);
    let file = Prescription::pdf();
    for command in ["process", "upload"] {
        let args = [command, "--json", "--folder", FOLDER, file.as_str()];
        let run = Run::of(&mut configured(&vendor.server.url, &args)).is(1);
        assert_eq!(run.json()["error"]["kind"], "decode", "{run:?}");
        assert_eq!(run.json()["error"]["delivery"], "answered", "{run:?}");
        let advice = run.stderr.lines().nth(1).unwrap();
        assert!(advice.contains("do not upload it again"), "{run:?}");
        assert!(!run.stderr.contains("MARKER"), "{run:?}");
    }
}

#[test]
fn a_prescription_that_could_not_be_read_is_printed_and_a_failure() {
    let vendor = processing(
        || json!([]),
        |id| Answer::json(200, result(id, "error").to_string()),
    );
    let run = process(&vendor, &[]).is(1);
    assert_eq!(run.json(), result(UPLOAD, "error"));
    assert!(run.stderr.starts_with("error: "), "{run:?}");
}

#[test]
fn a_result_that_does_not_come() {
    for (answer, status) in [
        (
            Answer::json(200, result(UPLOAD, "processing").to_string()),
            json!(200),
        ),
        (
            Answer::json(200, result(UPLOAD, "queued").to_string()),
            json!(200),
        ),
        (error(404, "prescription_file_not_found"), json!(404)),
        (Answer::json(200, "{}").held_after(1), Value::Null),
    ] {
        let vendor = processing(|| json!([]), move |_| answer.clone());
        let began = Instant::now();
        let run = process(&vendor, &["--timeout", "1"]).is(1);
        assert!(began.elapsed() < Duration::from_secs(11));
        let error = run.json()["error"].clone();
        assert_eq!(error["kind"], "timeout", "{run:?}");
        assert_eq!(error["operation"], "medreader.prescriptions.result");
        assert_eq!(error["status"], status, "{run:?}");
        // The file must not be uploaded again.
        assert!(run.stderr.contains(UPLOAD), "{run:?}");
        assert_eq!(uploads(&vendor), 1);
    }
}

/// A vendor whose results have other ids than their uploads, and are listed once the file was sent.
fn other_ids(new: &'static [&str]) -> Vendor {
    let is_there = Arc::new(AtomicBool::new(false));
    let known = Arc::clone(&is_there);
    processing(
        move || {
            let mut listed = vec![json!({"id": "EXAMPLE-OLD", "status": "completed"})];
            // The first list is read before the upload.
            if known.swap(true, Ordering::SeqCst) {
                listed.extend(
                    new.iter()
                        .map(|id| json!({"id": id, "status": "completed"})),
                );
            }
            Value::from(listed)
        },
        |id| match id {
            OTHER => Answer::json(200, result(OTHER, "completed").to_string()),
            _ => error(404, "prescription_file_not_found"),
        },
    )
}

#[test]
fn a_result_under_another_id_is_found_in_the_folder() {
    let vendor = other_ids(&[OTHER]);
    let run = process(&vendor, &["--timeout", "4"]).is(0);
    assert_eq!(run.json(), result(OTHER, "completed"));
    // The result may belong to another upload.
    let lines: Vec<_> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{run:?}");
    assert!(
        lines[0].starts_with("note: ") && lines[0].contains(UPLOAD),
        "{run:?}"
    );
}

/// Uploads and prescriptions may be numbered separately.
#[test]
fn another_patients_result_under_the_uploads_id_is_not_printed() {
    for (before, folder) in [(vec![UPLOAD], FOLDER), (vec![], "MARKER-FOLDER")] {
        let lists = AtomicUsize::new(0);
        let vendor = processing(
            move || {
                let is_later = lists.fetch_add(1, Ordering::SeqCst) > 0;
                let new = is_later.then_some(OTHER);
                before
                    .iter()
                    .copied()
                    .chain(new)
                    .map(|id| json!({"id": id}))
                    .collect()
            },
            move |id| {
                let mut result = result(id, "completed");
                if id == UPLOAD {
                    result["folder_id"] = folder.into();
                }
                Answer::json(200, result.to_string())
            },
        );
        let run = process(&vendor, &["--timeout", "2"]).is(0);
        assert_eq!(run.json(), result(OTHER, "completed"));
    }
}

/// The vendor's answer to the upload names it as the result does.
#[test]
fn the_folder_may_be_given_in_another_form() {
    let vendor = processing(
        || json!([]),
        |id| {
            let mut result = result(id, "completed");
            result["folder_id"] = FOLDER.into();
            Answer::json(200, result.to_string())
        },
    );
    let file = Prescription::pdf();
    let folder = FOLDER.replace('-', "");
    let args = ["process", "--json", "--folder", &folder, file.as_str()];
    let run = Run::of(&mut configured(&vendor.server.url, &args)).is(0);
    assert_eq!(run.json()["id"], UPLOAD);
}

#[test]
fn if_all_there_is_is_another_patients_the_error_says_so() {
    for (before, folder, why) in [
        (vec![UPLOAD], FOLDER, "had the upload's id before"),
        (vec![], "MARKER-FOLDER", "names another id or folder"),
    ] {
        let list: Value = before.iter().map(|id| json!({"id": id})).collect();
        let vendor = processing(
            move || list.clone(),
            move |id| {
                let mut result = result(id, "completed");
                result["folder_id"] = folder.into();
                Answer::json(200, result.to_string())
            },
        );
        let run = process(&vendor, &["--timeout", "1"]).is(1);
        assert_eq!(run.json()["error"]["kind"], "timeout", "{run:?}");
        assert!(run.stderr.contains(why), "{run:?}");
        assert!(run.stderr.contains("`results --folder ID`"), "{run:?}");
        assert!(!run.stderr.contains("MARKER"), "{run:?}");
    }
}

/// An id from the vendor may be any text.
#[test]
fn ids_neither_steer_the_terminal_nor_break_its_lines() {
    const STEERING: &str = "up\u{1b}[31m\nSECOND-LINE";
    let upload = Vendor::start(|request| match request.path.as_str() {
        "/api/v1/prescription-files" => Answer::json(202, json!({"id": STEERING}).to_string()),
        _ => Answer::json(200, json!({"results": []}).to_string()),
    });
    let candidates = other_ids(&[STEERING, OTHER]);
    for vendor in [upload, candidates] {
        let run = process(&vendor, &["--timeout", "4"]);
        assert_ne!(run.code, Some(0), "{run:?}");
        assert!(run.stderr.contains("SECOND-LINE"), "{run:?}");
        assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
        assert_eq!(run.stderr.lines().count(), 2, "{run:?}");
    }
}

/// The upload was accepted, so the arguments were not wrong.
#[test]
fn an_upload_whose_id_no_path_can_have_is_a_failure_of_the_vendor() {
    let vendor = Vendor::start(|request| match request.path.as_str() {
        "/api/v1/prescription-files" => Answer::json(202, r#"{"id":"a/b"}"#),
        "/api/v1/prescriptions/results" => error(403, "MARKER"),
        _ => error(404, "prescription_file_not_found"),
    });
    let run = process(&vendor, &["--timeout", "1"]).is(1);
    let error = &run.json()["error"];
    assert_eq!(
        error["operation"], "medreader.prescriptions.upload",
        "{run:?}"
    );
    assert_eq!(
        (&error["kind"], &error["delivery"]),
        (&json!("decode"), &json!("answered"))
    );
    assert!(run.stderr.contains("do not upload it again"), "{run:?}");
}

#[test]
fn of_very_many_new_results_some_are_named() {
    const MANY: [&str; 12] = [
        "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "n10", "n11", "n12",
    ];
    let run = process(&other_ids(&MANY), &["--timeout", "4"]).is(1);
    assert!(
        run.stderr.contains("n1, n2, ") && run.stderr.contains(", n10"),
        "{run:?}"
    );
    assert!(
        run.stderr.contains("2 more") && !run.stderr.contains("n11"),
        "{run:?}"
    );
}

#[test]
fn one_of_several_new_results_is_not_guessed() {
    let vendor = other_ids(&[OTHER, "EXAMPLE-SECOND"]);
    let run = process(&vendor, &["--timeout", "4"]).is(1);
    assert_eq!(run.json()["error"]["kind"], "conflict", "{run:?}");
    for id in [OTHER, "EXAMPLE-SECOND"] {
        assert!(run.stderr.contains(id), "{run:?}");
    }
    assert!(!run.stderr.contains("EXAMPLE-OLD"), "{run:?}");
}

#[test]
fn a_folder_that_cannot_be_listed_does_not_stop_it() {
    for listing in [
        error(404, "folder_not_found"),
        error(429, "MARKER").header("retry-after", 50),
        Answer::json(200, "{}").held_after(1),
    ] {
        let vendor = Vendor::start(move |request| match request.path.as_str() {
            "/api/v1/prescription-files" => Answer::json(202, json!({"id": UPLOAD}).to_string()),
            "/api/v1/prescriptions/results" => listing.clone(),
            _ => Answer::json(200, result(UPLOAD, "completed").to_string()),
        });
        let run = process(&vendor, &[]).is(0);
        assert_eq!(run.json(), result(UPLOAD, "completed"));
    }
}

/// Else another patient's old result would seem new.
#[test]
fn a_list_that_proves_nothing_is_not_taken_for_an_empty_folder() {
    for first in [
        Answer::json(200, r#"{"error":"temporarily_unavailable"}"#),
        Answer::json(200, r#"{"data":{"results":[]}}"#),
        Answer::json(404, "<html>").header("content-type", "text/html"),
        error(404, "MARKER"),
    ] {
        let lists = AtomicUsize::new(0);
        let vendor = Vendor::start(move |request| match request.path.as_str() {
            "/api/v1/prescription-files" => Answer::json(202, json!({"id": UPLOAD}).to_string()),
            "/api/v1/prescriptions/results" => match lists.fetch_add(1, Ordering::SeqCst) {
                0 => first.clone(),
                _ => Answer::json(200, json!({"results": [{"id": OTHER}]}).to_string()),
            },
            path if path.contains(OTHER) => {
                Answer::json(200, result(OTHER, "completed").to_string())
            }
            _ => error(404, "prescription_file_not_found"),
        });
        let run = process(&vendor, &["--timeout", "1"]).is(1);
        assert_eq!(run.json()["error"]["kind"], "timeout", "{run:?}");
        assert!(run.stderr.contains(UPLOAD), "{run:?}");
    }
}

#[test]
fn a_folder_that_the_vendor_does_not_know_yet_was_empty() {
    let lists = AtomicUsize::new(0);
    let vendor = Vendor::start(move |request| match request.path.as_str() {
        "/api/v1/prescription-files" => Answer::json(202, json!({"id": UPLOAD}).to_string()),
        "/api/v1/prescriptions/results" => match lists.fetch_add(1, Ordering::SeqCst) {
            0 => error(404, "folder_not_found"),
            _ => Answer::json(200, json!({"results": [{"id": OTHER}]}).to_string()),
        },
        path if path.contains(OTHER) => Answer::json(200, result(OTHER, "completed").to_string()),
        _ => error(404, "prescription_file_not_found"),
    });
    let run = process(&vendor, &["--timeout", "2"]).is(0);
    assert_eq!(run.json(), result(OTHER, "completed"));
}

#[test]
fn an_upload_that_is_refused_is_not_waited_for() {
    let vendor = Vendor::start(|request| match request.path.as_str() {
        "/api/v1/prescription-files" => error(400, "bad_request"),
        _ => Answer::json(200, json!({"results": []}).to_string()),
    });
    let run = process(&vendor, &[]).is(1);
    assert_eq!(
        run.json(),
        json!({"error": {"operation": "medreader.prescriptions.upload", "kind": "rejected", "status": 400,
                         "code": "bad_request", "attempts": 1, "delivery": "answered", "cause": null}})
    );
    assert_eq!(vendor.asked().len(), 2);
}
