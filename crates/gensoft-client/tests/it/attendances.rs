//! Attendances: the requests, what is never sent, and a repetition.

use std::collections::BTreeMap;

use gensoft_client::attendances::{Attachment, Attendance, Moment, Part};
use gensoft_client::sandbox::{Fault, Sandbox};
use gensoft_client::{CallOptions, Delivery, Effect, ErrorKind, RawJson};
use serde::Serialize;
use serde_json::{Value, json};

use crate::support::{ATTENDANCES_SEND, Op, client, eager};

fn part(json: &Value) -> Part {
    Part::of(json).unwrap()
}

#[tokio::test]
async fn any_value_that_is_an_object_is_sent_as_it_is() {
    #[derive(Serialize)]
    struct Own {
        numero: &'static str,
        exames: Vec<u32>,
    }
    let sandbox = Sandbox::start().await.unwrap();
    let attendances = sandbox.client().attendances();
    let own = Own {
        numero: "EXEMPLO-1",
        exames: vec![1, 2],
    };
    let map = BTreeMap::from([("b", 1), ("a", 2)]);
    let text =
        "{ \"campo\" : 1.50,\n \"\\u0061\":[ ] , \"grande\": 123456789012345678901234567890 }";
    for call in [
        attendances.send(&own),
        attendances.send(&map),
        attendances.send(&RawJson::from_text(text).unwrap()),
    ] {
        call.await.unwrap();
    }
    let own = r#"{"numero":"EXEMPLO-1","exames":[1,2]}"#;
    assert_eq!(texts(&sandbox), [own, r#"{"a":2,"b":1}"#, text]);
}

#[tokio::test]
async fn a_text_is_sent_byte_for_byte_without_its_byte_order_mark() {
    let sandbox = Sandbox::start().await.unwrap();
    let attendances = sandbox.client().attendances();
    for text in ["{}", "\r\n { \"a\" : 1.50,\n\"a\":1e2 }\n"] {
        attendances.send_text(text).await.unwrap();
        let marked = format!("\u{feff}{text}");
        attendances.send_text(marked).await.unwrap();
        let texts = texts(&sandbox);
        assert_eq!(texts[texts.len() - 2..], [text, text]);
    }
}

fn texts(sandbox: &Sandbox) -> Vec<String> {
    let kept = sandbox.attendances();
    kept.into_iter().map(|one| one.text).collect()
}

#[tokio::test]
async fn our_reading_has_a_member_for_each_part() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut attendance = Attendance::new(Moment::Created)
        .attendance(part(&json!({ "numero": "EXEMPLO-1" })))
        .patient(part(&json!({ "nome": "Paciente Ficticio" })))
        .procedure(part(&json!({ "codigo": "EXEMPLO-A" })))
        .procedure(part(&json!({ "codigo": "EXEMPLO-B" })))
        .sample(part(&json!({ "material": "sangue" })))
        .requester(part(&json!({ "nome": "Medica Ficticia" })))
        .clinical_data(part(&json!({ "texto": "texto de exemplo" })));
    attendance.extra.insert("outro".to_owned(), json!([1]));
    sandbox
        .client()
        .attendances()
        .send(&attendance)
        .await
        .unwrap();
    let expected = json!({
        "moment": "created",
        "attendance": { "numero": "EXEMPLO-1" },
        "patient": { "nome": "Paciente Ficticio" },
        "procedures": [{ "codigo": "EXEMPLO-A" }, { "codigo": "EXEMPLO-B" }],
        "samples": [{ "material": "sangue" }],
        "requesters": [{ "nome": "Medica Ficticia" }],
        "clinical_data": { "texto": "texto de exemplo" },
        "outro": [1],
    });
    assert_eq!(sandbox.attendances()[0].json, expected);
    let again: Attendance = serde_json::from_value(expected).unwrap();
    assert!(again == attendance);
    // Absent parts are left out.
    let bare = serde_json::to_value(Attendance::new(Moment::Blocked)).unwrap();
    assert_eq!(bare, json!({ "moment": "blocked" }));
}

#[tokio::test]
async fn the_five_moments_have_a_word_each() {
    let sandbox = Sandbox::start().await.unwrap();
    let moments = [
        (Moment::Created, "created"),
        (Moment::Cancelled, "cancelled"),
        (Moment::Blocked, "blocked"),
        (Moment::AttachmentsChanged, "attachments_changed"),
        (Moment::ExamsChanged, "exams_changed"),
        (Moment::from("de outra forma"), "de outra forma"),
    ];
    for (moment, word) in moments {
        let attendance = Attendance::new(moment);
        sandbox
            .client()
            .attendances()
            .send(&attendance)
            .await
            .unwrap();
        assert_eq!(sandbox.attendances().pop().unwrap().json["moment"], word);
    }
}

#[tokio::test]
async fn attachments_are_in_base64() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pedido é.pdf");
    std::fs::write(&path, [0, 255, 128]).unwrap();
    let attendance = Attendance::new(Moment::AttachmentsChanged)
        .attachment(Attachment::from_bytes("a.txt", "text/plain", b"texto"))
        .attachment(
            Attachment::from_path(&path, "application/pdf")
                .await
                .unwrap(),
        );
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .client()
        .attendances()
        .send(&attendance)
        .await
        .unwrap();
    let expected = json!([
        { "name": "a.txt", "content_type": "text/plain", "content": "dGV4dG8=" },
        { "name": "pedido é.pdf", "content_type": "application/pdf", "content": "AP+A" },
    ]);
    assert_eq!(sandbox.attendances()[0].json["attachments"], expected);
    let error = Attachment::from_path(folder.path().join("nada"), "x")
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::LocalIo, Delivery::NotSent)
    );
}

#[tokio::test]
async fn what_is_not_an_object_is_never_sent() {
    struct Broken;
    impl Serialize for Broken {
        fn serialize<S: serde::Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("SECRET"))
        }
    }
    let sandbox = Sandbox::start().await.unwrap();
    let attendances = sandbox.client().attendances();
    let unwritable = "the attendance cannot be written as JSON, or has a member twice";
    let mut calls = vec![
        (attendances.send(&Broken), unwritable),
        (
            attendances.send(&BTreeMap::from([(vec![1], 1)])),
            unwritable,
        ),
    ];
    let no_object = "the attendance is not a JSON object";
    for value in [json!(null), json!([{}]), json!("{}"), json!(1)] {
        calls.push((attendances.send(&value), no_object));
        calls.push((attendances.send_text(value.to_string()), no_object));
    }
    let no_json = "the attendance is not JSON";
    for text in [
        &b""[..],
        b" ",
        b"{",
        b"{}{}",
        b"{} {}",
        b"{'a':1}",
        b"{\"a\":\"\xff\"}",
        b"SECRET",
        "\u{feff}\u{feff}{}".as_bytes(),
    ] {
        calls.push((attendances.send_text(text), no_json));
    }
    for (call, detail) in calls {
        let error = call.await.unwrap_err();
        let is = (error.kind(), error.delivery(), error.attempts());
        assert_eq!(is, (ErrorKind::InvalidInput, Delivery::NotSent, 0));
        assert_eq!(error.operation(), Some(ATTENDANCES_SEND));
        let text = error.to_string();
        assert!(text.contains(detail), "{text} is not: {detail}");
        assert!(!format!("{text} {error:?}").contains("SECRET"));
    }
    assert_eq!(sandbox.connections(), 0);
}

/// Of two members with one name it would be chance which one the vendor reads.
#[tokio::test]
async fn no_member_is_sent_twice() {
    let sandbox = Sandbox::start().await.unwrap();
    let file = || Attachment::from_bytes("pedido.pdf", "application/pdf", b"%PDF");
    let named = |name: &str| {
        let mut attendance = Attendance::new(Moment::Created);
        attendance.extra.insert(name.to_owned(), json!("x"));
        attendance
    };
    let in_file = |name: &str| {
        let mut second = file();
        second.extra.insert(name.to_owned(), json!("x"));
        Attendance::new(Moment::Created)
            .attachment(file())
            .attachment(second)
    };
    let names = [
        "moment",
        "attendance",
        "patient",
        "procedures",
        "samples",
        "requesters",
        "attachments",
        "clinical_data",
    ];
    let of_files = ["name", "content_type", "content"];
    let twice = names.map(named).into_iter().chain(of_files.map(in_file));
    for attendance in twice {
        let error = sandbox
            .client()
            .attendances()
            .send(&attendance)
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.operation()),
            (
                ErrorKind::InvalidInput,
                Delivery::NotSent,
                Some(ATTENDANCES_SEND)
            )
        );
    }
    assert_eq!(sandbox.connections(), 0);
    for attendance in [named("name"), in_file("moment")] {
        sandbox
            .client()
            .attendances()
            .send(&attendance)
            .await
            .unwrap();
    }
}

#[test]
fn null_is_absent() {
    let names = [
        "attendance",
        "patient",
        "procedures",
        "samples",
        "requesters",
        "attachments",
        "clinical_data",
    ];
    let mut json = json!({ "moment": "created" });
    for name in names {
        json[name] = Value::Null;
    }
    let read: Attendance = serde_json::from_value(json).unwrap();
    assert_eq!(read, Attendance::new(Moment::Created));
}

#[tokio::test]
async fn an_attendance_is_repeated_if_the_caller_says_that_it_is_safe() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .fail_next(ATTENDANCES_SEND, Fault::ResetAfterRequest)
        .unwrap();
    let options = CallOptions::default().effect(Effect::Idempotent);
    let reply = Op::Attendance
        .call_with(&client(&sandbox, eager()), options)
        .await
        .unwrap();
    assert_eq!((reply.attempts(), sandbox.attendances().len()), (2, 2));
}

#[test]
fn a_part_shows_its_fields_to_the_program_alone() {
    let part = Part::of(&json!({ "nome": "Paciente Ficticio" })).unwrap();
    assert_eq!(part.fields()["nome"], "Paciente Ficticio");
    assert_eq!(format!("{part:?}"), "Part { .. }");
    assert!(Part::of(&1).is_err());
}
