//! Results: one by its id, or all of a folder.

use common_http::sandbox::Request;
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    errors::Refusal,
    folders,
    login::caller,
    outcome::Outcome,
    readings::{EmptyFolder, PathForm, UnknownFolder},
    turn::{Reply, Turn},
};

/// `GET /api/v1/prescriptions/{prescription-id}/result`.
pub(super) fn one(turn: &mut Turn<'_>, request: &Request) -> Reply {
    let caller = caller(turn, request)?;
    let id = request.arg("prescription-id");
    if id.is_empty() {
        return Err(Refusal::bad_request("ID da prescrição é obrigatório"));
    }
    let (form, times) = (turn.settings.path_form, turn.settings.times);
    let found = turn.state.prescriptions.by_result(&caller.tenant, id);
    let Some(prescription) = found else {
        return Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "prescription_file_not_found",
            "Prescrição não encontrada",
        ));
    };
    let (status, score, notes) = Outcome::fields(prescription.outcome());
    let body = json!({
        "id": prescription.result_id,
        "created_at": times.write(prescription.uploaded),
        "prescription_confidence_score": score,
        "prescription_confidence_notes": notes,
        "status": status,
        "folder_id": prescription.upload.folder_id,
        "folder_fullpath": match form {
            PathForm::AsDocumented | PathForm::Normalised => &prescription.folder_path,
            PathForm::DisplayNames => &prescription.folder_display_path,
        },
    });
    prescription.shown();
    turn.json(StatusCode::OK, body)
}

/// `GET /api/v1/prescriptions/results?folder-id=`.
pub(super) fn of_folder(turn: &mut Turn<'_>, request: &Request) -> Reply {
    let caller = caller(turn, request)?;
    let id = request.query("folder-id").unwrap_or_default();
    if id.is_empty() {
        return Err(Refusal::bad_request("Parâmetro folder-id é obrigatório"));
    }
    let folder = folders::find(turn, &caller.tenant, id);
    if folder.is_none() && turn.settings.unknown_folder == UnknownFolder::NotFound {
        return Err(Refusal::folder());
    }
    let path = folder.map(|folder| match turn.settings.path_form {
        PathForm::AsDocumented | PathForm::DisplayNames => folder.display_path,
        PathForm::Normalised => folder.full_path,
    });
    let there = turn.state.prescriptions.in_folder(&caller.tenant, id);
    let results: Vec<Value> = there
        .map(|prescription| {
            let (status, _, _) = Outcome::fields(prescription.outcome());
            prescription.shown();
            json!({ "id": prescription.result_id, "status": status })
        })
        .collect();
    if results.is_empty() && turn.settings.empty_folder == EmptyFolder::NotFound {
        return Err(Refusal::folder());
    }
    let body = json!({ "folder_id": id, "folder_fullpath": path, "results": results });
    turn.json(StatusCode::OK, body)
}
