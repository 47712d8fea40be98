//! Finds the faults of a document and returns them as texts.

use std::collections::BTreeSet;

use common_http::Operation;
use serde_json::Value;

use crate::Document;
use crate::document::Row;
use crate::sources::{functions_marked_as_tests, rust_sources, sources_of};

const FACT_SOURCES: [&str; 3] = ["document", "observed", "inferred"];

/// For a reading, `document` means that another page of the vendor says so.
const READING_SOURCES: [&str; 7] = [
    "document",
    "observed H",
    "observed M-H",
    "observed M",
    "observed M-L",
    "observed L",
    "inferred",
];

impl Document {
    /// The operations that only one of document and code has, or that the two describe differently.
    pub fn differences(&self, operations: &[&Operation]) -> Vec<String> {
        let coded: BTreeSet<Row> = operations
            .iter()
            .map(|operation| Row {
                id: operation.id().into(),
                method: operation.method().as_str().to_ascii_lowercase(),
                path: operation.path().into(),
                effect: operation.effect().as_str().into(),
                transfer: operation.is_transfer(),
                public: operation.is_public(),
            })
            .collect();
        let mut found = Vec::new();
        if coded.len() != operations.len() {
            found.push("the code lists an operation twice".to_owned());
        }
        let rows = self.rows();
        if rows.len() != operations.len() {
            found.push(format!(
                "{} operations in the document, {} in the code",
                rows.len(),
                operations.len()
            ));
        }
        let written: BTreeSet<Row> = rows.into_iter().collect();
        found.extend(
            coded
                .difference(&written)
                .map(|row| format!("only the code has {row:?}")),
        );
        found.extend(
            written
                .difference(&coded)
                .map(|row| format!("only the document has {row:?}")),
        );
        found
    }

    /// All faults of the document in itself: in its examples, its facts and its readings.
    pub fn faults(&self) -> Vec<String> {
        [
            self.misfits_of_examples(),
            self.facts_without_a_source(),
            self.faults_of_readings(),
        ]
        .concat()
    }

    /// The parts of the examples that their schemas do not allow. Having no example is a fault too.
    fn misfits_of_examples(&self) -> Vec<String> {
        let examples = self.examples();
        if examples.is_empty() {
            return vec!["the document has no example".to_owned()];
        }
        examples
            .into_iter()
            .flat_map(|(at, schema, value)| self.misfits(schema, value, &at))
            .collect()
    }

    /// The facts that do not state their source.
    fn facts_without_a_source(&self) -> Vec<String> {
        let mut without = Vec::new();
        sources(self.whole(), "", &mut without);
        without
    }

    /// The faults of the readings.
    ///
    /// These are duplicate or malformed ids, missing or extra members, and sources, tests or
    /// settings that do not exist.
    fn faults_of_readings(&self) -> Vec<String> {
        let tests: BTreeSet<String> = rust_sources(&["src", "tests"])
            .iter()
            .flat_map(|text| functions_marked_as_tests(text))
            .collect();
        let code: Vec<String> = [self.package.as_str(), "common-http"]
            .iter()
            .flat_map(|package| sources_of(package, "src"))
            .collect();
        let mut ids = BTreeSet::new();
        let mut found = Vec::new();
        let readings = self.readings();
        if readings.is_empty() || tests.is_empty() || code.is_empty() {
            found.push("no readings, no tests or no code found".to_owned());
        }
        for reading in readings {
            let text = |name: &str| reading[name].as_str().unwrap_or_default();
            let id = text("id");
            let mut wrong = |what: &str| found.push(format!("{id}: {what}"));
            if !ids.insert(id) {
                wrong("the id is used twice");
            }
            if id.is_empty() || !id.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-')) {
                wrong("the id is not in kebab case");
            }
            let members: BTreeSet<_> = reading
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            if members != BTreeSet::from(["id", "gap", "reading", "source", "setting", "test"]) {
                wrong("the members are not the six expected");
            }
            if text("gap").is_empty() || text("reading").is_empty() {
                wrong("gap or reading is empty");
            }
            if !READING_SOURCES.contains(&text("source")) {
                wrong("the source is not a known one");
            }
            if !tests.contains(text("test")) {
                wrong("the test does not exist");
            }
            let setter = format!("pub fn {}(", text("setting"));
            let is_there = || code.iter().any(|text| text.contains(&setter));
            if !reading["setting"].is_null() && !is_there() {
                wrong("the setting does not exist");
            }
        }
        found
    }
}

fn sources(value: &Value, at: &str, without: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, child) in members {
                let at = format!("{at}/{key}");
                let facts: Vec<&Value> = match (key.as_str(), child) {
                    (
                        "properties" | "headers" | "parameters" | "securitySchemes" | "examples",
                        Value::Object(facts),
                    ) => facts.values().collect(),
                    ("parameters", Value::Array(facts)) => facts.iter().collect(),
                    _ => Vec::new(),
                };
                without.extend(facts.iter().enumerate().filter_map(|(index, fact)| {
                    let source = fact["x-source"].as_str().unwrap_or_default();
                    let is_ref = fact.get("$ref").is_some();
                    (!is_ref && !FACT_SOURCES.contains(&source))
                        .then(|| format!("{at}, number {index}"))
                }));
                if key != "examples" {
                    sources(child, &at, without);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| sources(item, at, without)),
        _ => {}
    }
}
