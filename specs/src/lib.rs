//! Reads the OpenAPI documents beside it, and holds them and the code together: for tests only.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    unreachable_pub
)]

mod document;
mod sources;

use std::collections::BTreeSet;

use common_http::Operation;
use serde_json::Value;

pub use document::{Document, Row};
use sources::{functions_marked_as_tests, rust_sources};

const FACT_SOURCES: [&str; 3] = ["document", "observed", "inferred"];
const READING_SOURCES: [&str; 6] = [
    "observed H",
    "observed M-H",
    "observed M",
    "observed M-L",
    "observed L",
    "inferred",
];

impl Document {
    /// Asserts that the document and these operations say the same, both ways.
    pub fn assert_operations(&self, operations: &[&Operation]) {
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
        assert_eq!(
            coded.len(),
            operations.len(),
            "an operation is listed twice"
        );
        assert_eq!(coded, self.rows().into_iter().collect());
    }

    /// Asserts that each example is what its schema allows.
    pub fn assert_examples_fit(&self) {
        let examples = self.examples();
        assert!(!examples.is_empty());
        let misfits: Vec<String> = examples
            .into_iter()
            .flat_map(|(at, schema, value)| self.misfits(schema, value, &at))
            .collect();
        assert_eq!(misfits, Vec::<String>::new());
    }

    /// Asserts that each field, header, parameter and example says where it comes from.
    pub fn assert_facts_have_sources(&self) {
        fn visit(value: &Value, at: &str, without: &mut Vec<String>) {
            match value {
                Value::Object(members) => {
                    for (key, child) in members {
                        let at = format!("{at}/{key}");
                        let facts: Vec<&Value> = match (key.as_str(), child) {
                            (
                                "properties" | "headers" | "securitySchemes" | "examples",
                                Value::Object(facts),
                            ) => facts.values().collect(),
                            ("parameters", Value::Array(facts)) => facts.iter().collect(),
                            _ => Vec::new(),
                        };
                        without.extend(facts.iter().enumerate().filter_map(|(index, fact)| {
                            let source = fact["x-source"].as_str().unwrap_or_default();
                            (!FACT_SOURCES.contains(&source))
                                .then(|| format!("{at}, number {index}"))
                        }));
                        if key != "examples" {
                            visit(child, &at, without);
                        }
                    }
                }
                Value::Array(items) => items.iter().for_each(|item| visit(item, at, without)),
                _ => {}
            }
        }
        let mut without = Vec::new();
        visit(self.whole(), "", &mut without);
        assert_eq!(without, Vec::<String>::new());
    }

    /// Asserts that each reading has all that a reading has, and an id of its own.
    pub fn assert_readings_are_whole(&self) {
        let mut ids = BTreeSet::new();
        for reading in self.readings() {
            let id = reading["id"].as_str().unwrap();
            assert!(ids.insert(id), "{id} is there twice");
            assert!(
                id.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-')),
                "{id} is not in kebab case"
            );
            let members: BTreeSet<&str> = reading
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            let expected = BTreeSet::from(["id", "gap", "reading", "source", "setting", "test"]);
            assert_eq!(members, expected, "{id}");
            for member in ["gap", "reading"] {
                assert!(
                    !reading[member].as_str().unwrap().is_empty(),
                    "{id}: {member}"
                );
            }
            assert!(
                READING_SOURCES.contains(&reading["source"].as_str().unwrap()),
                "{id}"
            );
        }
        assert!(!ids.is_empty());
    }

    /// Asserts that the test that each reading names is in the project.
    pub fn assert_readings_have_tests(&self) {
        let tests: BTreeSet<String> = rust_sources(&["src", "tests"])
            .iter()
            .flat_map(|text| functions_marked_as_tests(text))
            .collect();
        assert!(!tests.is_empty(), "no test was found at all");

        let without: Vec<&str> = self
            .readings()
            .into_iter()
            .filter(|reading| !tests.contains(reading["test"].as_str().unwrap()))
            .map(|reading| reading["id"].as_str().unwrap())
            .collect();
        assert_eq!(
            without,
            Vec::<&str>::new(),
            "readings whose test is not there"
        );
    }

    /// Asserts that the setting that a reading names is a public function in the project.
    pub fn assert_settings_exist(&self) {
        let code = rust_sources(&["src"]);
        for reading in self.readings() {
            if let Some(setting) = reading["setting"].as_str() {
                let setter = format!("pub fn {setting}(");
                assert!(
                    code.iter().any(|text| text.contains(&setter)),
                    "no {setter}"
                );
            } else {
                assert!(reading["setting"].is_null(), "{}", reading["id"]);
            }
        }
    }
}
