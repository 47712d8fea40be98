//! Folders: names, conflicts, the tree.

use medreader_client::sandbox::{Sandbox, Settings};
use serde_json::{Value, json};

use crate::sandbox::wire::{
    Caller, JSON, Refusal as _, log_in, log_in_to_other, other_tenant, send,
};

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

async fn get(caller: &Caller<'_>, id: &str) -> Value {
    let got = caller.get(&format!("/api/v1/folders/{id}")).await;
    assert_eq!(got.status, 200, "{}", got.text());
    got.json()
}

#[tokio::test]
async fn names_are_normalised() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    for (given, normalised) in [
        ("Documentos Ações 2025", "documentos-acoes-2025"),
        ("--ÀÉÎÕÜ  ç__", "aeiou-c"),
        ("a/b\\c..d", "a-b-c-d"),
    ] {
        let got = caller.create_folder(&json!({ "folder_name": given })).await;
        assert_eq!(
            (got.status, text(&got.json(), "folder_name")),
            (201, normalised)
        );
    }
    for nothing in [
        json!({ "folder_name": "---" }),
        json!({ "folder_name": "Папка" }),
    ] {
        let got = caller.create_folder(&nothing).await;
        assert_eq!(got.error(), (400, "validation_error".to_owned()));
    }
}

#[tokio::test]
async fn what_the_document_refuses_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    let create = async |body: Value| caller.create_folder(&body).await;
    for invalid in [
        json!({}),
        json!([]),
        json!({ "folder_name": null }),
        json!({ "folder_name": 1 }),
        json!({ "folder_name": "" }),
        json!({ "folder_name": "a", "parent_folder_id": 1 }),
    ] {
        let got = create(invalid).await;
        assert_eq!(got.error(), (400, "validation_error".to_owned()));
    }
    let id = text(&create(json!({ "folder_name": "Café" })).await.json(), "id").to_owned();
    let again = create(json!({ "folder_name": "CAFE", "parent_folder_id": null })).await;
    assert_eq!(again.error(), (409, "folder_name_duplicate".to_owned()));
    assert_eq!(
        again.json()["message"],
        "Já existe uma pasta com este nome no mesmo nível"
    );
    let orphan = create(json!({ "folder_name": "b", "parent_folder_id": "unknown" })).await;
    assert_eq!(orphan.error(), (409, "parent_folder_not_found".to_owned()));
    // Not on the same level.
    let inner = create(json!({ "folder_name": "cafe", "parent_folder_id": id })).await;
    assert_eq!(inner.status, 201);
    let inner = create(json!({ "folder_name": "cafe", "parent_folder_id": id })).await;
    assert_eq!(inner.error(), (409, "folder_name_duplicate".to_owned()));

    let unknown = caller.get("/api/v1/folders/unknown").await;
    assert_eq!(unknown.error(), (404, "folder_not_found".to_owned()));
    let empty = caller.get("/api/v1/folders/").await;
    assert_eq!(empty.error(), (400, "bad_request".to_owned()));
    let line = "POST /api/v1/folders";
    let tenant = ("x-tenant-id", &*sandbox.settings.tenant_id);
    let got = send(
        sandbox.url(),
        line,
        &[JSON, tenant],
        b"{\"folder_name\":\"c\"}",
    )
    .await;
    assert_eq!(got.error(), (401, "unauthorized".to_owned()));
}

#[tokio::test]
async fn a_folder_shows_its_children_and_counts_its_own_files() {
    let sandbox = Sandbox::start().await.unwrap();
    let caller = log_in(&sandbox).await;
    let outer = sandbox.folder("Pacientes").unwrap();
    let inner = sandbox.folder("Pacientes/Janeiro 2024").unwrap();
    let innermost = sandbox.folder("pacientes/janeiro-2024/Dia 1").unwrap();
    caller.upload(&outer).await;
    caller.upload(&inner).await;
    caller.upload(&inner).await;
    let folder = get(&caller, &outer).await;
    let time = folder["created_at"].clone();
    assert_eq!(
        folder,
        json!({
            "id": outer,
            "folder_name": "pacientes",
            "parent_folder_id": null,
            "created_at": time,
            "updated_at": time,
            "full_path": "pacientes",
            "prescription_files_count": 1,
            "child_folders": [{
                "id": inner,
                "folder_name": "janeiro-2024",
                "created_at": folder["child_folders"][0]["created_at"],
                "updated_at": folder["child_folders"][0]["updated_at"],
                "full_path": "pacientes/janeiro-2024",
                "prescription_files_count": 2,
            }],
        })
    );
    assert!(folder["child_folders"][0]["created_at"].is_string());
    let folder = get(&caller, &innermost).await;
    assert_eq!(
        (
            &folder["child_folders"],
            &folder["prescription_files_count"]
        ),
        (&json!([]), &json!(0))
    );
    assert_eq!(folder["full_path"], "pacientes/janeiro-2024/dia-1");
    assert_eq!(sandbox.folder("PACIENTES").unwrap(), outer);
    for nameless in ["", "a//b", "a/--"] {
        assert!(sandbox.folder(nameless).is_err(), "{nameless}");
    }
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    let sandbox = Sandbox::with(Settings {
        other_tenants: vec![other_tenant()],
        ..Settings::default()
    })
    .await
    .unwrap();
    let first = log_in(&sandbox).await;
    let second = log_in_to_other(&sandbox).await;
    let body = json!({ "folder_name": "Pasta" });
    let id = text(&first.create_folder(&body).await.json(), "id").to_owned();
    let got = second.get(&format!("/api/v1/folders/{id}")).await;
    assert_eq!(got.error(), (404, "folder_not_found".to_owned()));
    assert_eq!(second.create_folder(&body).await.status, 201);
    let nested = json!({ "folder_name": "x", "parent_folder_id": id });
    assert_eq!(second.create_folder(&nested).await.status, 409);
}

#[tokio::test]
async fn every_uuid_can_be_a_folder() {
    let sandbox = Sandbox::with(Settings {
        every_folder: true,
        ..Settings::default()
    })
    .await
    .unwrap();
    let caller = log_in(&sandbox).await;
    let id = "660e8400-e29b-41d4-a716-446655440001";
    let folder = get(&caller, id).await;
    assert_eq!(
        (text(&folder, "id"), text(&folder, "full_path")),
        (id, "pasta-660e8400-e29b-41d4-a716-446655440001")
    );
    caller.upload(id).await;
    assert_eq!(get(&caller, id).await["prescription_files_count"], 1);
    let parent = "770e8400-e29b-41d4-a716-446655440002";
    let body = json!({ "folder_name": "x", "parent_folder_id": parent });
    assert_eq!(caller.create_folder(&body).await.status, 201);
    assert_eq!(
        get(&caller, parent).await["child_folders"][0]["folder_name"],
        "x"
    );
    for no_uuid in [
        "660e8400",
        "660e8400-e29b-41d4-a716_446655440001",
        "g60e8400-e29b-41d4-a716-446655440001",
    ] {
        let got = caller.get(&format!("/api/v1/folders/{no_uuid}")).await;
        assert_eq!(got.error(), (404, "folder_not_found".to_owned()));
    }
}
