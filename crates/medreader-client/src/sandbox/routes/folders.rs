//! Folders.

use common_http::sandbox::{Answer, Request};
use http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::errors::Refusal;
use crate::sandbox::folders::normalize;
use crate::sandbox::records::{Kind, Records};
use crate::sandbox::routes::sessions::{caller, json_body};

/// `POST /api/v1/folders`.
pub(super) fn create(records: &mut Records, request: &Request) -> Result<Answer, Refusal> {
    let tenant = caller(records, request)?.tenant;
    let body = json_body(request).unwrap_or_default();
    let display_name = body["folder_name"].as_str().unwrap_or_default();
    let name = normalize(display_name);
    // Our reading: a name of which nothing is left is as good as none.
    if name.is_empty() {
        return Err(Refusal::validation("Nome da pasta é obrigatório"));
    }
    let parent_id = match &body["parent_folder_id"] {
        Value::Null => None,
        Value::String(id) => Some(id.as_str()),
        _ => return Err(Refusal::validation("ID da pasta pai é inválido")),
    };
    let conflict = |word, description: &str| {
        let status = StatusCode::CONFLICT;
        Err(Refusal::new(status, word, description))
    };
    if parent_id.is_some_and(|id| records.folder(&tenant, id).is_none()) {
        return conflict("parent_folder_not_found", "Pasta pai não encontrada");
    }
    if records.folders.named(&tenant, parent_id, &name).is_some() {
        return conflict(
            "folder_name_duplicate",
            "Já existe uma pasta com este nome no mesmo nível",
        );
    }
    let (id, now) = (records.new_id(Kind::Folder), records.now);
    let folders = &mut records.folders;
    let folder = folders.add(id, &tenant, parent_id, display_name, now);
    let created = records.time(folder.created);
    let body = json!({
        "id": folder.id,
        "folder_name": folder.name,
        "parent_folder_id": folder.parent_id,
        "full_path": folder.full_path,
        "created_at": created,
        "updated_at": created,
    });
    records.json(StatusCode::CREATED, body)
}

/// `GET /api/v1/folders/{folder-id}`.
pub(super) fn get(records: &mut Records, request: &Request) -> Result<Answer, Refusal> {
    let tenant = caller(records, request)?.tenant;
    let id = request.arg("folder-id");
    if id.is_empty() {
        return Err(Refusal::bad_request("ID da pasta é obrigatório"));
    }
    let folder = records.folder(&tenant, id).ok_or_else(Refusal::folder)?;
    // Our reading: the files of subfolders do not count.
    let count = |folder_id: &str| {
        let all = records.prescriptions.iter();
        all.filter(|one| one.is_in(&tenant, folder_id)).count()
    };
    let children = records.folders.children(&tenant, Some(id));
    let children: Vec<Value> = children
        .map(|child| {
            let created = records.time(child.created);
            json!({
                "id": child.id,
                "folder_name": child.name,
                "created_at": created,
                "updated_at": created,
                "full_path": child.full_path,
                "prescription_files_count": count(&child.id),
            })
        })
        .collect();
    let created = records.time(folder.created);
    let body = json!({
        "id": folder.id,
        "folder_name": folder.name,
        "parent_folder_id": folder.parent_id,
        "created_at": created,
        "updated_at": created,
        "full_path": folder.full_path,
        "prescription_files_count": count(id),
        "child_folders": children,
    });
    records.json(StatusCode::OK, body)
}
