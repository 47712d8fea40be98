//! The part of JSON Schema that the documents use.

use serde_json::{Value, json};

use crate::Document;

impl Document {
    /// The parts of the value that the schema does not allow.
    ///
    /// If the schema has `properties`, a field that it does not name is not allowed: the vendor may
    /// send any field, but an example shows the known ones. `additionalProperties` allows others.
    ///
    /// # Panics
    /// The schema uses a keyword that this check does not support.
    pub fn misfits(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let schema = self.resolve(schema);
        let mut found = Vec::new();
        for (keyword, rule) in schema.as_object().unwrap() {
            let fits = match keyword.as_str() {
                "type" => types(rule).iter().any(|name| has_type(value, name)),
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "minLength" => value
                    .as_str()
                    .is_none_or(|text| text.len() as u64 >= rule.as_u64().unwrap()),
                "minimum" => value
                    .as_f64()
                    .is_none_or(|number| number >= rule.as_f64().unwrap()),
                "required" => rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|name| !value[name.as_str().unwrap()].is_null()),
                "oneOf" | "anyOf" => {
                    let misfits: Vec<_> = rule
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|one| self.misfits(one, value, at))
                        .collect();
                    let fits = misfits.iter().any(Vec::is_empty);
                    if !fits {
                        found.extend(misfits.into_iter().flatten());
                    }
                    fits
                }
                "items" => {
                    let items = value.as_array().into_iter().flatten().enumerate();
                    found.extend(items.flat_map(|(index, item)| {
                        self.misfits(rule, item, &format!("{at}[{index}]"))
                    }));
                    true
                }
                "properties" => {
                    let others = schema.get("additionalProperties");
                    for (name, member) in value.as_object().into_iter().flatten() {
                        let at = format!("{at}.{name}");
                        match rule.get(name).or(others) {
                            Some(property) => found.extend(self.misfits(property, member, &at)),
                            None => found.push(format!("{at}: not in the schema")),
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    if !schema["properties"].is_object() {
                        for (name, member) in value.as_object().into_iter().flatten() {
                            found.extend(self.misfits(rule, member, &format!("{at}.{name}")));
                        }
                    }
                    true
                }
                "description" | "default" | "format" | "examples" | "x-source" | "x-codes" => true,
                other => panic!("{at}: this check does not support {other}"),
            };
            if !fits {
                found.push(format!("{at}: {keyword} {rule}"));
            }
        }
        found
    }

    /// Builds a value that has every field of the schema.
    ///
    /// # Panics
    /// A part of the schema has neither a type nor alternatives.
    pub fn specimen(&self, schema: &Value) -> Value {
        let schema = self.resolve(schema);
        if let Some(alternatives) = schema["oneOf"].as_array() {
            return self.specimen(&alternatives[0]);
        }
        match types(&schema["type"])[0] {
            "object" => {
                let properties = schema["properties"].as_object().into_iter().flatten();
                properties
                    .map(|(name, property)| (name.clone(), self.specimen(property)))
                    .collect()
            }
            "array" => json!([self.specimen(&schema["items"])]),
            "string" => json!("x"),
            "integer" | "number" => json!(1),
            "boolean" => json!(true),
            other => panic!("cannot build a value of type {other}"),
        }
    }
}

fn types(rule: &Value) -> Vec<&str> {
    match rule {
        Value::String(name) => vec![name],
        names => names
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect(),
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("{other} is not a type"),
    }
}
