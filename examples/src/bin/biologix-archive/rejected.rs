//! What can still be read in an item that is not readable as an exam.

use biologix_client::exams::Exam;
use biologix_client::{Extra, RawJson, TextOrNumber};
use serde_json::{Deserializer, Value};

use crate::ledger::DoneExam;

/// The exam, if the item says that it is done and has the key of its report.
pub(crate) fn done_exam(item: &RawJson) -> Option<DoneExam> {
    let mut fields: Extra = item.parse().unwrap_or_default();
    for name in ["examId", "examKey", "status"] {
        let is_odd = fields.get(name).is_none_or(Value::is_null);
        if is_odd && let Some(value) = only_mention(item.as_str(), name) {
            fields.insert(name.to_owned(), value);
        }
    }
    // A number is no id of an exam, but a name for its file.
    let id = fields.remove("examId").map(serde_json::from_value);
    let id = id.and_then(|id: Result<TextOrNumber, _>| Some(id.ok()?.as_text().into_owned()));
    fields.insert("examId".to_owned(), "-".into());
    let exam: Exam = serde_json::from_value(Value::Object(fields)).ok()?;
    // Two exams could share a file whose name has lost a character.
    let is_name = |id: &String| !id.is_empty() && !id.contains(char::REPLACEMENT_CHARACTER);
    Some(DoneExam {
        id: id.filter(is_name),
        key: Some(exam.is_done().then(|| exam.report_key())??),
    })
}

/// The text or number of a member in a text that need not be JSON, if its name stands there once:
/// else it may be another record's.
fn only_mention(text: &str, name: &str) -> Option<Value> {
    let (before, after) = text.split_once(&format!("\"{name}\""))?;
    if before.contains(name) || after.contains(name) {
        return None;
    }
    let value = after.trim_start().strip_prefix(':')?;
    let value: Value = Deserializer::from_str(value).into_iter().next()?.ok()?;
    (value.is_string() || value.is_number()).then_some(value)
}

#[cfg(test)]
mod tests {
    use biologix_client::Answer;

    use super::*;

    fn read(item: &str) -> Option<(Option<String>, String)> {
        let answer = Answer::from(biologix_client::http::Response::new(
            format!("[{item}]").into(),
        ));
        let exam = done_exam(answer.items::<Exam>().unwrap()[0].raw())?;
        Some((exam.id, exam.key.unwrap().as_str().to_owned()))
    }

    #[test]
    fn what_names_a_report_is_found() {
        let key = || "K1".to_owned();
        for (item, id) in [
            (
                r#"{"examId":"E1","status":6,"examKey":"K1","x":[1}"#,
                Some("E1"),
            ),
            (
                r#"{"examId" : "E1" "status": 6, "examKey": " K1 "}"#,
                Some("E1"),
            ),
            (
                r#"{examId:1,"examId":"E1","status":6,"examKey":"K1"}"#,
                None,
            ),
            (r#"{"examId":7,"status":"DONE","examKey":"K1"}"#, Some("7")),
            (r#"{"examId":"","status":6,"examKey":"K1"}"#, None),
            (r#"{"examId":null,"status":6,"examKey":"K1"}"#, None),
            (r#"{"examId":"E\ud800","status":6,"examKey":"K1"}"#, None),
            (r#"{"examId":["E1"],"status":6,"examKey":"K1"}"#, None),
            (r#"{"status":6,"examKey":"K1"}"#, None),
            (
                r#"{"status":6,"examKey":"K1","a":{"examId":"E2"},"b":{"examId":"E3"}}"#,
                None,
            ),
        ] {
            assert_eq!(read(item), Some((id.map(str::to_owned), key())), "{item}");
        }
        for item in [
            "7",
            "null",
            r#""status""#,
            r#"{"examId":"","status":5,"examKey":"K1"}"#,
            r#"{"examId":"","status":6,"examKey":".."}"#,
            r#"{"examId":"","status":6}"#,
            r#"{"examKey":"K1","status":6,"examKey":"K2","x":[1}"#,
        ] {
            assert_eq!(read(item), None, "{item}");
        }
    }
}
