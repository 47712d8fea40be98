//! Prescriptions: upload, one result, the results of a folder.

use std::str;
use std::sync::Arc;

use common_http::sandbox::multipart::{self, Part};
use common_http::sandbox::{Answer, Request};
use http::StatusCode;
use serde_json::{Value, json};

use crate::sandbox::errors::Refusal;
use crate::sandbox::prescriptions::{Prescription, Stage, Upload};
use crate::sandbox::readings::{EmptyFolder, IdReading, PathForm, UnknownFolder};
use crate::sandbox::records::{Kind, Records};
use crate::sandbox::routes::sessions::caller;

/// The four formats of the document.
///
/// Each has its content type, the extension that the stored file gets, and how a file begins.
const FORMATS: [(&str, &str, &[&[u8]]); 4] = [
    ("application/pdf", "pdf", &[]),
    ("image/jpeg", "jpg", &[b"\xff\xd8\xff"]),
    ("image/png", "png", &[b"\x89PNG\r\n\x1a\n"]),
    ("image/tiff", "tiff", &[b"II*\0", b"MM\0*"]),
];

/// `POST /api/v1/prescription-files`.
pub(super) fn upload(records: &mut Records, request: &Request) -> Result<Answer, Refusal> {
    let settings = Arc::clone(&records.settings);
    let tenant = caller(records, request)?.tenant;
    let parts = multipart::read(request)
        .map_err(|why| Refusal::bad_request(format!("The form cannot be read: {why}")))?;
    let folder_id = only(&parts, "folder_id")?;
    let folder_id = str::from_utf8(&folder_id.data).unwrap_or_default();
    let file = only(&parts, "file")?;
    // A part without a file name is a field of the form, not a file.
    let Some(file_name) = file.file_name.clone() else {
        return Err(Refusal::bad_request("Arquivo não fornecido"));
    };
    if file.data.is_empty() {
        return Err(Refusal::bad_request("Arquivo vazio"));
    }
    let content_type = file.content_type.clone().unwrap_or_default();
    let format = FORMATS.iter().find(|(kind, ..)| *kind == content_type);
    let is_refused = settings.check_content && !is_known(&file.data);
    let Some((_, extension, _)) = format.filter(|_| !is_refused) else {
        return Err(Refusal::bad_request("Formato não suportado"));
    };
    // Our reading: the document lists no other status here.
    let folder = records
        .folder(&tenant, folder_id)
        .ok_or_else(|| Refusal::bad_request("Pasta não encontrada"))?;

    let id = records.new_id(Kind::Upload);
    let mut id_for = |reading, kind| match reading {
        IdReading::Same => id.clone(),
        IdReading::Different => records.new_id(kind),
        IdReading::Number => records.new_number(kind),
    };
    let result_id = id_for(settings.result_ids, Kind::Analysis);
    let webhook_id = id_for(settings.webhook_ids, Kind::Webhook);
    let upload = Upload {
        id,
        folder_id: folder.id,
        file_name,
        content_type,
        content: file.data.clone(),
    };
    let uploaded_at = records.time(records.now);
    let date = uploaded_at[..10].replace('-', "/");
    let body = json!({
        "id": upload.id,
        "folder_id": upload.folder_id,
        "file_path": format!("prescriptions/{date}/{}.{extension}", upload.id),
        "file_type": upload.content_type,
        "file_size": upload.content.len(),
        "original_filename": upload.file_name,
        "processed": false,
        "uploaded_at": uploaded_at,
        "message": "File uploaded successfully and will be processed asynchronously",
    });
    let analysis = records.analyses.pop_front();
    records.prescriptions.push(Prescription {
        upload,
        tenant,
        result_id,
        webhook_id,
        folder_path: folder.full_path,
        folder_display_path: folder.display_path,
        uploaded: records.now,
        analysis: analysis.unwrap_or_else(|| settings.analysis.clone()),
        stage: Stage::new(settings.processing, records.now),
    });
    records.json(StatusCode::ACCEPTED, body)
}

/// The one part of this name.
fn only<'a>(parts: &'a [Part], name: &str) -> Result<&'a Part, Refusal> {
    let mut found = parts.iter().filter(|part| part.name == name);
    match (found.next(), found.next()) {
        (Some(part), None) => Ok(part),
        (None, _) => Err(Refusal::bad_request("Arquivo ou folder_id não fornecido")),
        (Some(_), Some(_)) => Err(Refusal::bad_request(
            "Arquivo ou folder_id fornecido duas vezes",
        )),
    }
}

/// Whether the content begins like one of the four formats. A PDF has its mark within 1,024 bytes.
fn is_known(content: &[u8]) -> bool {
    let start = &content[..content.len().min(1024)];
    let mut beginnings = FORMATS.iter().flat_map(|(_, _, beginnings)| *beginnings);
    start.windows(5).any(|five| five == b"%PDF-")
        || beginnings.any(|beginning| content.starts_with(beginning))
}

/// `GET /api/v1/prescriptions/{prescription-id}/result`.
pub(super) fn result(records: &mut Records, request: &Request) -> Result<Answer, Refusal> {
    let tenant = caller(records, request)?.tenant;
    let id = request.arg("prescription-id");
    if id.is_empty() {
        return Err(Refusal::bad_request("ID da prescrição é obrigatório"));
    }
    let settings = Arc::clone(&records.settings);
    let mut all = records.prescriptions.iter_mut();
    let found = all.find(|one| one.tenant == tenant && one.result_id == id);
    let Some(prescription) = found else {
        return Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "prescription_file_not_found",
            "Prescrição não encontrada",
        ));
    };
    let (status, score, notes) = prescription.analysis();
    let body = json!({
        "id": settings.result_ids.write(&prescription.result_id),
        "created_at": settings.times.write(prescription.uploaded),
        "prescription_confidence_score": score,
        "prescription_confidence_notes": notes,
        "status": status,
        "folder_id": prescription.upload.folder_id,
        "folder_fullpath": match settings.path_form {
            PathForm::AsDocumented | PathForm::Normalised => &prescription.folder_path,
            PathForm::DisplayNames => &prescription.folder_display_path,
        },
    });
    prescription.shown();
    records.json(StatusCode::OK, body)
}

/// `GET /api/v1/prescriptions/results?folder-id=`.
pub(super) fn results(records: &mut Records, request: &Request) -> Result<Answer, Refusal> {
    let tenant = caller(records, request)?.tenant;
    let id = request.query("folder-id").unwrap_or_default();
    if id.is_empty() {
        return Err(Refusal::bad_request("Parâmetro folder-id é obrigatório"));
    }
    let settings = Arc::clone(&records.settings);
    let folder = records.folder(&tenant, id);
    if folder.is_none() && settings.unknown_folder == UnknownFolder::NotFound {
        return Err(Refusal::folder());
    }
    let path = folder.map(|folder| match settings.path_form {
        PathForm::AsDocumented | PathForm::DisplayNames => folder.display_path,
        PathForm::Normalised => folder.full_path,
    });
    let results: Vec<Value> = records
        .prescriptions
        .iter_mut()
        .filter(|one| one.is_in(&tenant, id))
        .map(|one| {
            let (status, ..) = one.analysis();
            one.shown();
            json!({ "id": settings.result_ids.write(&one.result_id), "status": status })
        })
        .collect();
    let mut body = json!({ "folder_id": id, "folder_fullpath": path, "results": results });
    if results.is_empty() {
        match settings.empty_folder {
            EmptyFolder::NoResults => {}
            EmptyFolder::NotFound => return Err(Refusal::folder()),
            EmptyFolder::NullResults => body["results"] = Value::Null,
            EmptyFolder::Null => body = Value::Null,
            EmptyFolder::NoBody => return Ok(Answer::new(StatusCode::OK)),
            EmptyFolder::NoContent => return Ok(Answer::new(StatusCode::NO_CONTENT)),
        }
    }
    records.json(StatusCode::OK, body)
}
