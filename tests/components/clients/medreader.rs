//! How MedReader's client is called.

use common_http::{HttpOptions, Operation, Result};
use medreader_client::prescriptions::PrescriptionFile;
use medreader_client::{FolderId, MedReaderClient, OPERATIONS, PrescriptionId};
use serde_json::{Value, json};

use crate::clients::Client;

impl Client for MedReaderClient {
    const DOCUMENT: &str = "medreader";
    const OPERATIONS: &[&Operation] = OPERATIONS;

    fn new(url: &str, http: HttpOptions) -> Self {
        let builder = Self::builder().base_url(url).http(http);
        let builder = builder.credentials("usuario@example.invalid", "EXAMPLE-PASSWORD");
        builder.tenant("EXAMPLE-TENANT").build().unwrap()
    }

    async fn prepare(&mut self, operation: &str) {
        if operation != "medreader.sessions.open" {
            self.sessions().open().await.unwrap();
        }
    }

    async fn call(&self, operation: &str) -> Result<Value> {
        let folder = FolderId::from("00000000-0000-4000-8000-02000000000b");
        let (folders, prescriptions) = (self.folders(), self.prescriptions());
        let configuration = self.configuration();
        let value = match operation {
            "medreader.sessions.open" => json!(self.sessions().open().await?),
            "medreader.folders.create" => {
                let create = folders.create("Pacientes Cardiologia").parent(&folder);
                json!(*create.await?)
            }
            "medreader.folders.get" => json!(*folders.get(&folder).await?),
            "medreader.prescriptions.upload" => {
                let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 EXAMPLE");
                json!(*prescriptions.upload(&folder, file).await?)
            }
            "medreader.prescriptions.result" => {
                let id = PrescriptionId::from("00000000-0000-4000-8000-030000000001");
                json!(*prescriptions.result(&id).await?)
            }
            "medreader.prescriptions.results" => json!(*prescriptions.results(&folder).await?),
            "medreader.configuration.get" => json!(*configuration.get().await?),
            "medreader.configuration.update" => {
                let update = configuration.update().s3_bucket_name("a").s3_region("a");
                let update = update.s3_base_path("a").s3_access_key_id("a");
                let update = update.s3_secret_access_key("a").webhook_url("a");
                json!(*update.webhook_user("a").webhook_password("a").await?)
            }
            other => panic!("no case for {other}"),
        };
        Ok(value)
    }

    /// The token stays with the client, and the two secrets are never written.
    fn expected(operation: &str, mut example: Value) -> Value {
        if operation == "medreader.sessions.open" {
            return example["user"].take();
        }
        for secret in ["s3_secret_access_key", "webhook_password"] {
            if let Some(members) = example.as_object_mut() {
                members.remove(secret);
            }
        }
        example
    }
}
