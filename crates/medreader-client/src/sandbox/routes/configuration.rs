//! The tenant's configuration.

use common_http::sandbox::{Answer, Request};
use http::StatusCode;
use serde_json::Value;

use crate::sandbox::configuration::{Configuration, FIELDS};
use crate::sandbox::errors::Refusal;
use crate::sandbox::records::Records;
use crate::sandbox::routes::sessions::{caller, json_body};
use crate::sandbox::tokens::Caller;

/// `GET /api/v1/tenant/configurations`.
pub(super) fn get(records: &mut Records, request: &Request) -> Result<Answer, Refusal> {
    let caller = permitted(records, request)?;
    let mask = records.settings.mask_secrets;
    let body = configuration(records, &caller)?.json(mask);
    records.json(StatusCode::OK, body)
}

/// `PUT /api/v1/tenant/configurations`.
///
/// Our reading: null clears a field, and counts as a field to update.
pub(super) fn update(records: &mut Records, request: &Request) -> Result<Answer, Refusal> {
    let bad =
        |word, description: &str| Err(Refusal::new(StatusCode::BAD_REQUEST, word, description));
    let caller = permitted(records, request)?;
    let Some(Value::Object(members)) = json_body(request) else {
        return bad("invalid_json", "Corpo da requisição não é um JSON válido");
    };
    let given: Vec<(&str, &Value)> = FIELDS
        .iter()
        .filter_map(|field| Some((*field, members.get(*field)?)))
        .collect();
    let mask = records.settings.mask_secrets;
    let configuration = configuration(records, &caller)?;
    if given.is_empty() {
        return bad(
            "no_fields_to_update",
            "Pelo menos um campo deve ser fornecido",
        );
    }
    let is_text = |value: &Value| value.is_string() || value.is_null();
    if !given.iter().all(|(_, value)| is_text(value)) {
        return bad("validation_error", "Os campos devem ser textos");
    }
    for (field, value) in given {
        configuration.set(field, value.as_str());
    }
    let body = configuration.json(mask);
    records.json(StatusCode::OK, body)
}

/// Who makes the request, if that user may read and update the configuration.
///
/// As documented, a missing permission is a 401 like an expired token.
fn permitted(records: &Records, request: &Request) -> Result<Caller, Refusal> {
    let caller = caller(records, request)?;
    let account = records.tenants.get(&caller.tenant);
    let member = account.and_then(|account| account.member(&caller.email));
    // Either permission will do.
    if member.is_some_and(|member| !member.user.permissions.is_empty()) {
        Ok(caller)
    } else {
        Err(Refusal::unauthorized(
            "Usuário não possui permissões necessárias",
        ))
    }
}

fn configuration<'a>(
    records: &'a mut Records,
    caller: &Caller,
) -> Result<&'a mut Configuration, Refusal> {
    let account = records.tenants.get_mut(&caller.tenant);
    let configuration = account.and_then(|account| account.configuration.as_mut());
    configuration.ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "tenant_configuration_not_found",
            "Configuração do tenant não encontrada",
        )
    })
}
