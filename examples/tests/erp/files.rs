//! `list`, `send` and `delete`.

use serde_json::json;

use crate::clinic::{Clinic, is};
use crate::run::run;
use crate::server::Answer;

#[test]
fn the_list_as_json() {
    let clinic = Clinic::new();
    let id = clinic.put("знімок 1.jpg", b"1");
    let run = run(&clinic, "list", &["--json"]).is(0);
    assert_eq!(
        run.json(),
        json!({"files": [{"id": id.to_string(), "name": "знімок 1.jpg", "is_send": false,
                          "DateCr": "2030-01-02T03:04:05.678Z"}]})
    );
    assert_eq!(run.stderr, "");
}

/// All shapes of the vendor's list, with extra members.
#[test]
fn readings_of_the_list() {
    let clinic = Clinic::new();
    for (body, expected) in [
        ("[]", json!([])),
        ("{\"Items\":[]}", json!([])),
        (
            r#"[{"id":"a-1","name":"a.pdf","isSend":true,"size":5}]"#,
            json!([{"id": "a-1", "name": "a.pdf", "is_send": true, "size": 5}]),
        ),
        (
            r#"{"data":[{"FileId":7,"FileName":"a.pdf","Name":"b"}],"total":1}"#,
            json!([{"id": "7", "name": "a.pdf", "is_send": null, "Name": "b"}]),
        ),
        (
            r#"[{"Id":null,"Novo":{"a":[null]}}]"#,
            json!([{"id": null, "name": null, "is_send": null, "Id": null, "Novo": {"a": [null]}}]),
        ),
        (
            r#"[{"Id":[1],"fileName":"a","name":"b"}]"#,
            json!([{"id": null, "name": "a", "is_send": null, "Id": [1]}]),
        ),
    ] {
        let body = body.to_owned();
        clinic
            .set_rule(move |request| is(request, "list").then(|| Answer::json(200, body.clone())));
        let run = run(&clinic, "list", &["--json"]).is(0);
        assert_eq!(run.json(), json!({"files": expected}));
    }
}

/// They keep their place in the list, and a note counts them.
#[test]
fn items_that_are_not_readable_are_counted() {
    let clinic = Clinic::new();
    let body = r#"[{"Id":1},{"Id":2,"a":[1},7,{"Id":3}]"#;
    clinic.set_rule(move |request| is(request, "list").then(|| Answer::json(200, body)));
    let run_list = |args: &[&str]| run(&clinic, "list", args).is(0);
    for listed in [run_list(&[]), run_list(&["--json"])] {
        assert_eq!(
            listed.stderr,
            "items that are not readable as files are listed without their fields (2)\n"
        );
    }
    let files = run_list(&["--json"]).json()["files"].clone();
    let ids: Vec<_> = files
        .as_array()
        .unwrap()
        .iter()
        .map(|file| &file["id"])
        .collect();
    assert_eq!(ids, [&json!("1"), &json!(null), &json!(null), &json!("3")]);
}

#[test]
fn other_fields_as_they_came() {
    let clinic = Clinic::new();
    let body = "[{\"Id\": 7, \"Size\": 12.50, \"Big\": 123456789012345678901234567890,\n \"A\": \"\\u0041\"}]";
    clinic.set_rule(move |request| is(request, "list").then(|| Answer::json(200, body)));
    let run = run(&clinic, "list", &["--json"]).is(0);
    for part in [
        r#""Size":12.50"#,
        r#""Big":123456789012345678901234567890"#,
        r#""A":"\u0041""#,
    ] {
        assert!(run.stdout.contains(part), "{}", run.stdout);
    }
}

#[test]
fn the_list_for_people() {
    let clinic = Clinic::new();
    assert_eq!(run(&clinic, "list", &[]).is(0).stdout, "no files\n");
    clinic.put("a.pdf", b"1");
    clinic.put("b\n\u{1b}.pdf", b"1");
    clinic.state().files[1].is_send = true;
    assert_eq!(
        run(&clinic, "list", &[]).is(0).stdout,
        "101  not to send  a.pdf\n102  may be sent  b\u{fffd}\u{fffd}.pdf\n"
    );
}

#[test]
fn a_file_is_allowed_to_be_sent() {
    let clinic = Clinic::new();
    let ids = [clinic.put("a.pdf", b"1"), clinic.put("b.pdf", b"1")];
    let run = run(&clinic, "send", &["--json", "--file", &ids[1].to_string()]).is(0);
    assert_eq!(run.json(), json!({"ok": true}));
    let flags: Vec<_> = clinic.files().iter().map(|file| file.is_send).collect();
    assert_eq!(flags, [false, true]);
    let queries = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&queries);
    clinic.set_rule(move |request| {
        if is(request, "send") {
            seen.lock().unwrap().push(request.query.clone());
        }
        None
    });
    let text = crate::run::run(&clinic, "send", &["--file", &ids[0].to_string()]).is(0);
    assert_eq!(text.stdout, "the file may be sent now\n");
    assert_eq!(*queries.lock().unwrap(), ["isSend=true"]);
}

#[test]
fn a_file_is_deleted() {
    let clinic = Clinic::new();
    let ids = [clinic.put("a.pdf", b"1"), clinic.put("b.pdf", b"1")];
    let run = run(
        &clinic,
        "delete",
        &["--json", "--file", &ids[0].to_string()],
    )
    .is(0);
    assert_eq!(run.json(), json!({"ok": true}));
    assert_eq!(clinic.has_only("b.pdf", b"1"), ids[1]);
    let text = crate::run::run(&clinic, "delete", &["--file", &ids[1].to_string()]).is(0);
    assert_eq!(text.stdout, "deleted\n");
    assert!(clinic.files().is_empty());
}

#[test]
fn a_file_that_is_not_there() {
    let clinic = Clinic::new();
    for (subcommand, operation) in [
        ("send", "erp.files.set_send"),
        ("delete", "erp.files.delete"),
    ] {
        let run = run(&clinic, subcommand, &["--json", "--file", "9"]).is(1);
        run.failed(operation, "not_found", None);
        assert!(run.stderr.contains("--file"), "{}", run.stderr);
    }
}
