//! What pages, streams and cursors print, and that streams can be sent to other tasks.

use std::fmt::Debug;

use biologix_client::exams::{Cursor, Exam, ExamItems, ExamPage, ExamPages};
use biologix_client::{Credentials, ExamKey, Item, PartnerId};

use crate::support::{client, network, page, partner, without_credentials};

/// Markers in every text of an exam except its id, and in items that are not readable.
const BODY: &str = r#"[
    {"examId":"0000101BB","examKey":"MARKER","patientUserId":"MARKER","type":1,"status":6,
     "patient":{"name":"MARKER","username":"MARKER","email":"MARKER","MARKER":"MARKER"},
     "base":{"startTime":"MARKER","symptoms":["MARKER"]},"MARKER":{"MARKER":["MARKER"]}},
    {"examId":["MARKER"],"status":"MARKER","patient":{"name":"MARKER"}},
    {"MARKER MARKER":"MARKER"},
    "MARKER"
]"#;

fn assert_hidden(value: &dyn Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.contains("MARKER"), "{shown}");
        assert!(!shown.is_empty());
    }
}

fn is_send_and_static<T: Send + 'static>(_: &T) {}

#[tokio::test(start_paused = true)]
async fn pages_and_streams_print_nothing_of_a_person() {
    let network = network(|_| page(BODY, 4).header("x-marker", "MARKER"));
    let client = client(&network);
    let partner = PartnerId::from("MARKER");
    let page: ExamPage = client.exams(&partner).list().send().await.unwrap();
    assert_eq!(page.items.len(), 4);
    assert!(format!("{page:?}").contains("0000101BB"));
    assert_hidden(&page);
    let mut exams: ExamItems = client.exams(&partner).list().items();
    while let Some(item) = exams.next().await {
        let item: Item<Exam> = item.unwrap();
        assert_hidden(&item);
        assert_hidden(item.raw());
        assert_hidden(&exams);
        assert_hidden(&exams.cursor());
    }
    let mut pages: ExamPages = client.exams(&partner).list().pages();
    assert_hidden(&pages.next().await);
    assert_hidden(&pages);
    assert_hidden(&client);
    assert_hidden(&client.exams(&partner).list());
    assert_hidden(&client.reports().get(&ExamKey::from("MARKER")));
    assert_hidden(&client.sessions().open());
    assert_hidden(&partner);
}

#[test]
fn a_builder_prints_no_credentials() {
    let network = network(|_| page("[]", 0));
    let builder = without_credentials(&network)
        .credentials("MARKER", "MARKER")
        .base_url("http://127.0.0.1:9/MARKER");
    assert_hidden(&builder);
    assert_hidden(&builder.build().unwrap());
    assert_hidden(&Credentials::new("MARKER", "MARKER"));
}

#[tokio::test(start_paused = true)]
async fn a_cursor_has_neither_ids_nor_texts() {
    let network = network(|_| page(BODY, 4));
    let mut exams = client(&network).exams(&partner()).list().items();
    while exams.next().await.is_some() {}
    let saved = serde_json::to_string(&exams.cursor()).unwrap();
    for text in ["MARKER", "0000101BB", "0000301DD"] {
        assert!(!saved.contains(text), "{saved}");
    }
    let names: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&saved).unwrap();
    let names: Vec<_> = names.keys().map(String::as_str).collect();
    assert_eq!(names, ["counted", "offset", "seen", "total"]);
    let cursor: Cursor = serde_json::from_str(&saved).unwrap();
    assert_eq!(cursor, exams.cursor());
    assert_eq!(
        format!("{cursor:?}"),
        "Cursor { offset: 4, total: Some(4), .. }"
    );
}

#[test]
fn what_is_no_cursor_is_refused_without_being_quoted() {
    for text in [
        "null",
        "{}",
        r#"{"offset":-1}"#,
        r#"{"offset":"MARKER"}"#,
        r#"{"offset":1,"seen":"MARKER"}"#,
        r#"{"offset":1,"seen":["MARKER"]}"#,
    ] {
        let read = common_http::json::decode::<Cursor>(text.as_bytes());
        assert_hidden(&read.unwrap_err());
    }
}

#[test]
fn streams_can_go_to_another_task() {
    let network = network(|_| page("[]", 0));
    let client = client(&network);
    is_send_and_static(&client.exams(&partner()).list().items());
    is_send_and_static(&client.exams(&partner()).list().pages());
    is_send_and_static(&client.exams(&partner()).list().send());
    is_send_and_static(&client.reports().get(&ExamKey::from("EXAMPLEKEY101")).send());
    is_send_and_static(&client.sessions().open().send());
    is_send_and_static(&client.clone());
}
