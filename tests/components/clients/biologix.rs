//! How Biologix's client is called.

use biologix_client::{BiologixClient, ExamKey, OPERATIONS, PartnerId};
use common_http::{HttpOptions, Operation, Result};
use serde_json::{Value, json};

use crate::clients::Client;

impl Client for BiologixClient {
    const DOCUMENT: &str = "biologix";
    const OPERATIONS: &[&Operation] = OPERATIONS;

    fn new(url: &str, http: HttpOptions) -> Self {
        let builder = Self::builder().base_url(url).http(http);
        let builder = builder.credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD");
        builder.build().unwrap()
    }

    async fn prepare(&mut self, operation: &str) {
        if operation == "biologix.exams.list" {
            self.sessions().open().await.unwrap();
        }
    }

    async fn call(&self, operation: &str) -> Result<Value> {
        match operation {
            "biologix.sessions.open" => Ok(json!(self.sessions().open().await?)),
            "biologix.exams.list" => {
                let page = self.exams(&PartnerId::from("0000301DD")).list().await?;
                let exams = page.items.iter().map(|exam| exam.value().unwrap());
                Ok(exams.map(|exam| json!(exam)).collect())
            }
            "biologix.reports.get" => {
                let report = self.reports().get(&ExamKey::from("EXAMPLEKEY101")).await?;
                Ok(json!(String::from_utf8_lossy(&report.bytes().await?)))
            }
            other => panic!("no case for {other}"),
        }
    }

    fn expected(_operation: &str, example: Value) -> Value {
        example
    }
}
