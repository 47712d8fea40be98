//! How Gensoft's client is called.

use common_http::{Body, HttpOptions, Operation, Result};
use gensoft_client::{GensoftClient, OPERATIONS};
use serde_json::{Value, json};

use crate::clients::Client;

impl Client for GensoftClient {
    const DOCUMENT: &str = "gensoft";
    const OPERATIONS: &[&Operation] = OPERATIONS;

    fn new(url: &str, http: HttpOptions) -> Self {
        let builder = Self::builder().base_url(url).http(http);
        builder.api_key("EXAMPLE-API-KEY").build().unwrap()
    }

    async fn prepare(&mut self, _operation: &str) {}

    async fn call(&self, operation: &str) -> Result<Value> {
        let answer = match operation {
            "gensoft.attendances.send" => {
                let order = json!({ "numero": "EXEMPLO-1", "exames": ["EXEMPLO"] });
                self.attendances().send(&order).await?
            }
            "gensoft.reports.upload" => {
                let pdf = Body::from("%PDF-1.7 EXAMPLE %%EOF");
                self.reports().upload(&"10".into(), pdf).await?
            }
            other => panic!("no case for {other}"),
        };
        answer.json()
    }

    fn expected(_operation: &str, example: Value) -> Value {
        example
    }
}
