//! Each command: the request that it sends, and that it prints the answer.

use serde_json::{Value, json};

use crate::run::{Prescription, Run, configured};
use crate::server::Answer;
use crate::vendor::{FOLDER, UPLOAD, Vendor};

/// An answer with a spelling that only its original text keeps.
const CAME: &str =
    "{\n  \"novo\": 1.50, \"id\": \"00000000-0000-4000-8000-0000000000b1\",\n \"results\": [] }";
const COMPACT: &str =
    "{\"novo\":1.50,\"id\":\"00000000-0000-4000-8000-0000000000b1\",\"results\":[]}\n";

/// Runs the command against a vendor that always answers [`CAME`], and returns the request.
#[track_caller]
fn prints_what_came(args: &[&str]) -> (String, Vec<u8>) {
    let vendor = Vendor::start(|_| Answer::json(200, CAME));
    let run = Run::of(&mut configured(&vendor.server.url, args)).is(0);
    assert_eq!(run.stdout, COMPACT);
    assert_eq!(run.stderr, "");
    vendor.asked_once()
}

fn body(asked: &[u8]) -> Value {
    serde_json::from_slice(asked).unwrap()
}

#[test]
fn folder_create() {
    let (asked, sent) = prints_what_came(&["folder-create", "Ação 1", "--json"]);
    assert_eq!(asked, "POST /api/v1/folders");
    assert_eq!(body(&sent), json!({"folder_name": "Ação 1"}));

    let (_, sent) = prints_what_came(&["--json", "folder-create", "b", "--parent", FOLDER]);
    assert_eq!(
        body(&sent),
        json!({"folder_name": "b", "parent_folder_id": FOLDER})
    );
}

#[test]
fn folder_show() {
    let (asked, _) = prints_what_came(&["folder-show", "a b", "--json"]);
    assert_eq!(asked, "GET /api/v1/folders/a%20b");
}

#[test]
fn result() {
    let (asked, _) = prints_what_came(&["result", UPLOAD, "--json"]);
    assert_eq!(asked, format!("GET /api/v1/prescriptions/{UPLOAD}/result"));
}

#[test]
fn results() {
    let (asked, _) = prints_what_came(&["results", "--folder", FOLDER, "--json"]);
    assert_eq!(
        asked,
        format!("GET /api/v1/prescriptions/results?folder-id={FOLDER}")
    );
}

#[test]
fn upload() {
    let file = Prescription::pdf();
    let (asked, sent) = prints_what_came(&["upload", "--folder", FOLDER, file.as_str(), "--json"]);
    assert_eq!(asked, "POST /api/v1/prescription-files");
    let sent = String::from_utf8(sent).unwrap();
    for part in [
        "name=\"folder_id\"",
        FOLDER,
        "name=\"file\"; filename=\"MARKER-NAME.pdf\"",
        "application/pdf",
        "%PDF-1.7 EXAMPLE-CONTENT",
    ] {
        assert!(sent.contains(part), "{part}: {sent}");
    }
}

/// What the tolerant reader takes is not JSON for everybody.
#[test]
fn a_document_is_valid_json_whatever_came() {
    let vendor = Vendor::start(|_| {
        let came =
            "{\"id\":\"1\",\n\"a\tb\":\"x\ny\0\u{1b}\",\"n\":NaN, \"results\":[],\"m\":1.50}";
        Answer::json(200, came)
    });
    let file = Prescription::pdf();
    for args in [
        &["folder-create", "a"][..],
        &["folder-show", FOLDER],
        &["result", UPLOAD],
        &["results", "--folder", FOLDER],
        &["upload", "--folder", FOLDER, file.as_str()],
        &["config-get"],
        &["config-get", "--show-secrets"],
        &["config-set", "--s3-region", "x"],
    ] {
        let run = Run::of(configured(&vendor.server.url, args).arg("--json")).is(0);
        assert_eq!(
            run.stdout,
            "{\"id\":\"1\",\"a\\tb\":\"x\\ny\\u0000\\u001b\",\"n\":null,\"results\":[],\"m\":1.50}\n",
            "{args:?}"
        );
    }
}

#[test]
fn text_without_json() {
    let vendor = Vendor::start(|_| Answer::json(200, CAME));
    let run = Run::of(&mut configured(
        &vendor.server.url,
        &["folder-show", FOLDER],
    ))
    .is(0);
    assert_eq!(
        run.stdout,
        "novo: 1.50\nid: 00000000-0000-4000-8000-0000000000b1\nresults:\n"
    );
}

/// A value nested 20,000 times, in an answer to each command that prints one.
#[test]
fn an_answer_may_be_nested_as_deep_as_it_is_long() {
    for levels in [20_000, 500_000] {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        let came = format!(
            r#"{{"id":"1","novo":{open}{close},"results":[{{"id":"2"}},{open}{close}],"child_folders":{open}{close}}}"#
        );
        let answer = came.clone();
        let vendor = Vendor::start(move |_| Answer::json(200, answer.clone()));
        for args in [
            &["folder-show", FOLDER][..],
            &["results", "--folder", FOLDER],
            &["result", UPLOAD],
            &["config-get"],
        ] {
            let run = Run::of(&mut configured(&vendor.server.url, args)).is(0);
            assert!(run.stdout.starts_with("id: 1\nnovo:\n  -\n"), "{args:?}");
            assert!(run.stdout.len() < 2 * came.len());
            let run = Run::of(configured(&vendor.server.url, args).arg("--json")).is(0);
            assert_eq!(run.stdout, format!("{came}\n"), "{args:?}");
        }
    }
}

#[test]
fn no_results_at_all_are_none() {
    for (status, body) in [
        (204, ""),
        (200, ""),
        (200, "null"),
        (200, r#"{"results":[]}"#),
    ] {
        let vendor = Vendor::start(move |_| Answer::json(status, body));
        let args = ["results", "--folder", FOLDER, "--json"];
        let run = Run::of(&mut configured(&vendor.server.url, &args)).is(0);
        assert_eq!(run.stdout, "{\"results\":[]}\n", "{status} {body}");
    }
}

#[test]
fn every_secret_of_the_settings_is_masked() {
    for (settings, shown) in [
        (
            r#"{"smtp":[{"apiKey":"MARKER","Token":{"a":["MARKER",{}]},"PassWord":7}],"secret":NaN,"API_KEY_2":[]}"#,
            r#"{"smtp":[{"apiKey":"***","Token":"***","PassWord":"***"}],"secret":"***","API_KEY_2":"***"}"#,
        ),
        (
            r#"{ "s\u0065cret" : "MARKER", "pass-word": "MARKER", "s3_access_key_id":"MARKER", "secret": null}"#,
            r#"{"s\u0065cret":"***","pass-word":"***","s3_access_key_id":"***","secret":null}"#,
        ),
        (
            r#"{"secret":"MARKER","secret":"MARKER","z":1.50,"a":[null,"secret"],"n":12345678901234567890123,"b":[{},[]]}"#,
            r#"{"secret":"***","secret":"***","z":1.50,"a":[null,"secret"],"n":12345678901234567890123,"b":[{},[]]}"#,
        ),
        (
            r#"{"webhook_url":"https://MARKER:MARKER@h.example/hook?to=a@b","a":["HTTPS://MARKER@h","//MARKER:p@h"]}"#,
            r#"{"webhook_url":"https://***@h.example/hook?to=a@b","a":["HTTPS://***@h","//***@h"]}"#,
        ),
        (
            r#"{"a":["https://u:MARKER/q@MARKER@h.example:8443/","MARKER:p@h/hook","https:\/\/MARKER:p@h"]}"#,
            r#"{"a":["https://***@h.example:8443/","***@h/hook","https://***@h"]}"#,
        ),
        (
            r#"{"a":"https://h.example, https://u:MARKER@h.example"}"#,
            r#"{"a":"https://h.example, https://***@h.example"}"#,
        ),
        (
            r#"{"a":["see http://u:MARKER@h/x?to=a@b and http://v:MARKER@h2","u:MARKER,MARKER:@h, v:MARKER@h2,w:MARKER@h3"]}"#,
            r#"{"a":["see http://***@h/x?to=a@b and http://***@h2","***@h, ***@h2,***@h3"]}"#,
        ),
        (
            r#"{"a":["a@b.example, https://u:MARKER@h","https://MARKER@h,https://h/a@b,//MARKER:p@h"]}"#,
            r#"{"a":["a@b.example, https://***@h","https://***@h,https://h/a@b,//***@h"]}"#,
        ),
        (
            r#"{"a":["https://h:8443/hook?to=a@b","https://[::1]:80/a@b","https://[::1]/a@b","a@b",""]}"#,
            r#"{"a":["https://h:8443/hook?to=a@b","https://[::1]:80/a@b","https://[::1]/a@b","a@b",""]}"#,
        ),
    ] {
        let vendor = Vendor::start(move |_| Answer::json(200, settings));
        for args in [&["config-get"][..], &["config-set", "--s3-region", "x"]] {
            let run = Run::of(configured(&vendor.server.url, args).arg("--json")).is(0);
            assert_eq!(run.stdout, format!("{shown}\n"));
            let run = Run::of(&mut configured(&vendor.server.url, args)).is(0);
            assert!(!run.stdout.contains("MARKER"), "{run:?}");
        }
        let args = ["config-get", "--show-secrets"];
        let run = Run::of(&mut configured(&vendor.server.url, &args)).is(0);
        assert_eq!(run.stdout.contains("MARKER"), settings.contains("MARKER"));
    }
}

#[test]
fn nested_values_are_indented() {
    let came =
        r#"{"name":"a\u001b[1m","score":9.50,"none":null,"list":[{"id":"x"},7,[]],"empty":{}}"#;
    let vendor = Vendor::start(move |_| Answer::json(200, came));
    let run = Run::of(&mut configured(&vendor.server.url, &["config-get"])).is(0);
    let lines = [
        r"name: a\u{1b}[1m",
        "score: 9.50",
        "none: -",
        "list:",
        "  -",
        "    id: x",
        "  - 7",
        "  -",
        "empty:",
        "",
    ];
    assert_eq!(run.stdout, lines.join("\n"));
}

const SETTINGS: &str = r#"{"webhook_user":"EXAMPLE-USER","webhook_password":"MARKER-1","novo":2.50,"s3_secret_access_key":"MARKER-2","s3_region":null}"#;

#[test]
fn settings_are_shown_without_their_secrets() {
    let vendor = Vendor::start(|_| Answer::json(200, SETTINGS));
    let masked = SETTINGS
        .replace("MARKER-1", "***")
        .replace("MARKER-2", "***");
    for (args, shown) in [
        (&["config-get", "--json"][..], masked.as_str()),
        (&["config-get", "--json", "--show-secrets"], SETTINGS),
        (
            &["config-set", "--s3-region", "x", "--json"],
            masked.as_str(),
        ),
        (
            &["config-set", "--s3-region", "x", "--json", "--show-secrets"],
            SETTINGS,
        ),
    ] {
        let run = Run::of(&mut configured(&vendor.server.url, args)).is(0);
        assert_eq!(run.stdout, format!("{shown}\n"), "{args:?}");
    }
    let run = Run::of(&mut configured(&vendor.server.url, &["config-get"])).is(0);
    assert!(run.stdout.contains("webhook_password: ***"), "{run:?}");
    assert!(!run.stdout.contains("MARKER"), "{run:?}");
}

#[test]
fn secrets_that_are_not_set_stay_null() {
    let settings = r#"{"webhook_password":null,"s3_secret_access_key":""}"#;
    let vendor = Vendor::start(move |_| Answer::json(200, settings));
    let run = Run::of(&mut configured(
        &vendor.server.url,
        &["config-get", "--json"],
    ))
    .is(0);
    assert_eq!(
        run.json(),
        json!({"webhook_password": null, "s3_secret_access_key": "***"})
    );
}

#[test]
fn settings_that_are_named_are_changed_and_no_others() {
    let vendor = Vendor::start(|_| Answer::json(200, SETTINGS));
    let mut command = configured(
        &vendor.server.url,
        &[
            "config-set",
            "--s3-bucket-name",
            "b",
            "--s3-region",
            "r",
            "--s3-access-key-id",
            "k",
            "--s3-base-path",
            "p",
            "--webhook-url",
            "https://clinic.example",
            "--webhook-user",
            "u",
        ],
    );
    command
        .env("MEDREADER_SET_S3_SECRET_ACCESS_KEY", "s")
        .env("MEDREADER_SET_WEBHOOK_PASSWORD", "w");
    Run::of(&mut command).is(0);
    let (asked, sent) = vendor.asked_once();
    assert_eq!(asked, "PUT /api/v1/tenant/configurations");
    let all = json!({"s3_bucket_name": "b", "s3_region": "r", "s3_access_key_id": "k", "s3_secret_access_key": "s",
                     "s3_base_path": "p", "webhook_url": "https://clinic.example", "webhook_user": "u", "webhook_password": "w"});
    assert_eq!(body(&sent), all);

    let vendor = Vendor::start(|_| Answer::json(200, SETTINGS));
    let mut command = configured(&vendor.server.url, &["config-set"]);
    Run::of(command.env("MEDREADER_SET_WEBHOOK_PASSWORD", "w")).is(0);
    assert_eq!(
        body(&vendor.asked_once().1),
        json!({"webhook_password": "w"})
    );
}
