//! How Gensoft's client is called.

use common_http::{Body, HttpOptions, Operation, Result};
use gensoft_client::{GensoftClient, OPERATIONS};
use serde_json::{Value, json};

use super::{Client, Prism, through};

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

#[tokio::test]
async fn a_report_as_a_form_fits_the_document_too() {
    let Some(prism) = Prism::start(GensoftClient::DOCUMENT).await else {
        return;
    };
    let asking = prism.asking();
    let client = GensoftClient::new(&prism.url(), through(&asking));
    let pdf = Body::from("%PDF-1.7 EXAMPLE %%EOF");
    let upload = client.reports().upload(&"10".into(), pdf);
    upload.multipart("file").await.unwrap();
    asking.assert_fitting(200, "a form");
}
