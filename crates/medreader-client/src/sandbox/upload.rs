//! Uploading a prescription's file.

use common_http::sandbox::Request;
use http::StatusCode;
use serde_json::json;

use super::{
    errors::Refusal,
    folders,
    login::caller,
    multipart::{self, Part},
    turn::{Reply, Turn},
};

/// The four formats of the document: content type, the extension that the stored file gets, and how a file begins.
const FORMATS: [(&str, &str, &[&[u8]]); 4] = [
    ("application/pdf", "pdf", &[]),
    ("image/jpeg", "jpg", &[b"\xff\xd8\xff"]),
    ("image/png", "png", &[b"\x89PNG\r\n\x1a\n"]),
    ("image/tiff", "tiff", &[b"II*\0", b"MM\0*"]),
];

/// `POST /api/v1/prescription-files`.
pub(super) fn upload(turn: &mut Turn<'_>, request: &Request) -> Reply {
    let caller = caller(turn, request)?;
    let parts = multipart::read(request)
        .map_err(|why| Refusal::bad_request(format!("The form cannot be read: {why}")))?;
    let folder_id = only(&parts, "folder_id")?;
    let folder_id = std::str::from_utf8(&folder_id.data).unwrap_or_default();
    let file = only(&parts, "file")?;
    // A part without a file name is a field of the form and no file.
    let Some(file_name) = file.file_name.clone() else {
        return Err(Refusal::bad_request("Arquivo não fornecido"));
    };
    if file.data.is_empty() {
        return Err(Refusal::bad_request("Arquivo vazio"));
    }
    let content_type = file.content_type.as_deref().unwrap_or_default();
    let format = FORMATS.iter().find(|(kind, ..)| *kind == content_type);
    let Some((_, extension, _)) =
        format.filter(|_| !turn.settings.check_content || is_known(&file.data))
    else {
        return Err(Refusal::bad_request("Formato não suportado"));
    };
    // Our reading: the document lists no other status here.
    let folder = folders::find(turn, &caller.tenant, folder_id);
    let folder = folder.ok_or_else(|| Refusal::bad_request("Pasta não encontrada"))?;

    let kind = content_type.to_owned();
    let upload = turn.take_in(caller.tenant, &folder, file_name, kind, file.data.clone());
    let uploaded_at = turn.time(turn.now);
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
    turn.json(StatusCode::ACCEPTED, body)
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

/// Whether the content begins as one of the four formats; a PDF has its mark within the first kibibyte.
fn is_known(content: &[u8]) -> bool {
    let start = &content[..content.len().min(1024)];
    start.windows(5).any(|five| five == b"%PDF-")
        || FORMATS
            .iter()
            .flat_map(|(_, _, beginnings)| *beginnings)
            .any(|beginning| content.starts_with(beginning))
}
