//! The answers that a document has for each operation.

use serde_json::Value;

use crate::Document;

/// An answer of an operation in the document: one for each status, media type and example.
#[derive(Debug, Clone)]
pub struct DocumentedAnswer {
    /// The operation's id.
    pub operation: String,
    /// The status; `None` for all those that have no answer of their own (`default`).
    pub status: Option<u16>,
    /// The media type, if there is a body.
    pub media_type: Option<String>,
    /// The example's name, if it has one.
    pub example: Option<String>,
    /// The example, if there is one.
    pub value: Option<Value>,
    /// The `Retry-After` of the example.
    pub retry_after: Option<String>,
}

impl Document {
    /// All answers of all operations.
    ///
    /// # Panics
    /// An answer has neither a status nor is it the `default`.
    pub fn answers(&self) -> Vec<DocumentedAnswer> {
        let mut found = Vec::new();
        for (_, _, operation) in self.operations() {
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let answer = self.resolve(answer);
                let retry_after = answer.pointer("/headers/Retry-After/example");
                let whole = DocumentedAnswer {
                    operation: operation["operationId"].as_str().unwrap().to_owned(),
                    status: (status != "default").then(|| status.parse().unwrap()),
                    media_type: None,
                    example: None,
                    value: None,
                    retry_after: retry_after.map(|text| text.as_str().unwrap().to_owned()),
                };
                match answer["content"].as_object() {
                    Some(contents) => {
                        found.extend(contents.iter().flat_map(|(media_type, body)| {
                            let media_type = Some(media_type.clone());
                            bodies(
                                &DocumentedAnswer {
                                    media_type,
                                    ..whole.clone()
                                },
                                body,
                            )
                        }))
                    }
                    None => found.push(whole),
                }
            }
        }
        found
    }
}

/// An answer for each example of this body, or one if it has none.
fn bodies(answer: &DocumentedAnswer, body: &Value) -> Vec<DocumentedAnswer> {
    match body["examples"].as_object() {
        Some(examples) => examples
            .iter()
            .map(|(name, example)| DocumentedAnswer {
                example: Some(name.clone()),
                value: Some(example["value"].clone()),
                ..answer.clone()
            })
            .collect(),
        None => vec![DocumentedAnswer {
            value: body.get("example").cloned(),
            ..answer.clone()
        }],
    }
}
