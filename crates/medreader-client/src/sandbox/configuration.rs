//! The configuration of a tenant.

use common_http::sandbox::Request;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    errors::Refusal,
    login::{Caller, configurator, json_body},
    turn::{Reply, Turn},
};

/// The fields, in the document's order.
const FIELDS: [&str; 8] = [
    "s3_bucket_name",
    "s3_region",
    "s3_access_key_id",
    "s3_secret_access_key",
    "s3_base_path",
    "webhook_url",
    "webhook_user",
    "webhook_password",
];

/// The fields that come back masked, where the settings say so.
const SECRETS: [&str; 2] = ["s3_secret_access_key", "webhook_password"];

/// A configuration; a field that is not set is null.
#[derive(Default)]
pub(super) struct Configuration([Option<String>; FIELDS.len()]);

impl Configuration {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let place = FIELDS.iter().position(|field| *field == name)?;
        self.0[place].as_deref()
    }

    pub(super) fn set(&mut self, name: &str, value: Option<&str>) {
        if let Some(place) = FIELDS.iter().position(|field| *field == name) {
            self.0[place] = value.map(str::to_owned);
        }
    }

    fn json(&self, mask: bool) -> Value {
        let field = |name: &'static str| match self.get(name) {
            Some(_) if mask && SECRETS.contains(&name) => (name.to_owned(), json!("***")),
            value => (name.to_owned(), json!(value)),
        };
        Value::Object(FIELDS.into_iter().map(field).collect::<Map<_, _>>())
    }
}

/// `GET /api/v1/tenant/configurations`.
pub(super) fn get(turn: &mut Turn<'_>, request: &Request) -> Reply {
    let caller = configurator(turn, request)?;
    let mask = turn.settings.mask_secrets;
    let body = of(turn, &caller)?.json(mask);
    turn.json(StatusCode::OK, body)
}

/// `PUT /api/v1/tenant/configurations`. Our reading: null clears a field, and counts as a field to update.
pub(super) fn update(turn: &mut Turn<'_>, request: &Request) -> Reply {
    let bad =
        |word, description: &str| Err(Refusal::new(StatusCode::BAD_REQUEST, word, description));
    let caller = configurator(turn, request)?;
    let Some(Value::Object(members)) = json_body(request) else {
        return bad("invalid_json", "Corpo da requisição não é um JSON válido");
    };
    let given: Vec<(&str, &Value)> = FIELDS
        .iter()
        .filter_map(|field| Some((*field, members.get(*field)?)))
        .collect();
    let mask = turn.settings.mask_secrets;
    let configuration = of(turn, &caller)?;
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
    turn.json(StatusCode::OK, body)
}

fn of<'a>(turn: &'a mut Turn<'_>, caller: &Caller) -> Result<&'a mut Configuration, Refusal> {
    let office = turn.state.tenants.get_mut(&caller.tenant);
    let configuration = office.and_then(|office| office.configuration.as_mut());
    configuration.ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "tenant_configuration_not_found",
            "Configuração do tenant não encontrada",
        )
    })
}
