//! `specs/medreader.yaml` and the code agree, both ways, and the document is consistent.
//!
//! What is not MedReader's own is in the package `specs`, which reads the documents for all
//! vendors.

use std::collections::BTreeSet;
use std::time::Duration;

use common_http::Extra;
use common_http::transport::{FakeAnswer, FakeTransport};
use medreader_client::{ErrorCode, OPERATIONS, configuration, folders, prescriptions};
use serde_json::{Value, json};
use specs::Document;
use tokio::time::advance;

use crate::support::{calls, client, folder, idle_client, logins};

fn document() -> Document {
    Document::read("medreader")
}

#[test]
fn operations_of_the_document_and_of_the_code_agree() {
    assert_eq!(document().differences(OPERATIONS), [""; 0]);
}

#[test]
fn the_document_is_true_to_itself() {
    assert_eq!(document().faults(), [""; 0]);
}

/// The id that a call's words spell, and the id of the operation in what it would send.
macro_rules! spelled {
    ($client:ident . $tag:ident() . $verb:ident $arguments:tt $($rest:tt)*) => {{
        let prepared = $client.$tag().$verb $arguments $($rest)*;
        let spelled = concat!("medreader.", stringify!($tag), ".", stringify!($verb));
        (spelled, prepared.unwrap().operation().id())
    }};
}

#[tokio::test(start_paused = true)]
async fn an_operations_id_spells_its_call() {
    let client = idle_client();
    let id = "00000000-0000-4000-8000-000000000001".into();
    let file = prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7");
    let mut spelled = vec![
        spelled!(client.folders().create("Pasta").prepare()),
        spelled!(client.folders().get(&folder()).prepare()),
        spelled!(
            client
                .prescriptions()
                .upload(&folder(), file)
                .prepare()
                .await
        ),
        spelled!(client.prescriptions().result(&id).prepare()),
        spelled!(client.prescriptions().results(&folder()).prepare()),
        spelled!(client.configuration().get().prepare()),
        spelled!(client.configuration().update().s3_region("a").prepare()),
    ];
    // A login prepares its own request, so its call only says what it is.
    let open = "medreader.sessions.open";
    let call = format!("{:?}", client.sessions().open());
    assert_eq!(call, format!("Call {{ operation: {open:?}, .. }}"));
    spelled.push((open, open));

    assert!(
        spelled.iter().all(|(id, operation)| id == operation),
        "{spelled:?}"
    );
    let spelled: BTreeSet<&str> = spelled.into_iter().map(|(id, _)| id).collect();
    let operations = OPERATIONS.iter().map(|operation| operation.id());
    assert_eq!(spelled, operations.collect());
}

/// Reads a value as one type. Gives what it writes again, and what none of its fields took.
type Read = fn(&Value) -> Result<(Value, Extra), serde_json::Error>;

macro_rules! read {
    ($type:ty) => {
        |value| {
            let read: $type = serde_json::from_str(&value.to_string())?;
            Ok((serde_json::to_value(&read)?, read.extra))
        }
    };
}

/// Schemas, and the types that read them.
const TYPES: [(&str, Read); 7] = [
    ("User", read!(medreader_client::User)),
    ("Folder", read!(folders::Folder)),
    ("Upload", read!(prescriptions::Upload)),
    ("Result", read!(prescriptions::PrescriptionResult)),
    ("FolderResults", read!(prescriptions::FolderResults)),
    ("ListedResult", read!(prescriptions::ListedResult)),
    (
        "WebhookPayload",
        read!(medreader_client::webhook::WebhookEvent),
    ),
];

/// Fields that are read and never written.
const SECRETS: [&str; 2] = ["s3_secret_access_key", "webhook_password"];

const READ_CONFIGURATION: Read = read!(configuration::TenantConfiguration);

/// Fields that cannot be odd, because nothing would be left.
const MUST_BE_THERE: [&str; 2] = ["id", "results"];

#[test]
fn every_field_of_a_schema_is_written_as_it_is_read() {
    let document = document();
    for (name, read) in TYPES {
        let full = document.specimen(&json!({ "$ref": format!("#/components/schemas/{name}") }));
        let (written, untaken) = read(&full).unwrap();
        assert_eq!(with_floats(&written), with_floats(&full), "{name}");
        assert_eq!(untaken, Extra::new(), "{name}");
    }
    // The two secrets are read, and never written.
    let mut full = document.specimen(&json!({ "$ref": "#/components/schemas/Configuration" }));
    let (written, untaken) = READ_CONFIGURATION(&full).unwrap();
    for secret in SECRETS {
        assert!(full.as_object_mut().unwrap().remove(secret).is_some());
    }
    assert_eq!((written, untaken), (full, Extra::new()));
}

#[test]
fn a_field_of_another_type_is_kept_and_costs_nobody_the_others() {
    let document = document();
    let odd = json!([{ "odd": [null, 1.5, "texto"] }]);
    let configuration = ("Configuration", READ_CONFIGURATION);
    for (name, read) in TYPES.into_iter().chain([configuration]) {
        let full = document.specimen(&json!({ "$ref": format!("#/components/schemas/{name}") }));
        let fields = full.as_object().unwrap().keys();
        for field in fields.filter(|field| !MUST_BE_THERE.contains(&field.as_str())) {
            let mut drifted = full.clone();
            drifted[field] = match field.as_str() {
                // This one is a list.
                "child_folders" => odd[0].clone(),
                _ => odd.clone(),
            };
            let (mut written, untaken) =
                read(&drifted).unwrap_or_else(|error| panic!("{name}.{field}: {error}"));
            let is_secret = SECRETS.contains(&field.as_str());
            let kept = (!is_secret).then(|| (field.clone(), drifted[field].clone()));
            assert_eq!(untaken, kept.into_iter().collect(), "{name}.{field}");
            if name == "Configuration" {
                for secret in SECRETS {
                    assert_eq!(written.get(secret), None);
                    written[secret] = drifted[secret].clone();
                }
            }
            assert_eq!(
                with_floats(&written),
                with_floats(&drifted),
                "{name}.{field}"
            );
        }
    }
}

#[test]
fn codes_of_the_document_are_known_and_others_are_not() {
    let document = document();
    let codes = |pointer: &str| -> BTreeSet<String> {
        let codes = document.at(pointer).as_array().unwrap();
        codes
            .iter()
            .map(|code| code["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let errors = codes("/components/schemas/Error/properties/error/x-codes");
    assert_eq!(errors.len(), 13);
    for code in errors {
        assert!(
            !matches!(ErrorCode::from(code.as_str()), ErrorCode::Unknown(_)),
            "{code}"
        );
    }
    for schema in ["Result", "ListedResult"] {
        for code in codes(&format!(
            "/components/schemas/{schema}/properties/status/x-codes"
        )) {
            let known = prescriptions::ResultStatus::from(code.as_str());
            assert!(
                !matches!(known, prescriptions::ResultStatus::Unknown(_)),
                "{code}"
            );
        }
    }
    assert!(matches!(ErrorCode::from("zz"), ErrorCode::Unknown(_)));
}

#[tokio::test(start_paused = true)]
async fn the_logins_answer_is_read_as_the_document_has_it() {
    let login = document().specimen(&json!({ "$ref": "#/components/schemas/Login" }));
    assert_eq!(login["expires_in"], 1);
    let answer = login.clone();
    let network = FakeTransport::new(move |_| FakeAnswer::json(answer.to_string()));
    let client = client(&network);
    let user = client.sessions().open().send().await.unwrap();
    assert_eq!(serde_json::to_value(&user).unwrap(), login["user"]);
    client.configuration().get().send().await.unwrap();
    let token = format!("Bearer {}", login["token"].as_str().unwrap());
    assert_eq!(calls(&network)[0].headers["authorization"], token);
    // Its lifetime was in the answer.
    advance(Duration::from_secs(2)).await;
    client.configuration().get().send().await.unwrap();
    assert_eq!(logins(&network), 2);
}

/// The value with every number as a float and without nulls: 80 equals 80.0, and null equals absent.
fn with_floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(with_floats).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name.clone(), with_floats(member)))
            .collect(),
        other => other.clone(),
    }
}
