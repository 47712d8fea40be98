//! What is wrong with a document, as text.

use std::collections::BTreeSet;

use common_http::Operation;
use serde_json::Value;

use crate::Document;
use crate::document::Row;
use crate::sources::{functions_marked_as_tests, rust_sources, sources_of};

const FACT_SOURCES: [&str; 3] = ["document", "observed", "inferred"];

/// `document`: another page of the vendor says it.
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
    /// The operations that the document and the code do not both have, or of which they do not say the same.
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
                "{} operations, {} in the code",
                rows.len(),
                operations.len()
            ));
        }
        let written: BTreeSet<Row> = rows.into_iter().collect();
        found.extend(
            coded
                .difference(&written)
                .map(|row| format!("the code alone has {row:?}")),
        );
        found.extend(
            written
                .difference(&coded)
                .map(|row| format!("the document alone has {row:?}")),
        );
        found
    }

    /// All that is wrong with the document by itself: its examples, its facts and its readings.
    pub fn faults(&self) -> Vec<String> {
        [
            self.misfits_of_examples(),
            self.facts_without_a_source(),
            self.faults_of_readings(),
        ]
        .concat()
    }

    /// What of the examples their schemas do not allow; that there is none at all is wrong too.
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

    /// The facts that do not say where they come from.
    fn facts_without_a_source(&self) -> Vec<String> {
        let mut without = Vec::new();
        sources(self.whole(), "", &mut without);
        without
    }

    /// What is wrong with the list of readings: ids that are there twice or are no words, members that are missing or too
    /// many, sources that there are not, tests and settings that there are not.
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
            found.push("no reading, no test or no code was found at all".to_owned());
        }
        for reading in readings {
            let text = |name: &str| reading[name].as_str().unwrap_or_default();
            let id = text("id");
            let mut wrong = |what: &str| found.push(format!("{id}: {what}"));
            if !ids.insert(id) {
                wrong("is there twice");
            }
            if id.is_empty() || !id.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-')) {
                wrong("is not in kebab case");
            }
            let members: BTreeSet<_> = reading
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            if members != BTreeSet::from(["id", "gap", "reading", "source", "setting", "test"]) {
                wrong("has other members than the six");
            }
            if text("gap").is_empty() || text("reading").is_empty() {
                wrong("does not say what was read how");
            }
            if !READING_SOURCES.contains(&text("source")) {
                wrong("has no source that there is");
            }
            if !tests.contains(text("test")) {
                wrong("has no test that there is");
            }
            let setter = format!("pub fn {}(", text("setting"));
            let is_there = || code.iter().any(|text| text.contains(&setter));
            if !reading["setting"].is_null() && !is_there() {
                wrong("has no setting that there is");
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
