//! Exams that are not readable.

use std::time::Duration;

use biologix_client::exams::{Change, Checkpoint, Exam};
use biologix_client::{Item, Rejected};
use common_http::DecodeReason;
use common_http::transport::FakeAnswer;
use futures_util::stream::TryStreamExt as _;

use crate::support::{client, network, page, partner};

const BODY: &str = r#"[
    {"examId": "E1"},
    {"examId": "E2",  "result": {"oximetry": {"odi": "six"}}},
    null, 7, "E4", [], {},
    {"examId": null, "status": 6},
    {"examId": "", "status": 6},
    {"examId": 5, "status": 6},
    {"examId": "E5", "examId": "E6"},
    {"examId": "E8" "status": 6},
    <b>,
    {"examId": "E7"}
]"#;

/// Path, reason and text of the rejected items, and the ids of the others.
fn told_apart(items: &[Item<Exam>]) -> (Vec<(String, DecodeReason, String)>, Vec<String>) {
    let mut rejected = Vec::new();
    let mut read = Vec::new();
    for item in items {
        match item {
            Item::Read(exam) => read.push(exam.exam_id.clone()),
            Item::Rejected(Rejected { raw, error, .. }) => {
                let path = error.path().to_owned();
                rejected.push((path, error.reason(), raw.as_str().to_owned()));
            }
        }
    }
    (rejected, read)
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_exam_is_handed_over_raw() {
    use DecodeReason::{MissingField, OutOfRange, Syntax, WrongType};
    let network = network(|_| page(BODY, 14));
    let client = client(&network);
    let one_page = client.exams(&partner()).list().send().await.unwrap().items;
    let streamed: Vec<_> = client
        .exams(&partner())
        .list()
        .items()
        .try_collect()
        .await
        .unwrap();
    let pages: Vec<_> = client
        .exams(&partner())
        .list()
        .pages()
        .try_collect()
        .await
        .unwrap();
    let expected = [
        ("[2]", WrongType, "null"),
        ("[3]", WrongType, "7"),
        ("[4]", WrongType, r#""E4""#),
        ("[5]", WrongType, "[]"),
        ("[6].examId", MissingField, "{}"),
        ("[7].examId", WrongType, r#"{"examId": null, "status": 6}"#),
        ("[8].examId", OutOfRange, r#"{"examId": "", "status": 6}"#),
        ("[9].examId", WrongType, r#"{"examId": 5, "status": 6}"#),
        ("[11].examId", WrongType, r#"{"examId": "E8" "status": 6}"#),
        ("[12]", Syntax, "<b>"),
    ]
    .map(|(path, reason, raw)| (path.to_owned(), reason, raw.to_owned()));
    for items in [one_page, streamed, pages.into_iter().next().unwrap().items] {
        let (rejected, read) = told_apart(&items);
        assert_eq!(rejected, expected);
        assert_eq!(read, ["E1", "E2", "E6", "E7"]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_exam_without_an_id_is_rejected() {
    for body in [
        r#"[{"status": 6}]"#,
        r#"[{"examId": null}]"#,
        r#"[{"examId": ""}]"#,
        r#"[{"examId": 101}]"#,
        r#"[{"ExamId": "0000101BB"}]"#,
    ] {
        let network = network(move |_| page(body, 1));
        let exams = client(&network).exams(&partner()).list().items();
        let exams: Vec<_> = exams.try_collect().await.unwrap();
        let (rejected, read) = told_apart(&exams);
        assert_eq!((rejected.len(), read.len()), (1, 0), "{body}");
        assert_eq!(rejected[0].0, "[0].examId", "{body}");
    }
}

/// Two exams could become one, and the vendor knows neither by such an id.
#[tokio::test(start_paused = true)]
async fn an_exam_whose_id_lost_a_character_is_rejected() {
    let read_as = async |body: &'static [u8], charset: &str| {
        let content_type = format!("application/json{charset}");
        let network = network(move |_| {
            FakeAnswer::status(200)
                .header("content-type", &content_type)
                .header("x-pagination-total", "2")
                .chunk(Duration::ZERO, body)
        });
        let exams = client(&network).exams(&partner()).list().items();
        let exams: Vec<_> = exams.try_collect().await.unwrap();
        let (rejected, read) = told_apart(&exams);
        let rejected = rejected.into_iter().map(|(path, reason, _)| (path, reason));
        (rejected.collect::<Vec<_>>(), read)
    };
    let expected = ["[0].examId", "[1].examId"];
    let expected = expected.map(|path| (path.to_owned(), DecodeReason::OutOfRange));
    let bytes = b"[{\"examId\":\"E\xe9\"},{\"examId\":\"E\xe8\"}]";
    let halves = br#"[{"examId":"E\ud800"},{"examId":"E\ud801"}]"#;
    for body in [&bytes[..], halves] {
        let (rejected, read) = read_as(body, "").await;
        assert_eq!((&*rejected, read.len()), (&expected[..], 0));
    }
    let (_, read) = read_as(bytes, "; charset=iso-8859-1").await;
    assert_eq!(read, ["E\u{e9}", "E\u{e8}"]);
}

/// The texts are the same with replacement characters, and the exam is not.
#[tokio::test(start_paused = true)]
async fn an_exam_that_changes_in_a_byte_that_is_no_text_is_given_again() {
    let network = network(|request| match request.index {
        1 => page(
            &b"[{\"examId\":\"E1\",\"status\":6,\"x\":\"\xe9\"},{}]"[..],
            2,
        ),
        _ => page(
            &b"[{\"examId\":\"E1\",\"status\":6,\"x\":\"\xe8\"},{}]"[..],
            2,
        ),
    });
    let centre = client(&network).exams(&partner());
    let mut changes = centre.changes(&Checkpoint::default());
    while let Some(change) = changes.next().await {
        change.unwrap();
    }
    let checkpoint = changes.checkpoint().unwrap();
    let change = centre.changes(&checkpoint).next().await.unwrap().unwrap();
    let Change::Listed(item) = change else {
        panic!("{change:?}");
    };
    assert_eq!(item.value().unwrap().exam_id, "E1");
    assert!(item.raw().as_bytes().contains(&0xe8));
}

/// Rejected once, and then the vendor fixes it.
#[tokio::test(start_paused = true)]
async fn an_exam_that_becomes_readable_is_handed_over_again() {
    let network = network(|request| match request.index {
        1 => page(r#"[{"examId":"E2"},{"examId":"E1" "status":6}]"#, 3),
        _ => page(r#"[{"examId":"E1","status":6},{"examId":"E0"}]"#, 4),
    });
    let exams: Vec<_> = client(&network)
        .exams(&partner())
        .list()
        .items()
        .try_collect()
        .await
        .unwrap();
    let (rejected, read) = told_apart(&exams);
    assert_eq!(rejected.len(), 1);
    assert_eq!(read, ["E2", "E1", "E0"]);
}

/// A broken item costs neither its page nor those after it.
#[tokio::test(start_paused = true)]
async fn a_broken_item_costs_itself() {
    for broken in [
        r#"{"examId":"E2","x":[1}"#,
        r#"{"examId":"E2","x":1}}"#,
        r#"{"examId":"E2",'x':1}"#,
        r#"{"examId" "E2"}"#,
        "{\"examId\":\"E2\",\"n\":\"a\nb\"}",
        r#"{"examId":"E2","n":"\ud83d"}"#,
    ] {
        let network = network(move |request| {
            if request.target.contains("offset=0&") {
                page(
                    format!(r#"[{{"examId":"E1"}},{broken},{{"examId":"E3"}}]"#),
                    4,
                )
            } else {
                page(r#"[{"examId":"E4"}]"#, 4)
            }
        });
        let exams = client(&network).exams(&partner()).list().items();
        let exams: Vec<_> = exams.try_collect().await.unwrap();
        assert_eq!(exams.len(), 4, "{broken}");
        assert_eq!(exams[1].raw().as_str(), broken);
        let (_, read) = told_apart(&exams);
        let others = read.iter().filter(|id| *id != "E2");
        assert!(others.eq(["E1", "E3", "E4"]), "{broken}");
    }
}
