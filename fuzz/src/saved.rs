//! What a store gives back: it may be damaged, or from another version or program.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use biologix_client::exams::{Checkpoint, Cursor};
use biologix_client::{BiologixClient, PartnerId};
use common_http::{Body, ErrorKind, Secret, Store, StoreKey, async_trait};
use medreader_client::{FolderId, MedReaderClient};

use crate::clients;
use crate::network::{BASE, Message, Network, check, check_error, run};

/// Has one value under every key, whatever is put.
struct Shelf(Secret);

#[async_trait]
impl Store for Shelf {
    async fn get(&self, _: &StoreKey) -> io::Result<Option<Secret>> {
        Ok(Some(self.0.clone()))
    }

    async fn put(&self, _: &StoreKey, _: &Secret, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    async fn put_if_absent(
        &self,
        _: &StoreKey,
        _: &Secret,
        _: Option<Duration>,
    ) -> io::Result<bool> {
        Ok(false)
    }

    async fn remove(&self, _: &StoreKey) -> io::Result<()> {
        Ok(())
    }
}

/// Uses a text as a saved session, as the state of an upload, as a cursor and as a checkpoint.
///
/// A text that is not what the store is for is as good as none: the call succeeds. Only what would
/// lead an upload elsewhere is an error.
pub fn saved(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let store = Arc::new(Shelf(Secret::from(&*text)));
    run(async {
        let network = vendors(r#"[{"Id":1,"FileName":"result.pdf"}]"#);
        sessions(&network, &store).await;
        upload(&network, &store).await;
        cursor(&network, &text).await;
        checkpoint(&network, &text).await;
        upload(&vendors("[]"), &store).await;
    });
}

/// All vendors at one address. The ERP has these files, whatever is uploaded.
fn vendors(files: &'static str) -> Arc<Network> {
    Network::new(move |request, _| {
        Message::ok(match request.url.path() {
            "/v2/sessions/open" => r#"{"userId":"0000001AA"}"#,
            "/api/v1/auth/login" => r#"{"token":"EXAMPLE.TOKEN"}"#,
            path if path.ends_with("/exams") => "[]",
            path if path.contains("/initialize/") => {
                "https://storage.example/result.pdf?sv=1&sig=EXAMPLE"
            }
            path if path.ends_with("/files") => files,
            _ => r#"{"id":"1"}"#,
        })
        .with("bx-session-token", "EXAMPLETOKEN")
    })
}

async fn sessions(network: &Arc<Network>, store: &Arc<Shelf>) {
    let biologix = BiologixClient::builder()
        .base_url(BASE)
        .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
        .store(store)
        .http(network.options())
        .build()
        .unwrap();
    let exams = biologix.exams(&PartnerId::from("0000301DD"));
    assert!(exams.list().await.unwrap().items.is_empty());
    // What the session says of the user is read from the text.
    check(biologix.sessions().open().await);
    let medreader = MedReaderClient::builder()
        .tenant("EXAMPLE-TENANT")
        .base_url(BASE)
        .credentials("user@clinic.example", "EXAMPLE-PASSWORD")
        .store(store)
        .http(network.options())
        .build()
        .unwrap();
    medreader.folders().get(&FolderId::from("1")).await.unwrap();
    check(medreader.sessions().open().await);
}

async fn upload(network: &Arc<Network>, store: &Arc<Shelf>) {
    let client = clients::erp(network);
    let files = client.files(&7.into(), &12.into());
    let upload = files.upload("result.pdf", Body::from("%PDF-1.4"));
    let store = Arc::<Shelf>::clone(store);
    if let Err(error) = upload.resumable(&store).send().await {
        check_error(&error);
        // The state is another upload's, or its URL is not one that may be sent to.
        let told = [
            ErrorKind::InvalidInput,
            ErrorKind::Config,
            ErrorKind::Decode,
        ];
        assert!(told.contains(&error.kind()), "{error}");
    }
}

async fn cursor(network: &Arc<Network>, text: &str) {
    let Ok(cursor) = serde_json::from_str::<Cursor>(text) else {
        return;
    };
    let written = serde_json::to_string(&cursor).unwrap();
    assert!(serde_json::from_str::<Cursor>(&written).unwrap() == cursor);
    let client = clients::biologix(network);
    let exams = client.exams(&PartnerId::from("0000301DD"));
    let mut items = exams.list().resume(cursor).items();
    // The list is empty, whatever the cursor says.
    while let Some(item) = items.next().await {
        assert!(item.is_err());
    }
}

async fn checkpoint(network: &Arc<Network>, text: &str) {
    let Ok(checkpoint) = serde_json::from_str::<Checkpoint>(text) else {
        return;
    };
    let written = serde_json::to_string(&checkpoint).unwrap();
    assert!(serde_json::from_str::<Checkpoint>(&written).unwrap() == checkpoint);
    let client = clients::biologix(network);
    let mut changes = client
        .exams(&PartnerId::from("0000301DD"))
        .changes(&checkpoint);
    // The list is empty, whatever the checkpoint says.
    while let Some(change) = changes.next().await {
        assert!(change.is_err());
    }
}
