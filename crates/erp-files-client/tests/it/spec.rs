//! `specs/erp-files.yaml` and the code say the same, both ways, and the document has no faults.
//!
//! The package `specs` reads the documents for all vendors. Only what is the ERP's own is here.

use erp_files_client::files::FileEntry;
use erp_files_client::{Body, ErrorCode, OPERATIONS, SCOPE, TOKEN_URL};
use serde_json::json;
use specs::Document;

use crate::support::{NAME, Op, files, network, on};

fn document() -> Document {
    Document::read("erp-files")
}

#[test]
fn operations_of_the_document_and_of_the_code_agree() {
    assert_eq!(document().differences(OPERATIONS), [""; 0]);
}

/// The sandbox and the tests have the same ids.
#[test]
fn operations_of_the_sandbox_are_the_codes() {
    let coded: Vec<_> = OPERATIONS.iter().map(|operation| operation.id()).collect();
    assert_eq!(coded, Op::ALL.map(Op::id));
}

/// The id that this call spells, and the operation of the call.
macro_rules! spelled {
    ($files:ident . $verb:ident($($with:expr),*)) => {
        (
            concat!("erp.files.", stringify!($verb)),
            $files.$verb($($with),*).prepare().unwrap().operation().id(),
        )
    };
}

#[tokio::test]
async fn an_id_spells_its_call() {
    let client = on(&network(|_, _| None));
    let files = files(&client);
    let target = files.initialize(NAME).await.unwrap();
    let calls = [
        spelled!(files.initialize(NAME)),
        spelled!(files.transfer(&target, Body::from("%PDF"))),
        spelled!(files.finalize(NAME)),
        spelled!(files.list()),
        spelled!(files.set_send(&1.into(), true)),
        spelled!(files.delete(&1.into())),
    ];
    for (spelled, operation) in calls {
        assert_eq!(operation, spelled);
    }
    // A login builds its own request, so its call can only name its operation.
    let open = format!("{:?}", client.sessions().open());
    assert_eq!(open, r#"Call { operation: "erp.sessions.open", .. }"#);
    let ids: Vec<_> = OPERATIONS.iter().map(|operation| operation.id()).collect();
    let calls = calls.map(|(spelled, _)| spelled);
    assert_eq!(
        ids,
        [&["erp.sessions.open"][..], &calls].concat(),
        "each operation has its call"
    );
}

#[test]
fn the_document_is_true_to_itself() {
    assert_eq!(document().faults(), [""; 0]);
}

/// Every field of the schema is typed, except for the date, which `created` finds in `extra`.
#[test]
fn our_file_is_the_schemas() {
    let document = document();
    let full = document.specimen(&json!({ "$ref": "#/components/schemas/File" }));
    let file: FileEntry = serde_json::from_str(&full.to_string()).unwrap();
    assert_eq!(file.extra.keys().collect::<Vec<_>>(), ["DateCr"]);
    assert_eq!(file.created().unwrap().as_str(), full["DateCr"]);
    let written = serde_json::to_value(&file).unwrap();
    let expected = json!({
        "id": full["Id"].to_string(), "name": full["FileName"], "isSend": full["IsSend"],
        "DateCr": full["DateCr"],
    });
    assert_eq!(written, expected);
}

#[test]
fn codes_of_the_document_are_known_and_others_are_not() {
    let document = document();
    let codes = document.at("/components/schemas/TokenError/properties/error/x-codes");
    let codes: Vec<&str> = codes
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes.len(), 3);
    let is_known = |code: &str| !matches!(ErrorCode::from(code), ErrorCode::Unknown(_));
    assert!(codes.into_iter().all(is_known));
    assert!(!is_known("zz"));
}

#[test]
fn the_token_endpoint_and_the_scope_are_the_documents() {
    let document = document();
    let flow = document.at("/components/securitySchemes/token/flows/clientCredentials");
    assert_eq!(flow["tokenUrl"], TOKEN_URL);
    assert!(flow["scopes"][SCOPE].is_string());
}
