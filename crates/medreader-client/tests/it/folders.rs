//! Folders: what is sent, what is refused, what is read.

use common_http::transport::FakeAnswer;
use medreader_client::FolderId;
use medreader_client::folders::Folder;
use serde_json::{Value, json};

use crate::support::{FOLDER, answers, calls, client, folder, idle_client, told};

/// The document's sample of a folder that was just created, ids and times made synthetic.
fn created() -> Value {
    json!({
        "id": FOLDER,
        "folder_name": "pacientes-cardiologia",
        "parent_folder_id": "00000000-0000-4000-8000-00000000000b",
        "full_path": "pacientes/pacientes-cardiologia",
        "created_at": "2030-01-02T03:04:05Z",
        "updated_at": "2030-01-02T03:04:05Z"
    })
}

#[tokio::test(start_paused = true)]
async fn a_name_that_normalises_to_nothing_is_refused_unless_the_caller_insists() {
    let network = answers(vec![|| FakeAnswer::json(created().to_string())]);
    let folders = client(&network).folders();
    for name in ["", "   ", "Клініка", "???"] {
        let error = folders.create(name).send().await.unwrap_err();
        assert_eq!(
            told(&error),
            (
                "invalid_input",
                None,
                Some("validation_error"),
                0,
                "not_sent"
            )
        );
        assert_eq!(error.printable_code(), Some("validation_error"));
        assert_eq!(error.operation(), Some("medreader.folders.create"));
    }
    assert_eq!(network.count(), 0);
    folders
        .create("Клініка")
        .unchecked_name()
        .send()
        .await
        .unwrap();
    assert_eq!(calls(&network)[0].body, r#"{"folder_name":"Клініка"}"#);
}

#[tokio::test(start_paused = true)]
async fn ids_that_cannot_be_are_refused_before_anything_is_sent() {
    let network = answers(vec![|| FakeAnswer::json("{}")]);
    let folders = client(&network).folders();
    for id in ["", ".", "..", "a\nb", "a/b", "a\\b"].map(FolderId::from) {
        let error = folders.create("Pasta").parent(&id).await.unwrap_err();
        assert_eq!(told(&error), ("invalid_input", None, None, 0, "not_sent"));
    }
    assert_eq!(network.count(), 0);
}

#[test]
fn an_id_is_encoded_once() {
    let client = idle_client();
    for (id, path) in [(FOLDER, FOLDER), ("a?b#c%2e é", "a%3Fb%23c%252e%20%C3%A9")] {
        let prepared = client.folders().get(&id.into()).prepare().unwrap();
        assert_eq!(prepared.url().path(), format!("/api/v1/folders/{path}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_folder_has_its_children_and_counts() {
    let network = answers(vec![|| {
        let mut folder = created();
        folder["prescription_files_count"] = json!(15);
        folder["child_folders"] = json!([
            {"id": "00000000-0000-4000-8000-00000000000c", "prescription_files_count": 8.0},
            null
        ]);
        FakeAnswer::json(folder.to_string())
    }]);
    let folder = client(&network)
        .folders()
        .get(&folder())
        .send()
        .await
        .unwrap();
    assert_eq!(folder.prescription_files_count, Some(15));
    let children: Vec<_> = folder.children().collect();
    assert_eq!(folder.child_folders.as_deref().unwrap().len(), 1);
    assert_eq!(
        children[0].id.as_str(),
        "00000000-0000-4000-8000-00000000000c"
    );
    assert_eq!(children[0].prescription_files_count, Some(8));
    assert_eq!(children[0].child_folders, None);
    assert_eq!(
        calls(&network)[0].target,
        format!("/api/v1/folders/{FOLDER}")
    );
}

#[test]
fn a_child_that_cannot_be_read_is_kept_and_costs_nobody_the_others() {
    let text = r#"{"id":"a","child_folders":[{"folder_name" : "sem id"},null,{"id":"b"},7]}"#;
    let folder: Folder = serde_json::from_str(text).unwrap();
    let ids: Vec<_> = folder.children().map(|child| child.id.as_str()).collect();
    assert_eq!(ids, ["b"]);
    let children = folder.child_folders.as_deref().unwrap();
    let rejected: Vec<_> = children
        .iter()
        .filter_map(|child| child.rejected())
        .collect();
    assert_eq!(rejected[0].raw.as_str(), r#"{"folder_name" : "sem id"}"#);
    assert_eq!(rejected[0].error.path(), "[0].id");
    assert_eq!(children[1].raw().as_str(), r#"{"id":"b"}"#);
    assert_eq!(children[2].rejected(), Some(rejected[1]));
    assert_eq!(rejected[1].raw.as_str(), "7");
    assert_eq!(
        serde_json::to_value(&folder).unwrap()["child_folders"],
        json!([{"folder_name": "sem id"}, {"id": "b"}, 7])
    );
}

#[test]
fn null_empty_and_absent_are_the_same_and_nothing_is_lost() {
    let bare: Folder = serde_json::from_value(json!({"id": FOLDER})).unwrap();
    let nulls: Folder = serde_json::from_value(json!({
        "id": FOLDER, "folder_name": null, "parent_folder_id": null, "full_path": null, "created_at": null,
        "updated_at": null, "prescription_files_count": null, "child_folders": null
    }))
    .unwrap();
    assert_eq!(bare, nulls);
    assert_eq!(serde_json::to_value(&bare).unwrap(), json!({"id": FOLDER}));
    let root: Folder =
        serde_json::from_value(json!({"id": FOLDER, "parent_folder_id": ""})).unwrap();
    assert_eq!(root, bare);

    let mut tree = created();
    tree["novo"] = json!({"a": [1, null, 2.5]});
    tree["child_folders"] = json!([]);
    let folder: Folder = serde_json::from_value(tree.clone()).unwrap();
    assert_eq!(serde_json::to_value(&folder).unwrap(), tree);
}

#[test]
fn only_the_id_must_be_there() {
    for unreadable in [
        json!({}),
        json!({"id": null}),
        json!({"id": ""}),
        json!({"id": [7]}),
        json!([]),
    ] {
        assert!(serde_json::from_value::<Folder>(unreadable).is_err());
    }
    let numbered: Folder = serde_json::from_value(json!({"id": 7})).unwrap();
    assert_eq!(numbered.id.as_str(), "7");
}

#[test]
fn a_folder_prints_ids_and_counts_only() {
    let folder: Folder = serde_json::from_value(json!({
        "id": FOLDER, "folder_name": "MARKER", "full_path": "MARKER", "novo": "MARKER", "prescription_files_count": 3,
        "child_folders": [{"id": "00000000-0000-4000-8000-00000000000c", "folder_name": "MARKER"}]
    }))
    .unwrap();
    let shown = format!("{folder:?}");
    assert!(!shown.contains("MARKER"), "{shown}");
    assert!(
        shown.contains(FOLDER) && shown.contains("Some(3)"),
        "{shown}"
    );
    let creation = format!("{:?}", idle_client().folders().create("MARKER"));
    assert!(!creation.contains("MARKER"), "{creation}");
}
