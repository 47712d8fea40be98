//! Reads an OpenAPI document and gives access to its parts.

use std::fs;

use serde_json::Value;

use crate::sources::project;

/// An OpenAPI document of this folder, parsed.
pub struct Document {
    pub(crate) package: String,
    whole: Value,
}

/// The facts about an operation that both the document and the code state.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) effect: String,
    pub(crate) transfer: bool,
    pub(crate) public: bool,
}

impl Document {
    /// Reads `specs/<name>.yaml`, the document of the crate `<name>-client`.
    ///
    /// # Panics
    /// The file does not exist or is not YAML.
    pub fn read(name: &str) -> Self {
        let text = fs::read_to_string(project().join(format!("specs/{name}.yaml"))).unwrap();
        Self {
            package: format!("{name}-client"),
            whole: serde_yaml_ng::from_str(&text).unwrap(),
        }
    }

    /// The whole document.
    pub fn whole(&self) -> &Value {
        &self.whole
    }

    /// The value at a JSON pointer.
    ///
    /// # Panics
    /// The document has no value there.
    pub fn at(&self, pointer: &str) -> &Value {
        self.whole
            .pointer(pointer)
            .unwrap_or_else(|| panic!("the document has no {pointer}"))
    }

    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => self.at(reference.strip_prefix('#').unwrap()),
            None => value,
        }
    }

    /// Path, method and operation of each operation.
    pub(crate) fn operations(&self) -> Vec<(&String, &String, &Value)> {
        operations_of(self.at("/paths"))
    }

    pub(crate) fn rows(&self) -> Vec<Row> {
        let row = |(path, method, operation): (&String, &String, &Value)| {
            let security = operation
                .get("security")
                .unwrap_or_else(|| self.at("/security"));
            let flag = |name| {
                operation
                    .get(name)
                    .is_some_and(|flag: &Value| flag.as_bool().unwrap())
            };
            // Present if the path is a setting in the code.
            let template = operation
                .get("x-template")
                .map(|path| path.as_str().unwrap());
            Row {
                id: operation["operationId"].as_str().unwrap().into(),
                method: method.clone(),
                path: template.unwrap_or(path).into(),
                effect: operation["x-effect"].as_str().unwrap().into(),
                transfer: flag("x-transfer"),
                public: security.as_array().unwrap().is_empty(),
            }
        };
        self.operations().into_iter().map(row).collect()
    }

    /// Our readings of what the vendor's text leaves open, for each operation, each webhook and for
    /// all.
    pub fn readings(&self) -> Vec<&Value> {
        let webhooks = self.whole.get("webhooks").map(operations_of);
        let operations = self.operations().into_iter();
        operations
            .chain(webhooks.into_iter().flatten())
            .map(|(_, _, operation)| &operation["x-readings"])
            .chain([self.at("/x-readings")])
            .flat_map(|readings| readings.as_array().unwrap())
            .collect()
    }

    /// The place, schema and value of each example in the document.
    pub fn examples(&self) -> Vec<(String, &Value, &Value)> {
        let mut found = Vec::new();
        examples(&self.whole, "", &mut found);
        found
    }
}

/// Path (or name), method and operation of each operation of these path items.
fn operations_of(items: &Value) -> Vec<(&String, &String, &Value)> {
    let items = items.as_object().unwrap().iter();
    let operations = items.flat_map(|(path, item)| {
        // A path item may also have members that hold for all its methods.
        let methods = item.as_object().unwrap().iter();
        methods
            .filter(|(_, operation)| operation.get("operationId").is_some())
            .map(move |(method, operation)| (path, method, operation))
    });
    operations.collect()
}

fn examples<'a>(value: &'a Value, at: &str, found: &mut Vec<(String, &'a Value, &'a Value)>) {
    match value {
        Value::Object(members) => {
            if let Some(schema) = members.get("schema") {
                let single = members.get("example");
                found.extend(single.map(|example| (at.to_owned(), schema, example)));
                let named = members.get("examples").and_then(Value::as_object);
                found.extend(
                    named
                        .into_iter()
                        .flatten()
                        .map(|(name, example)| (format!("{at}/{name}"), schema, &example["value"])),
                );
            }
            let listed = members.get("examples").and_then(Value::as_array);
            let listed = listed.into_iter().flatten();
            found.extend(listed.map(|example| (at.to_owned(), value, example)));
            for (key, child) in members.iter().filter(|(key, _)| *key != "examples") {
                examples(child, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| examples(item, at, found)),
        _ => {}
    }
}
