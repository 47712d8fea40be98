//! What the engine must know about Gensoft: how its error answers read.
//!
//! No error code is documented.

use common_http::{Answer, ErrorDetail, Operation, Profile, json};
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

/// Where a message of field errors ends. A path stands in it once for each of its fields.
const LONG: usize = 8 * 1024;

/// Joins field errors to one text, each with the path of its field.
///
/// They look like `{"patient": {"nome": ["..."]}, "procedures": [{}, {"codigo": ["..."]}]}`, or are
/// a bare list of texts.
fn field_errors(body: &[u8]) -> Option<String> {
    let (mut path, mut message) = (String::new(), String::new());
    let errors = json::decode(body).ok()?;
    gather(&errors, &mut path, DEPTH, &mut message);
    (!message.is_empty()).then_some(message)
}

/// `path` is the path so far, changed in place: with a copy for each field, a long path would cost many
/// times the body.
fn gather(errors: &Value, path: &mut String, depth: usize, message: &mut String) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let length = path.len();
    match errors {
        _ if message.len() > LONG => {}
        Value::Object(fields) => {
            for (field, errors) in fields {
                path.push_str(if length == 0 { "" } else { "." });
                path.push_str(field);
                gather(errors, path, depth, message);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            if !texts.is_empty() {
                let next = if message.is_empty() { "" } else { "; " };
                let colon = if length == 0 { "" } else { ": " };
                *message += &format!("{next}{path}{colon}{}", texts.join(" "));
            }
            for (n, item) in items.iter().enumerate() {
                path.push_str(&format!("[{n}]"));
                gather(item, path, depth, message);
                path.truncate(length);
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
        // A long path of many fields costs no more than a small multiple of the body.
        let fields: Vec<_> = (0..4000).map(|n| format!(r#""{n}":["x"]"#)).collect();
        let body = format!(r#"{{"{}":{{{}}}}}"#, "a".repeat(32_000), fields.join(","));
        assert!(message(&body).unwrap().len() < body.len());
    }
}
