//! What the engine must know of Gensoft: next to nothing is known of its error answers.

use common_http::{ErrorAnswer, ErrorDetail, Vendor};
use serde_json::Value;

/// Gensoft, as the engine knows it.
pub(crate) static GENSOFT: Vendor = Vendor {
    name: "gensoft",
    user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
    // None is documented, none was observed.
    codes: &[],
    throttle_floor: None,
    read_error,
};

/// Inferred (Django REST framework): `{"detail": "..."}`, or lists of texts by field. Any other body is kept as it is.
fn read_error(answer: &ErrorAnswer<'_>) -> ErrorDetail {
    let mut detail = ErrorDetail::from_json(
        answer.body,
        &["code", "error_code"],
        &["detail", "message", "error", "error_message"],
    );
    if detail.message.is_none() {
        detail.message = field_errors(answer.body);
    }
    detail
}

/// `{"patient": ["..."], "non_field_errors": ["..."]}` as one text, or a bare list of texts.
fn field_errors(body: &[u8]) -> Option<String> {
    let lines: Vec<String> = match serde_json::from_slice(body).ok()? {
        Value::Object(fields) => fields
            .iter()
            .filter_map(|(field, texts)| Some(format!("{field}: {}", joined(texts)?)))
            .collect(),
        texts => joined(&texts).into_iter().collect(),
    };
    (!lines.is_empty()).then(|| lines.join("; "))
}

fn joined(texts: &Value) -> Option<String> {
    let texts: Option<Vec<_>> = texts.as_array()?.iter().map(Value::as_str).collect();
    texts
        .filter(|texts| !texts.is_empty())
        .map(|texts| texts.join(" "))
}

#[cfg(test)]
mod tests {
    use common_http::Operation;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn message(body: &str) -> Option<String> {
        let operation = Operation::post("gensoft.test", "/");
        let detail = read_error(&ErrorAnswer {
            operation: &operation,
            status: StatusCode::BAD_REQUEST,
            headers: &HeaderMap::new(),
            body: body.as_bytes(),
        });
        detail.message
    }

    #[test]
    fn framework_error_bodies_are_understood() {
        for (body, expected) in [
            (r#"{"detail":"texto de exemplo"}"#, Some("texto de exemplo")),
            (
                r#"{"patient":["um","dois"],"non_field_errors":["tres"]}"#,
                Some("non_field_errors: tres; patient: um dois"),
            ),
            (r#"["texto de exemplo"]"#, Some("texto de exemplo")),
            (r#"{"error_message":"texto"}"#, Some("texto")),
            ("<html>", None),
            ("", None),
            ("[]", None),
            (r#"{"a":1}"#, None),
            (r#"{"a":[1]}"#, None),
        ] {
            assert_eq!(message(body).as_deref(), expected, "{body}");
        }
    }
}
