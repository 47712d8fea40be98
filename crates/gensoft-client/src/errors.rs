//! What the engine must know about Gensoft: how its error answers read.
//!
//! No error code is documented.

use common_http::{Answer, ErrorDetail, Operation, Profile};
use serde_json::Value;

pub(crate) static GENSOFT: Profile = Profile::new(
    "gensoft",
    concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")),
)
.read_error(read_error);

/// Reads the error bodies of Django REST framework, which the vendor is thought to use (inferred):
/// `{"detail": "..."}`, or lists of texts by field, nested as the fields are.
fn read_error(_: &Operation, answer: &Answer) -> ErrorDetail {
    let mut detail = ErrorDetail::from_json(
        answer.body(),
        &["code", "error_code"],
        &["detail", "message", "error", "error_message"],
    );
    if detail.message.is_none() {
        detail.message = field_errors(answer.body());
    }
    detail
}

/// How deep field errors may be nested. No attendance is nested deeper.
const DEPTH: usize = 16;

/// Joins field errors to one text, each with the path of its field.
///
/// They look like `{"patient": {"nome": ["..."]}, "procedures": [{}, {"codigo": ["..."]}]}`, or are
/// a bare list of texts.
fn field_errors(body: &[u8]) -> Option<String> {
    let mut lines = Vec::new();
    gather(&serde_json::from_slice(body).ok()?, "", DEPTH, &mut lines);
    (!lines.is_empty()).then(|| lines.join("; "))
}

fn gather(errors: &Value, path: &str, depth: usize, lines: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    match errors {
        Value::Object(fields) => {
            for (field, errors) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                gather(errors, &format!("{path}{dot}{field}"), depth, lines);
            }
        }
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            if !texts.is_empty() {
                let colon = if path.is_empty() { "" } else { ": " };
                lines.push(format!("{path}{colon}{}", texts.join(" ")));
            }
            for (n, item) in items.iter().enumerate() {
                gather(item, &format!("{path}[{n}]"), depth, lines);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn answer(status: StatusCode, body: &str) -> Answer {
        let mut response = http::Response::new(body.to_owned().into());
        *response.status_mut() = status;
        Answer::from(response)
    }

    fn message(body: &str) -> Option<String> {
        let operation = Operation::post("gensoft.test", "/");
        let detail = read_error(&operation, &answer(StatusCode::BAD_REQUEST, body));
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
            (
                r#"{"patient":{"nome":["um"]},"procedures":[{},{"codigo":["dois","tres"]}],"samples":["x"]}"#,
                Some("patient.nome: um; procedures[1].codigo: dois tres; samples: x"),
            ),
            (
                r#"[{},{"patient":["um"]},"dois"]"#,
                Some("dois; [1].patient: um"),
            ),
            (r#"["texto de exemplo"]"#, Some("texto de exemplo")),
            (r#"{"error_message":"texto"}"#, Some("texto")),
            ("<html>", None),
            ("", None),
            ("[]", None),
            (r#"{"a":1}"#, None),
            (r#"{"a":[1]}"#, None),
            (r#"{"a":{"b":"texto"}}"#, None),
            // Too deep.
            (
                &format!("{}[\"x\"]{}", "[".repeat(40), "]".repeat(40)),
                None,
            ),
        ] {
            assert_eq!(message(body).as_deref(), expected, "{body}");
        }
    }
}
