//! Reports: the PDF of an execution. Each upload is a new version of it.

use bytes::Bytes;
use common_http::sandbox::multipart;
use common_http::sandbox::{Answer, Request};
use http::StatusCode;

use crate::sandbox::checks::admit;
use crate::sandbox::disposition;
use crate::sandbox::errors::Refusal;
use crate::sandbox::readings::{PathForm, ReportForm, WrongSlash};
use crate::sandbox::state::Laboratory;

/// A file as it was sent.
struct Upload {
    pdf: Bytes,
    file_name: Option<String>,
    field: Option<String>,
}

/// `PUT /api/v1/results/upload/execution/{executionId}`.
pub(super) fn upload(laboratory: &Laboratory, request: &Request) -> Result<Answer, Refusal> {
    let settings = &laboratory.settings;
    let execution = request.arg("executionId");
    if execution.is_empty() {
        return Err(Refusal::unknown_path());
    }
    let slash = request.raw_path().ends_with('/');
    let fits = match settings.report_path {
        PathForm::NoSlash => !slash,
        PathForm::Slash => slash,
        PathForm::Either => true,
    };
    if !fits {
        return Err(match settings.wrong_slash {
            WrongSlash::Redirect => Refusal::other_slash(request),
            WrongSlash::NotFound => Refusal::unknown_path(),
        });
    }
    admit(laboratory, request)?;
    let executions = settings.executions.as_ref();
    if executions.is_some_and(|known| !known.iter().any(|id| id == execution)) {
        return Err(Refusal::unknown_execution());
    }
    let kind = request.media_type();
    let upload = match (settings.report_form, kind.as_str()) {
        (ReportForm::Raw | ReportForm::Either, "application/pdf") => {
            raw(request, settings.file_name_required)?
        }
        (ReportForm::Multipart | ReportForm::Either, "multipart/form-data") => {
            form(request, &settings.report_field)?
        }
        _ => return Err(Refusal::media_type(&kind)),
    };
    let field = upload.field.as_deref().unwrap_or("file");
    if upload.pdf.is_empty() {
        return Err(Refusal::field(field, "O arquivo submetido está vazio."));
    }
    // PDF readers look for this within the first KiB.
    let start = &upload.pdf[..upload.pdf.len().min(1024)];
    if !start.windows(5).any(|five| five == b"%PDF-") {
        return Err(Refusal::field(field, "O arquivo submetido não é um PDF."));
    }
    laboratory.keep_report(execution, upload.pdf, upload.file_name, upload.field);
    Ok(settings.report_answer.answer())
}

fn raw(request: &Request, file_name_required: bool) -> Result<Upload, Refusal> {
    let header = request.header("content-disposition");
    let file_name = header.and_then(disposition::file_name);
    if file_name.is_none() && file_name_required {
        let text = "Missing filename. Request should include a Content-Disposition header with a \
            filename parameter.";
        return Err(Refusal::detail(StatusCode::BAD_REQUEST, text));
    }
    Ok(Upload {
        pdf: request.body().clone(),
        file_name,
        field: None,
    })
}

fn form(request: &Request, field: &str) -> Result<Upload, Refusal> {
    let parts = multipart::read(request).map_err(|_| {
        let text = "Multipart form parse error - Invalid boundary in multipart";
        Refusal::detail(StatusCode::BAD_REQUEST, text)
    })?;
    let part = parts.into_iter().find(|part| part.name == field);
    let Some(part) = part else {
        return Err(Refusal::field(field, "Nenhum arquivo foi submetido."));
    };
    if part.file_name.is_none() {
        let text = "O dado submetido não é um arquivo. Certifique-se do tipo de codificação no \
            formulário.";
        return Err(Refusal::field(field, text));
    }
    Ok(Upload {
        pdf: part.data,
        file_name: part.file_name,
        field: Some(part.name),
    })
}
