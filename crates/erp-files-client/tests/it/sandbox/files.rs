//! The sandbox's finalized files: list, send flag, deletion.

use erp_files_client::sandbox::{
    Casing, ErrorShape, Fault, FileIds, ListShape, Sandbox, SandboxError, SendFlag, Settings,
};
use serde_json::{Value, json};

use super::wire::{FILE, FILES, Got, begin, call, send, upload};
use crate::support::started;

async fn patch(sandbox: &Sandbox, end: &str, kind: Option<&str>, body: &str) -> Got {
    let authorization = format!("Bearer {}", sandbox.access_token());
    let mut headers = vec![("authorization", authorization.as_str())];
    headers.extend(kind.map(|kind| ("content-type", kind)));
    let line = format!("PATCH {FILES}/{end}");
    send(sandbox.url(), &line, &headers, body.as_bytes()).await
}

#[tokio::test]
async fn the_list_comes_in_each_form() {
    let text = |number: u32| json!(format!("00000000-0000-4000-8000-00000000000{number}"));
    let number = |number: u32| json!(number);
    type Id = fn(u32) -> Value;
    for (casing, name, is_send) in [
        (Casing::Pascal, "FileName", "IsSend"),
        (Casing::Camel, "fileName", "isSend"),
    ] {
        for (ids, of) in [
            (FileIds::Numbers, number as Id),
            (FileIds::Texts, text as Id),
        ] {
            for shape in [ListShape::Bare, ListShape::Wrapped("items".to_owned())] {
                let sandbox = started(Settings {
                    casing,
                    file_ids: ids,
                    list_shape: shape.clone(),
                    ..Settings::default()
                })
                .await;
                upload(&sandbox, "%D0%B0%201.pdf", FILE).await;
                begin(&sandbox, "unfinished.pdf").await;
                upload(&sandbox, "b.pdf", FILE).await;
                let got = call(&sandbox, "GET ").await;
                assert_eq!(
                    (got.status, got.header("content-type")),
                    (200, Some("application/json"))
                );
                let list = match shape {
                    ListShape::Bare => got.json(),
                    _ => got.json()[if casing == Casing::Camel {
                        "items"
                    } else {
                        "Items"
                    }]
                    .clone(),
                };
                let entries = list.as_array().unwrap();
                assert_eq!(entries.len(), 2);
                let (id, date) = if casing == Casing::Camel {
                    ("id", "dateCr")
                } else {
                    ("Id", "DateCr")
                };
                assert_eq!((&entries[0][id], &entries[1][id]), (&of(1), &of(2)));
                assert_eq!(
                    (&entries[0][name], &entries[0][is_send]),
                    (&json!("а 1.pdf"), &json!(false))
                );
                // As in the vendor's examples, and as its framework writes a time without a zone.
                let dates =
                    [&entries[0][date], &entries[1][date]].map(|date| date.as_str().unwrap());
                assert!(dates[0].ends_with('Z') && dates[0].len() == 24, "{dates:?}");
                assert!(
                    !dates[1].ends_with('Z') && dates[1].len() == 27,
                    "{dates:?}"
                );
                assert_eq!(entries[0].as_object().unwrap().len(), 4);
            }
        }
    }
}

#[tokio::test]
async fn an_empty_list_is_one() {
    let sandbox = Sandbox::start().await.unwrap();
    assert_eq!(call(&sandbox, "GET ").await.text(), "[]");
    let shape = ListShape::Wrapped("files".to_owned());
    let sandbox = started(Settings {
        list_shape: shape,
        ..Settings::default()
    })
    .await;
    assert_eq!(call(&sandbox, "GET ").await.text(), "{\"Files\":[]}");
    let nameless = ListShape::Wrapped(String::new());
    let error = Sandbox::with(Settings {
        list_shape: nameless,
        ..Settings::default()
    })
    .await
    .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn the_send_flag_is_looked_for_where_it_is_set() {
    let json = Some("application/json");
    for (place, query, body) in [
        (SendFlag::Either, 200, 200),
        (SendFlag::Query, 200, 400),
        (SendFlag::Body, 400, 200),
    ] {
        let sandbox = started(Settings {
            send_flag: place,
            ..Settings::default()
        })
        .await;
        let id = sandbox.add_file("7", "12", "a.pdf", FILE);
        let is_send = || sandbox.files("7", "12")[0].is_send;
        for (flag, word) in [(true, "true"), (false, "False")] {
            let got = patch(&sandbox, &format!("{id}?isSend={word}"), None, "").await;
            assert_eq!(got.status, query, "{place:?}");
            assert_eq!(is_send(), query == 200 && flag);
        }
        for (flag, member) in [(true, "isSend"), (false, "IsSend")] {
            let text = json!({ member: flag }).to_string();
            let got = patch(&sandbox, &id, json, &text).await;
            assert_eq!(got.status, body, "{place:?}");
            assert_eq!(is_send(), body == 200 && flag);
        }
    }
}

#[tokio::test]
async fn a_send_flag_that_is_none_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = sandbox.add_file("7", "12", "a.pdf", FILE);
    let json = Some("application/json");
    for (end, kind, body) in [
        ("", None, ""),
        ("?isSend=", None, ""),
        ("?isSend=yes", None, ""),
        ("?issend=true", json, "[]"),
        ("", json, "{\"isSend\":\"true\"}"),
        ("", json, "{\"send\":true}"),
        ("", json, "{"),
    ] {
        let got = patch(&sandbox, &format!("{id}{end}"), kind, body).await;
        assert_eq!(
            (got.status, &got.json()["errors"]["isSend"][0]),
            (400, &json!("The isSend field is required."))
        );
    }
    let got = patch(&sandbox, &id, Some("text/plain"), "{\"isSend\":true}").await;
    assert_eq!(got.status, 415);
    assert!(!sandbox.files("7", "12")[0].is_send);
}

#[tokio::test]
async fn a_deleted_file_is_gone_with_its_bytes_and_its_name_is_free() {
    let sandbox = Sandbox::start().await.unwrap();
    upload(&sandbox, "a.pdf", FILE).await;
    let got = call(&sandbox, "DELETE /1").await;
    assert_eq!((got.status, got.text()), (200, ""));
    assert_eq!(
        (sandbox.files("7", "12").len(), sandbox.stored_bytes("1")),
        (0, None)
    );
    assert_eq!(call(&sandbox, "DELETE /1").await.status, 404);
    assert_eq!(patch(&sandbox, "1?isSend=true", None, "").await.status, 404);
    upload(&sandbox, "a.pdf", b"again").await;
    assert_eq!(sandbox.stored_bytes("2").unwrap(), &b"again"[..]);
}

#[tokio::test]
async fn a_file_belongs_to_its_analysis() {
    let sandbox = Sandbox::start().await.unwrap();
    let id = sandbox.add_file("7", "13", "a.pdf", FILE);
    assert_eq!(call(&sandbox, "GET ").await.text(), "[]");
    assert_eq!(call(&sandbox, &format!("DELETE /{id}")).await.status, 404);
    assert_eq!(
        patch(&sandbox, &format!("{id}?isSend=true"), None, "")
            .await
            .status,
        404
    );
    assert_eq!(sandbox.files("7", "13").len(), 1);
}

#[tokio::test]
async fn a_test_can_add_and_remove_files() {
    let sandbox = started(Settings {
        file_ids: FileIds::Texts,
        ..Settings::default()
    })
    .await;
    let id = sandbox.add_file("7", "12", "a.pdf", "first");
    assert_eq!(call(&sandbox, "POST /initialize/a.pdf").await.status, 409);
    sandbox
        .on_request("erp.files.list", 1, move |clinic| {
            clinic.remove_file(&id).unwrap()
        })
        .unwrap();
    assert_eq!(call(&sandbox, "GET ").await.text(), "[]");
    assert_eq!(
        sandbox.remove_file("1"),
        Err(SandboxError::unknown_item("file", "1"))
    );
    begin(&sandbox, "a.pdf").await;
    // As if somebody else had finalized it.
    let id = sandbox.add_file("7", "12", "a.pdf", "second");
    assert_eq!(sandbox.stored_bytes(&id).unwrap(), "second");
    assert!(sandbox.unfinished("7", "12").is_empty());
}

#[tokio::test]
async fn analyses_can_be_listed() {
    let sandbox = started(Settings {
        analyses: Some(vec![("7".to_owned(), "13".to_owned())]),
        error_shape: ErrorShape::Empty,
        ..Settings::default()
    })
    .await;
    for line in ["GET ", "POST /initialize/a.pdf", "POST /a.pdf", "DELETE /1"] {
        assert_eq!(call(&sandbox, line).await.status, 404, "{line}");
    }
    let authorization = format!("Bearer {}", sandbox.access_token());
    let line = format!("GET {}", FILES.replace("/12/", "/13/"));
    let headers = [("authorization", authorization.as_str())];
    assert_eq!(send(sandbox.url(), &line, &headers, b"").await.status, 200);
}

#[tokio::test]
async fn drift_brings_what_nobody_documented_and_keeps_ids() {
    let sandbox = Sandbox::start().await.unwrap();
    for name in ["a.pdf", "b.pdf"] {
        sandbox.add_file("7", "12", name, FILE);
    }
    sandbox.fail_next("erp.files.list", Fault::Drift).unwrap();
    let list = call(&sandbox, "GET ").await.json();
    assert_eq!((&list[0]["Id"], &list[1]["Id"]), (&json!(1), &json!(2)));
    assert!(list[0]["DateCr"].is_null() && list[1]["DateCr"].is_string());
    assert!(list[0]["sandboxUnknownBlock"].is_object());
}
