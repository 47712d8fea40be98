//! Results: when processing ends, with what, and under which id.

use std::time::Duration;

use medreader_client::sandbox::{
    Analysis, EmptyFolder, IdReading, PathForm, Processing, Sandbox, Settings, UnknownFolder,
};
use serde_json::{Value, json};

use crate::sandbox::wire::{Caller, Refusal as _, log_in, log_in_to_other, other_tenant};

async fn started(settings: Settings) -> Sandbox {
    let sandbox = Sandbox::with(settings).await.unwrap();
    sandbox.clock().freeze();
    sandbox
}

async fn status(caller: &Caller<'_>, id: &str) -> Value {
    let got = caller.result(id).await;
    assert_eq!(got.status, 200, "{}", got.text());
    got.json()["status"].clone()
}

#[tokio::test]
async fn a_result_has_nulls_until_the_clock_ends_its_processing() {
    let sandbox = started(Settings {
        processing: Processing::Delay(Duration::from_secs(60)),
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes/Pacientes Cardiologia").unwrap();
    let id = caller.upload(&folder).await;
    sandbox.clock().advance(Duration::from_secs(59));
    let got = caller.result(&id).await.json();
    let created_at = got["created_at"].clone();
    assert!(created_at.is_string());
    let mut expected = json!({
        "id": id,
        "created_at": created_at,
        "prescription_confidence_score": null,
        "prescription_confidence_notes": null,
        "status": "processing",
        "folder_id": folder,
        "folder_fullpath": "pacientes/pacientes-cardiologia",
    });
    assert_eq!(got, expected);
    sandbox.clock().advance(Duration::from_secs(1));
    expected["status"] = json!("completed");
    expected["prescription_confidence_score"] = json!(95);
    expected["prescription_confidence_notes"] = json!("Prescrição fictícia, clara e legível");
    assert_eq!(caller.result(&id).await.json(), expected);
}

#[tokio::test]
async fn polls_of_either_kind_can_drive_the_processing() {
    let sandbox = started(Settings {
        processing: Processing::Polls(3),
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    let id = caller.upload(&folder).await;
    sandbox.clock().advance(Duration::from_secs(86_400));
    let caller = log_in(&sandbox).await;
    assert_eq!(status(&caller, &id).await, "processing");
    let listed = caller.results(&folder).await.json();
    assert_eq!(
        listed["results"],
        json!([{ "id": id, "status": "processing" }])
    );
    assert_eq!(status(&caller, &id).await, "processing");
    assert_eq!(status(&caller, &id).await, "completed");

    let sandbox = started(Settings {
        processing: Processing::Polls(0),
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let id = caller.upload(&sandbox.folder("Pacientes").unwrap()).await;
    assert_eq!(status(&caller, &id).await, "completed");
}

#[tokio::test]
async fn a_test_can_end_the_processing_by_hand() {
    let sandbox = started(Settings {
        processing: Processing::ByHand,
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(caller.upload(&folder).await);
    }
    sandbox.finish(&ids[0]).unwrap();
    sandbox.finish_with(&ids[1], Analysis::error()).unwrap();
    let odd = Analysis {
        notes: None,
        status: "review".into(),
        ..Analysis::completed(87.5)
    };
    sandbox.finish_with(&ids[2], odd).unwrap();
    let listed = caller.results(&folder).await.json();
    let statuses: Vec<&Value> = listed["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| &result["status"])
        .collect();
    assert_eq!(statuses, ["completed", "error", "review", "processing"]);
    let failed = caller.result(&ids[1]).await.json();
    assert_eq!(
        (
            &failed["prescription_confidence_score"],
            &failed["prescription_confidence_notes"]
        ),
        (&Value::Null, &Value::Null)
    );
    let odd = caller.result(&ids[2]).await;
    assert!(odd.text().contains("87.5"));
    assert_eq!(odd.json()["prescription_confidence_notes"], Value::Null);
    for id in [ids[0].as_str(), "unknown"] {
        assert!(sandbox.finish(id).is_err() && sandbox.finish_with(id, Analysis::error()).is_err());
    }
}

#[tokio::test]
async fn outcomes_can_be_planned() {
    let settings = Settings {
        processing: Processing::Polls(0),
        analysis: Analysis {
            notes: Some("Ilegivel, ficticia".into()),
            ..Analysis::completed(40)
        },
        ..Settings::default()
    };
    let sandbox = started(settings).await;
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    sandbox.next_analyses([Analysis::error(), Analysis::completed(Value::Null)]);
    let mut seen = Vec::new();
    for _ in 0..3 {
        let id = caller.upload(&folder).await;
        let result = caller.result(&id).await.json();
        seen.push((
            result["status"].clone(),
            result["prescription_confidence_score"].clone(),
        ));
    }
    assert_eq!(
        seen,
        [
            (json!("error"), Value::Null),
            (json!("completed"), Value::Null),
            (json!("completed"), json!(40)),
        ]
    );
}

#[tokio::test]
async fn ids_can_be_the_same_or_different() {
    let sandbox = started(Settings {
        processing: Processing::Polls(0),
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let id = caller.upload(&sandbox.folder("Pacientes").unwrap()).await;
    assert_eq!(sandbox.result_id(&id).as_ref(), Some(&id));
    assert_eq!(sandbox.webhook_id(&id).as_ref(), Some(&id));
    assert_eq!(
        (sandbox.result_id("unknown"), sandbox.webhook_id("unknown")),
        (None, None)
    );

    let sandbox = started(Settings {
        processing: Processing::Polls(0),
        result_ids: IdReading::Different,
        webhook_ids: IdReading::Different,
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    let id = caller.upload(&folder).await;
    let result_id = sandbox.result_id(&id).unwrap();
    let webhook_id = sandbox.webhook_id(&id).unwrap();
    assert!(id != result_id && id != webhook_id && result_id != webhook_id);
    let listed = caller.results(&folder).await.json();
    assert_eq!(
        listed["results"],
        json!([{ "id": result_id, "status": "completed" }])
    );
    assert_eq!(
        caller.result(&result_id).await.json()["id"],
        json!(result_id)
    );
    for unknown in [id, webhook_id] {
        let got = caller.result(&unknown).await;
        assert_eq!(got.error(), (404, "prescription_file_not_found".to_owned()));
    }
}

#[tokio::test]
async fn the_path_has_either_documented_form() {
    let (normal, display) = (
        "pacientes/pacientes-cardiologia",
        "/Pacientes/Pacientes Cardiologia",
    );
    for (form, alone, listed) in [
        (PathForm::AsDocumented, normal, display),
        (PathForm::Normalised, normal, normal),
        (PathForm::DisplayNames, display, display),
    ] {
        let sandbox = started(Settings {
            path_form: form,
            ..Settings::default()
        })
        .await;
        let caller = log_in(&sandbox).await;
        let folder = sandbox.folder("Pacientes/Pacientes Cardiologia").unwrap();
        let id = caller.upload(&folder).await;
        let one = caller.result(&id).await.json();
        let all = caller.results(&folder).await.json();
        assert_eq!(
            (&one["folder_fullpath"], &all["folder_fullpath"]),
            (&json!(alone), &json!(listed))
        );
        assert_eq!(all["folder_id"], json!(folder));
    }
}

#[tokio::test]
async fn what_the_document_refuses_is_refused() {
    let sandbox = started(Settings {
        other_tenants: vec![other_tenant()],
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    let id = caller.upload(&folder).await;
    let not_found = (404, "prescription_file_not_found".to_owned());
    assert_eq!(caller.result("unknown").await.error(), not_found);
    let second = log_in_to_other(&sandbox).await;
    assert_eq!(second.result(&id).await.error(), not_found);
    assert_eq!(
        second.results(&folder).await.error(),
        (404, "folder_not_found".to_owned())
    );
    let bad = (400, "bad_request".to_owned());
    assert_eq!(caller.result("").await.error(), bad);
    assert_eq!(caller.results("").await.error(), bad);
    for query in ["", "?folder_id=1", "?folder-id"] {
        let got = caller
            .get(&format!("/api/v1/prescriptions/results{query}"))
            .await;
        assert_eq!(got.error(), bad, "{query}");
    }
    assert_eq!(
        caller.results("unknown").await.error(),
        (404, "folder_not_found".to_owned())
    );
    sandbox.expire_tokens();
    let unauthorized = (401, "unauthorized".to_owned());
    assert_eq!(caller.result(&id).await.error(), unauthorized);
    assert_eq!(caller.results(&folder).await.error(), unauthorized);

    let lenient = Settings {
        other_tenants: vec![other_tenant()],
        unknown_folder: UnknownFolder::NoResults,
        ..Settings::default()
    };
    let lenient = started(lenient).await;
    let folder = lenient.folder("Pacientes").unwrap();
    log_in(&lenient).await.upload(&folder).await;
    let second = log_in_to_other(&lenient).await;
    // The other tenant's folder is unknown, too.
    for unknown in ["unknown", &folder] {
        let got = second.results(unknown).await;
        assert_eq!(
            (got.status, got.json()),
            (
                200,
                json!({ "folder_id": unknown, "folder_fullpath": null, "results": [] })
            )
        );
    }
}

#[tokio::test]
async fn a_folder_without_results_can_be_a_404() {
    let settings = Settings {
        empty_folder: EmptyFolder::NotFound,
        ..Settings::default()
    };
    let sandbox = started(settings).await;
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    assert_eq!(
        caller.results(&folder).await.error(),
        (404, "folder_not_found".to_owned())
    );
    caller.upload(&folder).await;
    assert_eq!(caller.results(&folder).await.status, 200);
}

#[tokio::test]
async fn a_folder_without_results_can_have_no_list() {
    for (form, status, body) in [
        (
            EmptyFolder::NullResults,
            200,
            Some(json!({ "folder_id": "ID", "folder_fullpath": "/Pacientes", "results": null })),
        ),
        (EmptyFolder::Null, 200, Some(Value::Null)),
        (EmptyFolder::NoBody, 200, None),
        (EmptyFolder::NoContent, 204, None),
    ] {
        let settings = Settings {
            empty_folder: form,
            ..Settings::default()
        };
        let sandbox = started(settings).await;
        let caller = log_in(&sandbox).await;
        let folder = sandbox.folder("Pacientes").unwrap();
        let got = caller.results(&folder).await;
        let got_body = (!got.body.is_empty()).then(|| got.text().replace(&folder, "ID"));
        let got_body = got_body.map(|text| serde_json::from_str(&text).unwrap());
        assert_eq!((got.status, got_body), (status, body), "{form:?}");
        caller.upload(&folder).await;
        let listed = caller.results(&folder).await.json();
        assert_eq!(listed["results"].as_array().unwrap().len(), 1, "{form:?}");
    }
}

#[tokio::test]
async fn ids_can_be_numbers() {
    let sandbox = started(Settings {
        processing: Processing::Polls(0),
        result_ids: IdReading::Number,
        webhook_ids: IdReading::Number,
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let folder = sandbox.folder("Pacientes").unwrap();
    let id = caller.upload(&folder).await;
    let result_id = sandbox.result_id(&id).unwrap();
    let number: u64 = result_id.parse().unwrap();
    // More than 32 bits, so that a program that keeps it in an integer needs a wide one.
    assert!(number > u64::from(u32::MAX));
    assert_ne!(sandbox.webhook_id(&id).unwrap(), result_id);
    let listed = caller.results(&folder).await.json();
    assert_eq!(listed["results"][0]["id"], json!(number));
    assert_eq!(caller.result(&result_id).await.json()["id"], json!(number));
}

#[tokio::test]
async fn something_can_happen_between_two_polls() {
    let sandbox = started(Settings {
        processing: Processing::ByHand,
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let id = caller.upload(&sandbox.folder("Pacientes").unwrap()).await;
    let finished = id.clone();
    sandbox
        .on_request("medreader.prescriptions.result", 2, move |backend| {
            backend.finish(&finished).unwrap();
        })
        .unwrap();
    assert_eq!(status(&caller, &id).await, "processing");
    assert_eq!(status(&caller, &id).await, "completed");
}
