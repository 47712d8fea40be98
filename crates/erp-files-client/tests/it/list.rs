//! The list: its forms, and what of it is kept.

use std::collections::BTreeSet;

use common_http::transport::FakeAnswer;
use common_http::{Delivery, ErrorKind, Item, Result};
use erp_files_client::files::FileEntry;
use erp_files_client::sandbox::{Casing, FileIds, ListShape, Sandbox, Settings};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{Op, PDF, files, listed, network, on, started};

async fn answered(body: String) -> Result<Vec<Item<FileEntry>>> {
    let erp = network(move |op, _| (op == Op::List).then(|| FakeAnswer::json(body.clone())));
    files(&on(&erp)).list().send().await
}

#[tokio::test]
async fn a_list_in_each_shape_that_the_sandbox_plays() {
    let wrapped = |name: &str| ListShape::Wrapped(name.to_owned());
    for shape in [
        ListShape::Bare,
        wrapped("items"),
        wrapped("files"),
        wrapped("data"),
        wrapped("value"),
        wrapped("results"),
        wrapped("result"),
    ] {
        for (casing, ids) in [
            (Casing::Pascal, FileIds::Numbers),
            (Casing::Camel, FileIds::Texts),
        ] {
            let sandbox = started(Settings {
                list_shape: shape.clone(),
                casing,
                file_ids: ids,
                ..Settings::default()
            })
            .await;
            let ids =
                ["знімок.jpg", "result 1.pdf"].map(|name| sandbox.add_file("7", "12", name, PDF));
            let listed = listed(&files(&sandbox.client())).await;
            let names: Vec<_> = listed
                .iter()
                .map(|file| file.name.as_deref().unwrap())
                .collect();
            assert_eq!(names, ["знімок.jpg", "result 1.pdf"]);
            for (file, id) in listed.iter().zip(&ids) {
                assert_eq!(file.id.as_ref().unwrap().as_str(), id);
                assert_eq!(file.is_send, Some(false));
            }
            // With a zone, and with seven digits and no zone.
            assert!(listed[0].created().unwrap().to_system_time().is_some());
            let second = listed[1].created().unwrap();
            assert!(second.to_system_time().is_none() && second.as_str().len() == 27);
        }
    }
}

/// `list-is-whole`.
#[tokio::test]
async fn one_request_gives_the_whole_list() {
    let sandbox = Sandbox::start().await.unwrap();
    for number in 0..1_000 {
        sandbox.add_file("7", "12", &format!("{number}.pdf"), "");
    }
    let listed = files(&sandbox.client()).list().send().await.unwrap();
    assert_eq!((listed.len(), sandbox.count("erp.files.list")), (1_000, 1));
    assert_eq!(
        sandbox.requests_for("erp.files.list")[0].target,
        "/api/erp/v1/patients/7/analysis/12/files"
    );
}

#[tokio::test]
async fn anything_else_is_an_error_with_its_body() {
    for body in [
        "{}",
        "\"[]\"",
        "1",
        "[1]",
        r#"{"data":{"items":[]}}"#,
        r#"{"Id":1}"#,
    ] {
        let error = answered(body.to_owned()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Decode, Delivery::Answered),
            "{body}"
        );
        assert_eq!(
            (error.body(), error.operation()),
            (body.as_bytes(), Some("erp.files.list"))
        );
    }
}

/// Two names for one thing, for example the file's own and a title.
#[test]
fn an_entry_with_two_names_is_read_as_it_was_written() {
    for text in [
        r#"{"id":1,"fileName":"result.pdf","name":"EXAMPLE"}"#,
        r#"{"Id":1,"FileName":"result.pdf","Name":"EXAMPLE"}"#,
        r#"{"Id":{"a":1},"FileId":1,"Name":"result.pdf"}"#,
    ] {
        let file: FileEntry = serde_json::from_str(text).unwrap();
        assert_eq!(file.name.as_deref(), Some("result.pdf"));
        let written = serde_json::to_string(&file).unwrap();
        let again: FileEntry = serde_json::from_str(&written).unwrap();
        assert!(again == file, "{text} became {written}");
    }
}

fn block_on<T>(what: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(what)
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z]{1,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A known member in any spelling, or another one.
fn member() -> impl Strategy<Value = String> {
    let known = [
        "Id",
        "id",
        "FileId",
        "fileId",
        "fileName",
        "FileName",
        "NAME",
        "name",
        "IsSend",
        "isSend",
        "DateCr",
        "createdAt",
    ];
    prop_oneof![
        3 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "[a-zA-Z]{1,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever an object has, it is listed, and its text is kept.
    #[test]
    fn no_entry_is_lost(
        entries in prop::collection::vec(prop::collection::btree_map(member(), json(), 0..6), 0..5),
        wrapper in prop::option::of(prop::sample::select(vec!["items", "FILES", "Data", "value", "Results", "result"])),
    ) {
        let entries: Vec<Value> = entries.into_iter().map(|entry| Value::Object(Map::from_iter(entry))).collect();
        let body = match wrapper {
            Some(name) => json!({ "total": 1, name: entries }),
            None => json!(entries),
        };
        let listed = block_on(answered(body.to_string())).unwrap();
        prop_assert_eq!(listed.len(), entries.len());
        for (item, entry) in listed.iter().zip(&entries) {
            let raw: Value = serde_json::from_str(item.raw().as_str()).unwrap();
            prop_assert_eq!(&raw, entry);
            let file = item.value().unwrap();
            // What was read is in a field, everything else in `extra`: nothing is dropped.
            let read = [file.id.is_some(), file.name.is_some(), file.is_send.is_some()];
            let read = read.into_iter().filter(|read| *read).count();
            prop_assert_eq!(read + file.extra.len(), entry.as_object().unwrap().len());
        }
    }

    /// A program may keep files as JSON: one that is read again is the same, and no name is
    /// repeated.
    #[test]
    fn every_entry_is_read_as_it_was_written(
        entry in prop::collection::btree_map(member(), json(), 0..8),
    ) {
        let mut seen = BTreeSet::new();
        let entry = entry.into_iter().filter(|(name, _)| seen.insert(name.to_ascii_lowercase()));
        let entry = Value::Object(Map::from_iter(entry));
        let file: FileEntry = serde_json::from_str(&entry.to_string()).unwrap();
        let written = serde_json::to_string(&file).unwrap();
        let again: FileEntry = serde_json::from_str(&written).unwrap();
        prop_assert!(again == file, "{} became {}", entry, written);
        let members: Value = serde_json::from_str(&written).unwrap();
        prop_assert_eq!(members.to_string().len(), written.len(), "{}", written);
    }

    #[test]
    fn no_answer_is_lost(body in json()) {
        let body = body.to_string();
        if let Err(error) = block_on(answered(body.clone())) {
            prop_assert_eq!(error.kind(), ErrorKind::Decode);
            prop_assert_eq!(error.body(), body.as_bytes());
        }
    }
}

/// `nothing-is-an-empty-list`.
#[tokio::test]
async fn nothing_is_an_empty_list() {
    for body in [
        "",
        " \r\n",
        "null",
        "\u{feff}[]",
        "[null]",
        r#"{"items":null}"#,
    ] {
        let answer = answered(body.to_owned()).await;
        assert!(answer.unwrap().is_empty(), "{body}");
    }
    let erp = network(|op, _| (op == Op::List).then(|| FakeAnswer::status(204)));
    assert!(files(&on(&erp)).list().await.unwrap().is_empty());
}

/// A record that cannot be read costs itself, an odd field itself.
#[tokio::test]
async fn an_odd_record_costs_itself() {
    for odd in [
        "{\"Id\":2,\"FileName\":\"a\nb\"}",
        r#"{"Id":2,"Size":NaN}"#,
        r#"{"Id":2,"FileName":"\ud83d"}"#,
        r#"{"Id":1,"Id":2}"#,
        r#"{"ID":null,"Id":2}"#,
    ] {
        for (before, after) in [("[", "]"), (r#"{"total":3,"Files":["#, "]}")] {
            let body = format!(r#"{before}{{"Id":1}},{odd},{{"Id":3}}{after}"#);
            let items = answered(body).await.unwrap();
            let ids: Vec<_> = items
                .iter()
                .map(|item| item.value().unwrap().id.clone().unwrap())
                .collect();
            assert_eq!(ids, [1.into(), 2.into(), 3.into()], "{odd}");
        }
    }
    for odd in ["oops", "5", r#"{"Id" 2}"#, r#"{"Id":[2}"#] {
        for (before, after) in [("[", "]"), (r#"{"total":3,"Files":["#, "]}")] {
            let body = format!(r#"{before}{{"Id":1}},{odd},{{"Id":3}}{after}"#);
            let items = answered(body).await.unwrap();
            let read = items.iter().map(|item| item.value().is_some());
            assert!(read.eq([true, false, true]), "{odd}");
            assert_eq!(items[1].raw().as_str(), odd);
        }
    }
}
