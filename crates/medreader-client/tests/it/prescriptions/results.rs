//! Results: what is asked for and what is read.

use common_http::transport::FakeAnswer;
use medreader_client::prescriptions::{FolderResults, PrescriptionResult, ResultStatus};
use serde_json::{Value, json};

use crate::support::{
    FOLDER, UPLOAD, answers, calls, client, folder, idle_client, refusal, told, vendor,
};

/// The document's sample, ids and times made synthetic.
fn completed() -> Value {
    json!({
        "id": UPLOAD,
        "created_at": "2030-01-02T03:04:05Z",
        "prescription_confidence_score": 95.0,
        "prescription_confidence_notes": "texto de exemplo",
        "status": "completed",
        "folder_id": FOLDER,
        "folder_fullpath": "pasta-exemplo/sub-pasta"
    })
}

#[test]
fn a_score_may_be_an_integer_a_float_or_none() {
    for (score, read) in [
        ("95", Some(95.0)),
        ("95.0", Some(95.0)),
        ("94.5", Some(94.5)),
        ("0", Some(0.0)),
        ("null", None),
    ] {
        let text = format!(r#"{{"id":"1","prescription_confidence_score":{score}}}"#);
        let result: PrescriptionResult = serde_json::from_str(&text).unwrap();
        assert_eq!(result.prescription_confidence_score, read, "{score}");
    }
}

#[test]
fn the_end_is_completed_or_error() {
    for (status, known, is_final) in [
        (json!("processing"), Some(ResultStatus::Processing), false),
        (json!("completed"), Some(ResultStatus::Completed), true),
        (json!("error"), Some(ResultStatus::Error), true),
        (
            json!("COMPLETED"),
            Some(ResultStatus::Unknown("COMPLETED".into())),
            false,
        ),
        (
            json!("novo"),
            Some(ResultStatus::Unknown("novo".into())),
            false,
        ),
        (json!(null), None, false),
    ] {
        let result: PrescriptionResult =
            serde_json::from_value(json!({"id": "1", "status": status})).unwrap();
        assert_eq!(
            (result.status.clone(), result.is_final()),
            (known, is_final)
        );
    }
}

#[test]
fn null_and_absent_are_the_same_and_nothing_is_lost() {
    let bare: PrescriptionResult = serde_json::from_value(json!({"id": UPLOAD})).unwrap();
    let mut nulls = completed();
    for (name, value) in nulls.as_object_mut().unwrap() {
        if name != "id" {
            *value = Value::Null;
        }
    }
    assert_eq!(
        serde_json::from_value::<PrescriptionResult>(nulls).unwrap(),
        bare
    );
    let mut tree = completed();
    tree["medicines"] = json!([{"name": "exemplo"}]);
    tree["status"] = "novo".into();
    let result: PrescriptionResult = serde_json::from_value(tree.clone()).unwrap();
    assert_eq!(serde_json::to_value(&result).unwrap(), tree);
}

#[test]
fn a_result_prints_ids_and_status_only() {
    let mut tree = completed();
    for name in [
        "created_at",
        "prescription_confidence_notes",
        "folder_fullpath",
        "medicines",
    ] {
        tree[name] = "MARKER".into();
    }
    tree["prescription_confidence_score"] = json!(98765);
    let result: PrescriptionResult = serde_json::from_value(tree).unwrap();
    let shown = format!("{result:?}");
    assert!(
        !shown.contains("MARKER") && !shown.contains("98765"),
        "{shown}"
    );
    assert!(
        shown.contains(UPLOAD) && shown.contains("Completed"),
        "{shown}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_is_one_answer_handed_over_as_it_came() {
    let network = answers(vec![|| {
        // With what might be more pages, and of a subfolder.
        let body = r#"{"total":9,"next":"?page=2","results":[{"id":"c"},{"id":"a","folder_id":"sub"},{"id":"b"}]}"#;
        FakeAnswer::json(body).header("link", "</api/v1/next>; rel=\"next\"")
    }]);
    let list = client(&network).prescriptions().results(&folder());
    let list = list.send().await.unwrap();
    let ids: Vec<_> = list.readable().map(|result| result.id.as_str()).collect();
    assert_eq!(ids, ["c", "a", "b"]);
    assert_eq!(calls(&network).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_is_not_known_may_be_a_404_or_an_empty_list() {
    let network = answers(vec![|| refusal(404, "folder_not_found"), || {
        FakeAnswer::json(r#"{"results":[]}"#)
    }]);
    let prescriptions = client(&network).prescriptions();
    let error = prescriptions.results(&folder()).send().await.unwrap_err();
    let expected = (
        "not_found",
        Some(404),
        Some("folder_not_found"),
        1,
        "answered",
    );
    assert_eq!(told(&error), expected);
    let list = prescriptions.results(&folder()).send().await.unwrap();
    assert_eq!(list.readable().count(), 0);
}

#[test]
fn one_that_cannot_be_read_costs_nobody_the_others() {
    let text = r#"{"results":[{"id":"1"},{"id":null, "n":1.50},null,{"id":[],"status":7},{"id":"4","novo":1}]}"#;
    let list: FolderResults = serde_json::from_str(text).unwrap();
    let ids: Vec<_> = list.readable().map(|result| result.id.as_str()).collect();
    assert_eq!(ids, ["1", "4"]);
    let rejected: Vec<_> = list
        .results
        .iter()
        .filter_map(|item| item.rejected())
        .map(|rejected| (rejected.raw.as_str(), rejected.error.path()))
        .collect();
    assert_eq!(
        rejected,
        [
            (r#"{"id":null, "n":1.50}"#, "[1].id"),
            (r#"{"id":[],"status":7}"#, "[3].id")
        ]
    );
    let written = serde_json::to_value(&list).unwrap();
    assert_eq!(
        written,
        json!({"results": [{"id": "1"}, {"id": null, "n": 1.5}, {"id": [], "status": 7}, {"id": "4", "novo": 1}]})
    );
    for empty in ["{}", r#"{"results":null}"#, r#"{"results":[]}"#] {
        let list: FolderResults = serde_json::from_str(empty).unwrap();
        assert_eq!(list.results, []);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_at_all_is_a_list_without_items() {
    let empty: [fn() -> FakeAnswer; 7] = [
        || FakeAnswer::status(204),
        || FakeAnswer::json(""),
        || FakeAnswer::json(" \r\n"),
        || FakeAnswer::json("\u{feff}"),
        || FakeAnswer::json("null"),
        || FakeAnswer::json("\u{feff}null\n"),
        || FakeAnswer::json("{}"),
    ];
    for answer in empty {
        let network = answers(vec![answer]);
        let list = client(&network).prescriptions().results(&folder()).await;
        let list = list.unwrap();
        assert_eq!(list.results, []);
        assert!(["{}", r#"{"results":[]}"#].contains(&list.raw().as_str()));
    }
    // Something else is not taken for none.
    for odd in [r#"{"results":"none"}"#, r#"{"results":{}}"#, "[]", "0"] {
        let network = vendor(move |_, _| FakeAnswer::json(odd));
        let list = client(&network).prescriptions().results(&folder()).await;
        let expected = ("decode", Some(200), None, 1, "answered");
        assert_eq!(told(&list.unwrap_err()), expected, "{odd}");
    }
}

/// Taken for an empty folder, it would make every old result look new.
#[tokio::test(start_paused = true)]
async fn an_object_without_a_list_is_a_list_only_if_it_has_nothing_else() {
    for empty in [
        r#"{"results":null}"#,
        r#"{"folder_id":"F","folder_fullpath":"/F"}"#,
        r#"{"folder_id":"F","results":null,"error":null}"#,
        r#"{"results":[],"novo":1}"#,
    ] {
        let network = vendor(move |_, _| FakeAnswer::json(empty));
        let list = client(&network).prescriptions().results(&folder()).await;
        assert_eq!(list.unwrap().results, [], "{empty}");
    }
    for odd in [
        r#"{"error":"temporarily_unavailable"}"#,
        r#"{"folder_id":"F","results":null,"error":"temporarily_unavailable"}"#,
        r#"{"data":{"results":[{"id":"1"}]}}"#,
        r#"{"folder_id":"F","items":[{"id":"1"}]}"#,
    ] {
        let network = vendor(move |_, _| FakeAnswer::json(odd));
        let list = client(&network).prescriptions().results(&folder()).await;
        let expected = ("decode", Some(200), None, 1, "answered");
        assert_eq!(told(&list.unwrap_err()), expected, "{odd}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_not_json_costs_itself() {
    for odd in [
        "<b>",
        r#"{"id" "2"}"#,
        r#"{"id":"2"}}"#,
        r#"{"id":["2"}"#,
        r#"{"id":"2""#,
    ] {
        let body = format!(r#"{{"folder_id":"F","results":[{{"id":"1"}}, {odd} ,{{"id":"3"}}]}}"#);
        let text = body.clone();
        let network = vendor(move |_, _| FakeAnswer::json(body.clone()));
        let list = client(&network).prescriptions().results(&folder()).await;
        let list = list.unwrap();
        assert_eq!(list.raw().as_str(), text);
        assert!(
            list.readable()
                .map(|result| result.id.as_str())
                .eq(["1", "3"])
        );
        let rejected = list.results[1].rejected().unwrap();
        assert_eq!(rejected.raw.as_str(), odd);
        assert!(rejected.error.path().starts_with("[1]"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_odd_byte_of_an_item_costs_its_field_alone() {
    let odd = [
        r#"{"id":"2","note":"\ud83d"}"#,
        r#"{"id":"1","id":"2"}"#,
        r#"{"id":2,"score":NaN}"#,
        "{\"id\":\"2\",\"note\":\"a\nb\u{1}\"}",
        r#"{"id":"2","status":["completed"]}"#,
    ];
    let deep = format!(
        r#"{{"id":"2","more":{}{}}}"#,
        "[".repeat(40_000),
        "]".repeat(40_000)
    );
    for item in odd.into_iter().chain([deep.as_str()]) {
        let body = format!(r#"{{"results":[{{"id":"1"}}, {item} ,{{"id":"3"}}]}}"#);
        let network = vendor(move |_, _| FakeAnswer::json(body.clone()));
        let list = client(&network).prescriptions().results(&folder()).await;
        let list = list.unwrap();
        let ids: Vec<_> = list.readable().map(|result| result.id.as_str()).collect();
        assert_eq!(ids, ["1", "2", "3"]);
        assert_eq!(list.results[1].raw().as_str(), item);
    }
}

#[test]
fn an_id_is_encoded_once() {
    let prescriptions = idle_client().prescriptions();
    let one = prescriptions.result(&"a&b=%2e é".into()).prepare().unwrap();
    assert_eq!(
        one.url().path(),
        "/api/v1/prescriptions/a%26b%3D%252e%20%C3%A9/result"
    );
    let all = prescriptions
        .results(&"a&b=%2e é".into())
        .prepare()
        .unwrap();
    assert_eq!(all.url().query(), Some("folder-id=a%26b%3D%252e%20%C3%A9"));
}
