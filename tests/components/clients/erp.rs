//! How the ERP's client is called.

use common_http::{Body, HttpOptions, Operation, Result};
use erp_files_client::files::{FileEntry, UploadTarget};
use erp_files_client::{ClientCredentials, ErpFilesClient, OPERATIONS};
use serde_json::{Value, json};
use url::Url;

use crate::clients::Client;
use crate::support::files_of;

/// The client, and an upload target for a transfer.
pub(crate) struct Erp {
    client: ErpFilesClient,
    target: Option<UploadTarget>,
}

impl Client for Erp {
    const DOCUMENT: &str = "erp-files";
    const OPERATIONS: &[&Operation] = OPERATIONS;

    fn new(url: &str, http: HttpOptions) -> Self {
        let credentials = ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET");
        let builder = ErpFilesClient::builder().base_url(url).http(http);
        let builder = builder.credentials(credentials.token_url(format!("{url}/connect/token")));
        Self {
            client: builder.build().unwrap(),
            target: None,
        }
    }

    async fn prepare(&mut self, operation: &str) {
        match operation {
            "erp.sessions.open" => {}
            "erp.files.transfer" => {
                let files = files_of(&self.client);
                self.target = Some(files.initialize("result 1.pdf").await.unwrap());
            }
            // It stays a token that was never accepted, so that a 401 is an answer.
            _ => self.client.sessions().open().await.unwrap(),
        }
    }

    async fn call(&self, operation: &str) -> Result<Value> {
        let files = files_of(&self.client);
        let nothing = match operation {
            "erp.sessions.open" => self.client.sessions().open().await,
            "erp.files.initialize" => {
                let target = files.initialize("result 1.pdf").await?;
                return Ok(json!(target.host()));
            }
            "erp.files.transfer" => {
                let target = self.target.as_ref().unwrap();
                files.transfer(target, Body::from("%PDF-1.7 EXAMPLE")).await
            }
            "erp.files.finalize" => files.finalize("result 1.pdf").await,
            "erp.files.list" => {
                let listed = files.list().await?;
                return Ok(listed
                    .iter()
                    .map(|file| in_words(file.value().unwrap()))
                    .collect());
            }
            "erp.files.set_send" => files.set_send(&1.into(), true).await,
            "erp.files.delete" => files.delete(&1.into()).await,
            other => panic!("no case for {other}"),
        };
        nothing.map(|()| Value::Null)
    }

    fn expected(operation: &str, example: Value) -> Value {
        match operation {
            "erp.files.initialize" => {
                let address = example.get("Url").unwrap_or(&example).as_str().unwrap();
                json!(Url::parse(address).unwrap().host_str())
            }
            "erp.files.list" => {
                let files = example.get("Items").unwrap_or(&example);
                let mut files = files.clone();
                for file in files.as_array_mut().unwrap() {
                    // An id is text for us.
                    let id = file["Id"].take();
                    file["Id"] = id.as_u64().map_or(id, |number| json!(number.to_string()));
                }
                files
            }
            _ => Value::Null,
        }
    }
}

/// The file in the document's words.
fn in_words(file: &FileEntry) -> Value {
    json!({
        "Id": file.id.as_ref().map(|id| id.as_str()),
        "FileName": file.name,
        "IsSend": file.is_send,
        "DateCr": file.created().map(|date| date.as_str().to_owned()),
    })
}
