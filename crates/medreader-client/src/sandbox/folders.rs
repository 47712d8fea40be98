//! Folders: a tree for each tenant, with names that the vendor normalises.

use std::time::SystemTime;

use common_http::sandbox::{Request, SandboxError};
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    errors::Refusal,
    ids::Kind,
    login::{caller, json_body},
    normalize::normalize,
    turn::{Reply, Turn},
};

/// One folder.
#[derive(Clone)]
pub(super) struct Folder {
    pub(super) id: String,
    tenant: String,
    /// Normalised.
    name: String,
    parent_id: Option<String>,
    /// The names of all folders down to this one, normalised.
    pub(super) full_path: String,
    /// The names as they were given, after a slash each.
    pub(super) display_path: String,
    created: SystemTime,
}

/// All tenants' folders, oldest first.
#[derive(Default)]
pub(super) struct Folders(Vec<Folder>);

impl Folders {
    pub(super) fn get(&self, tenant: &str, id: &str) -> Option<&Folder> {
        self.0
            .iter()
            .find(|folder| folder.tenant == tenant && folder.id == id)
    }

    fn named(&self, tenant: &str, parent_id: Option<&str>, name: &str) -> Option<&Folder> {
        self.children(tenant, parent_id)
            .find(|folder| folder.name == name)
    }

    fn children(&self, tenant: &str, parent_id: Option<&str>) -> impl Iterator<Item = &Folder> {
        self.0.iter().filter(move |folder| {
            folder.tenant == tenant && folder.parent_id.as_deref() == parent_id
        })
    }
}

/// The folder of this id, if the tenant has one. With the setting, it has one for every UUID.
pub(super) fn find(turn: &mut Turn<'_>, tenant: &str, id: &str) -> Option<Folder> {
    let there = turn.state.folders.get(tenant, id).cloned();
    if there.is_some() || !turn.settings.every_folder || !is_uuid(id) {
        return there;
    }
    let name = format!("pasta-{id}");
    Some(add(turn, tenant, None, &name.clone(), name, Some(id)))
}

fn is_uuid(id: &str) -> bool {
    let hyphens = [8, 13, 18, 23];
    id.len() == 36
        && id.bytes().enumerate().all(|(place, byte)| {
            if hyphens.contains(&place) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

/// `POST /api/v1/folders`.
pub(super) fn create(turn: &mut Turn<'_>, request: &Request) -> Reply {
    let caller = caller(turn, request)?;
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
    if parent_id.is_some_and(|id| find(turn, &caller.tenant, id).is_none()) {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "parent_folder_not_found",
            "Pasta pai não encontrada",
        ));
    }
    let folders = &turn.state.folders;
    if folders.named(&caller.tenant, parent_id, &name).is_some() {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "folder_name_duplicate",
            "Já existe uma pasta com este nome no mesmo nível",
        ));
    }
    let folder = add(turn, &caller.tenant, parent_id, display_name, name, None);
    let body = json!({
        "id": folder.id,
        "folder_name": folder.name,
        "parent_folder_id": folder.parent_id,
        "full_path": folder.full_path,
        "created_at": turn.time(folder.created),
        "updated_at": turn.time(folder.created),
    });
    turn.json(StatusCode::CREATED, body)
}

/// `GET /api/v1/folders/{folder-id}`.
pub(super) fn get(turn: &mut Turn<'_>, request: &Request) -> Reply {
    let caller = caller(turn, request)?;
    let id = request.arg("folder-id");
    if id.is_empty() {
        return Err(Refusal::bad_request("ID da pasta é obrigatório"));
    }
    let folder = find(turn, &caller.tenant, id).ok_or_else(Refusal::folder)?;
    // Our reading: the files of subfolders do not count.
    let files = |id: &str| turn.state.prescriptions.count_in(&caller.tenant, id);
    let children = turn.state.folders.children(&caller.tenant, Some(id));
    let children: Vec<Value> = children
        .map(|child| {
            json!({
                "id": child.id,
                "folder_name": child.name,
                "created_at": turn.time(child.created),
                "updated_at": turn.time(child.created),
                "full_path": child.full_path,
                "prescription_files_count": files(&child.id),
            })
        })
        .collect();
    let body = json!({
        "id": folder.id,
        "folder_name": folder.name,
        "parent_folder_id": folder.parent_id,
        "created_at": turn.time(folder.created),
        "updated_at": turn.time(folder.created),
        "full_path": folder.full_path,
        "prescription_files_count": files(id),
        "child_folders": children,
    });
    turn.json(StatusCode::OK, body)
}

/// The folder at a path of display names in the sandbox's own tenant; what is missing of it is created.
pub(super) fn ensure(turn: &mut Turn<'_>, path: &str) -> Result<String, SandboxError> {
    let names: Vec<(&str, String)> = path
        .split('/')
        .map(|name| (name, normalize(name)))
        .collect();
    if names.iter().any(|(_, name)| name.is_empty()) {
        return Err(SandboxError::unknown_item("folder", path));
    }
    let tenant = turn.settings.tenant_id.clone();
    let mut at = String::new();
    for (display_name, name) in names {
        let parent_id = Some(at.as_str()).filter(|id| !id.is_empty());
        let there = turn.state.folders.named(&tenant, parent_id, &name);
        at = match there.map(|folder| folder.id.clone()) {
            Some(id) => id,
            None => add(turn, &tenant, parent_id, display_name, name, None).id,
        };
    }
    Ok(at)
}

fn add(
    turn: &mut Turn<'_>,
    tenant: &str,
    parent_id: Option<&str>,
    display_name: &str,
    name: String,
    id: Option<&str>,
) -> Folder {
    let state = &mut *turn.state;
    let parent = parent_id.and_then(|id| state.folders.get(tenant, id));
    let folder = Folder {
        id: id.map_or_else(|| state.ids.next(Kind::Folder), str::to_owned),
        tenant: tenant.to_owned(),
        full_path: parent.map_or_else(|| name.clone(), |up| format!("{}/{name}", up.full_path)),
        display_path: format!(
            "{}/{display_name}",
            parent.map_or("", |up| up.display_path.as_str())
        ),
        name,
        parent_id: parent_id.map(str::to_owned),
        created: turn.now,
    };
    state.folders.0.push(folder.clone());
    folder
}
