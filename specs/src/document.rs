//! Walks through the OpenAPI document, and as much of JSON Schema as it uses.

use std::fs;

use serde_json::{Value, json};

use crate::sources::project;

/// What the document and the code both say of an operation.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// `operationId`.
    pub id: String,
    /// The HTTP method in lower case.
    pub method: String,
    /// The path template.
    pub path: String,
    /// `x-effect`: what repeating a call does.
    pub effect: String,
    /// `x-transfer`: a file is streamed.
    pub transfer: bool,
    /// No credentials are sent.
    pub public: bool,
}

/// The document, parsed.
pub struct Document(Value);

impl Document {
    /// Reads a document of this folder, for example `biologix.yaml`.
    pub fn read(name: &str) -> Self {
        let text = fs::read_to_string(project().join("specs").join(name)).unwrap();
        Self(serde_yaml_ng::from_str(&text).unwrap())
    }

    /// All of it.
    pub fn whole(&self) -> &Value {
        &self.0
    }

    /// What a JSON pointer points at.
    pub fn at(&self, pointer: &str) -> &Value {
        self.0
            .pointer(pointer)
            .unwrap_or_else(|| panic!("no {pointer}"))
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.at(reference.strip_prefix('#').unwrap()),
            None => value,
        }
    }

    /// Path, method and operation of each operation.
    fn operations(&self) -> Vec<(&String, &String, &Value)> {
        self.operations_in("paths")
    }

    fn operations_in(&self, section: &str) -> Vec<(&String, &String, &Value)> {
        let paths = self.0.get(section).and_then(Value::as_object);
        paths
            .into_iter()
            .flatten()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap();
                methods
                    .iter()
                    .map(move |(method, operation)| (path, method, operation))
            })
            .collect()
    }

    /// What it says of each operation; webhooks, which the vendor sends, are none.
    pub fn rows(&self) -> Vec<Row> {
        self.operations()
            .into_iter()
            .map(|(path, method, operation)| {
                let security = operation
                    .get("security")
                    .unwrap_or_else(|| self.at("/security"));
                Row {
                    id: operation["operationId"].as_str().unwrap().into(),
                    method: method.clone(),
                    path: path.clone(),
                    effect: operation["x-effect"].as_str().unwrap().into(),
                    transfer: operation
                        .get("x-transfer")
                        .is_some_and(|transfer| transfer.as_bool().unwrap()),
                    public: security.as_array().unwrap().is_empty(),
                }
            })
            .collect()
    }

    /// The readings of operations, webhooks and the whole.
    pub fn readings(&self) -> Vec<&Value> {
        let of_operations = self
            .operations()
            .into_iter()
            .chain(self.operations_in("webhooks"))
            .map(|(_, _, operation)| &operation["x-readings"]);
        of_operations
            .chain([self.at("/x-readings")])
            .flat_map(|readings| readings.as_array().unwrap())
            .collect()
    }

    /// Place, schema and value of each example, wherever it stands.
    pub fn examples(&self) -> Vec<(String, &Value, &Value)> {
        fn visit<'a>(value: &'a Value, at: &str, found: &mut Vec<(String, &'a Value, &'a Value)>) {
            match value {
                Value::Object(members) => {
                    if let Some(schema) = members.get("schema") {
                        found.extend(
                            members
                                .get("example")
                                .map(|example| (at.to_owned(), schema, example)),
                        );
                        let named = members.get("examples").and_then(Value::as_object);
                        found.extend(named.into_iter().flatten().map(|(name, example)| {
                            (format!("{at}/{name}"), schema, &example["value"])
                        }));
                    }
                    let listed = members.get("examples").and_then(Value::as_array);
                    found.extend(
                        listed
                            .into_iter()
                            .flatten()
                            .map(|example| (at.to_owned(), value, example)),
                    );
                    for (key, child) in members.iter().filter(|(key, _)| *key != "examples") {
                        visit(child, &format!("{at}/{key}"), found);
                    }
                }
                Value::Array(items) => items.iter().for_each(|item| visit(item, at, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        visit(&self.0, "", &mut found);
        found
    }

    /// What of the value the schema does not allow. A field that the schema does not name is not allowed either: the
    /// vendor may send any, an example is to show what is known.
    pub fn misfits(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let schema = self.resolve(schema);
        let mut found = Vec::new();
        for (keyword, rule) in schema.as_object().unwrap() {
            let fits = match keyword.as_str() {
                "type" => types(rule).iter().any(|name| has_type(value, name)),
                "const" => value == rule,
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
                "oneOf" => {
                    let alternatives = rule.as_array().unwrap().iter();
                    let misfits: Vec<_> = alternatives
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
                    for (name, member) in value.as_object().into_iter().flatten() {
                        let at = format!("{at}.{name}");
                        match rule.get(name) {
                            Some(property) => found.extend(self.misfits(property, member, &at)),
                            None => found.push(format!("{at}: not in the schema")),
                        }
                    }
                    true
                }
                "description" | "default" | "format" | "examples" | "x-source" | "x-codes" => true,
                other => panic!("{at}: this check does not know {other}"),
            };
            if !fits {
                found.push(format!("{at}: {keyword} {rule}"));
            }
        }
        found
    }

    /// A value that has every field of the schema.
    pub fn specimen(&self, schema: &Value) -> Value {
        let schema = self.resolve(schema);
        if let Some(alternatives) = schema["oneOf"].as_array() {
            return self.specimen(&alternatives[0]);
        }
        match types(&schema["type"])[0] {
            "object" => {
                let properties = schema["properties"].as_object().unwrap();
                properties
                    .iter()
                    .map(|(name, property)| (name.clone(), self.specimen(property)))
                    .collect()
            }
            "array" => json!([self.specimen(&schema["items"])]),
            "string" => json!("x"),
            "boolean" => json!(true),
            "integer" | "number" => json!(1),
            other => panic!("no specimen of {other}"),
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
        other => panic!("no type {other}"),
    }
}
