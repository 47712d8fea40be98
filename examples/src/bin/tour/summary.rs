//! How many requests of each operation the sandboxes received.

use std::collections::BTreeMap;

use common_http::Operation;
use common_http::sandbox::{Sandbox, Vendor};
use examples::failure::Failure;
use examples::output;
use serde::Serialize;

use crate::stage::Stage;
use crate::table::Table;

/// The requests that one vendor's sandbox received.
pub(crate) struct Visits {
    vendor: &'static str,
    operations: Vec<Visited>,
}

#[derive(Serialize)]
struct Visited {
    #[serde(rename = "operation")]
    id: &'static str,
    requests: usize,
}

impl Visits {
    /// Counts the requests of each operation of a client.
    pub(crate) fn of<V: Vendor>(
        vendor: &'static str,
        operations: &[&'static Operation],
        sandbox: &Sandbox<V>,
    ) -> Self {
        let visited = |operation: &&'static Operation| Visited {
            id: operation.id(),
            requests: sandbox.count(operation.id()),
        };
        Self {
            vendor,
            operations: operations.iter().map(visited).collect(),
        }
    }
}

/// The requests of all chapters.
#[derive(Default, Serialize)]
pub(crate) struct Summary {
    operations: Vec<Visited>,
    requests: BTreeMap<&'static str, usize>,
}

impl Summary {
    pub(crate) fn add(&mut self, visits: Visits) {
        let requests = visits.operations.iter().map(|visited| visited.requests);
        self.requests.insert(visits.vendor, requests.sum());
        self.operations.extend(visits.operations);
    }

    pub(crate) fn print(&self, stage: &Stage, json: bool) -> Result<(), Failure> {
        if json {
            return output::document(self);
        }
        stage.chapter("Summary")?;
        let mut table = Table::new(["operation", "requests"]);
        for visited in &self.operations {
            table.row([
                Some(visited.id.to_owned()),
                Some(visited.requests.to_string()),
            ]);
        }
        stage.table(&table)?;
        let vendors = self.requests.iter();
        let vendors: Vec<_> = vendors
            .map(|(vendor, requests)| format!("{vendor} {requests}"))
            .collect();
        stage.line(format_args!(
            "  done: {} operations, {} requests ({})",
            self.operations.len(),
            self.requests.values().sum::<usize>(),
            vendors.join(", ")
        ))
    }
}
