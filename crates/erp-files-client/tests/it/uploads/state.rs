//! What a store keeps of an upload, and under which key.

use std::sync::Arc;

use common_http::transport::FakeAnswer;
use common_http::{Body, Delivery, ErrorKind, MemoryStore, Store, StoreKey};
use erp_files_client::files::Files;
use serde_json::{Value, json};

use crate::support::store::OneUpload;
use crate::support::{ADDRESS, NAME, Op, PDF, builder, files, network, on, steps};

/// A state before the transfer.
pub(crate) fn state() -> Value {
    json!({
        "version": 1, "patient": "7", "analysis": "12", "name": NAME, "address": ADDRESS,
        "length": PDF.len(), "fingerprint": null, "sending": true, "transferred": false, "finalizing": false,
        "unsettled": false, "replaces": false,
    })
}

#[tokio::test]
async fn a_state_is_saved_before_each_step_and_removed_at_the_end() {
    let erp = network(|_, _| None);
    let store = OneUpload::empty();
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    let upload = upload.fingerprint("EXAMPLE").resumable(&store);
    upload.await.unwrap();
    let saved = |done: bool| {
        let mut state = state();
        state["fingerprint"] = json!("EXAMPLE");
        state["transferred"] = json!(done);
        state["finalizing"] = json!(done);
        state["unsettled"] = json!(done);
        state
    };
    let mut tried = saved(false);
    tried["address"] = json!("");
    tried["sending"] = json!(false);
    assert_eq!(store.saved(), [tried, saved(false), saved(true)]);
    assert_eq!(store.kept(), None);
}

/// The name would be taken, and the upload could not be resumed.
#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_used_is_an_error_before_anything_is_sent() {
    let stores = [
        OneUpload::with_room(0),
        OneUpload::hanging(),
        OneUpload::broken(),
    ];
    for store in stores {
        let erp = network(|_, _| None);
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let error = upload.resumable(&store).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.operation(), error.delivery()),
            (
                ErrorKind::LocalIo,
                Some(Op::Initialize.id()),
                Delivery::NotSent
            )
        );
        assert_eq!(erp.count(), 0);
    }
}

/// Once the name is taken, the best end is a finished upload.
#[tokio::test]
async fn a_store_that_fails_later_does_not_stop_the_upload() {
    for room in [1, 2] {
        let erp = network(|_, _| None);
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        let upload = upload.resumable(&OneUpload::with_room(room));
        assert_eq!(upload.await.unwrap().as_str(), "uploaded");
    }
}

#[tokio::test]
async fn a_refused_initialize_leaves_no_state() {
    let erp = network(|op, _| (op == Op::Initialize).then(|| FakeAnswer::status(403)));
    let store = OneUpload::empty();
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    assert!(upload.resumable(&store).await.is_err());
    assert_eq!(store.kept(), None);
}

/// Refused by the client itself before the name is taken.
#[tokio::test]
async fn a_content_type_that_cannot_be_sent_is_refused_before_anything_is_sent() {
    let erp = network(|_, _| None);
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    let error = upload.content_type("a\nb").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), erp.count()),
        (ErrorKind::InvalidInput, Delivery::NotSent, 0)
    );
}

#[tokio::test]
async fn text_that_is_not_a_state_is_not_used() {
    let mut later = state();
    later["version"] = json!(2);
    for text in ["", "{}", "null", "{", &later.to_string()] {
        let erp = network(|_, _| None);
        let store = OneUpload::holding_text(text);
        let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
        upload.resumable(&store).await.unwrap();
        assert_eq!(steps(&erp)[0], Op::Initialize, "{text}");
        assert_eq!(store.kept(), None);
    }
}

/// A state without the fields of later versions is used.
#[tokio::test]
async fn a_state_of_an_earlier_version_is_used() {
    let mut earlier = state();
    let fields = earlier.as_object_mut().unwrap();
    fields.retain(|name, _| name != "fingerprint" && name != "finalizing");
    let erp = network(|op, nth| (op == Op::List && nth == 1).then(|| FakeAnswer::json("[]")));
    let upload = files(&on(&erp)).upload(NAME, Body::from(PDF));
    upload
        .fingerprint("EXAMPLE")
        .resumable(&OneUpload::holding(&earlier))
        .await
        .unwrap();
    assert_eq!(
        steps(&erp),
        [Op::List, Op::Transfer, Op::Finalize, Op::List]
    );
}

/// One store serves any number of uploads. A second run finds its upload by the key.
#[tokio::test]
async fn each_upload_has_a_key_of_its_own() {
    let erp = network(|_, _| None);
    let key = async |files: Files, name: &str| -> StoreKey {
        let store = OneUpload::empty();
        let upload = files.upload(name, Body::from(PDF));
        upload.resumable(&store).await.unwrap();
        let keys = store.keys();
        assert!(keys.iter().all(|key| *key == keys[0]), "one key per upload");
        keys[0].clone()
    };
    let client = on(&erp);
    let other_clinic = builder(&erp).base_url("https://other.example");
    let other_clinic = other_clinic.build().unwrap();
    let keys = [
        key(files(&client), NAME).await,
        key(files(&client), "other.pdf").await,
        key(client.files(&8.into(), &12.into()), NAME).await,
        key(client.files(&7.into(), &13.into()), NAME).await,
        key(files(&other_clinic), NAME).await,
    ];
    for (place, one) in keys.iter().enumerate() {
        assert!(!keys[..place].contains(one), "{place}");
    }
    // A slash at the end of the base URL does not matter.
    let same = builder(&erp).base_url("https://clinic.example/");
    assert_eq!(key(files(&same.build().unwrap()), NAME).await, keys[0]);
}

#[tokio::test(start_paused = true)]
async fn an_upload_resumes_by_its_key_in_a_shared_store() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let erp = network(|op, nth| match (op, nth) {
        (Op::Transfer, 1) => Some(FakeAnswer::status(400)),
        (Op::List, 1..=4) => Some(FakeAnswer::json("[]")),
        _ => None,
    });
    let files = files(&on(&erp));
    let upload = |name| {
        let upload = files.upload(name, Body::from(PDF));
        upload.resumable(&store)
    };
    assert!(upload(NAME).await.is_err());
    // Another upload does not see its state.
    upload("other.pdf").await.unwrap();
    upload(NAME).await.unwrap();
    let targets = erp.requests().into_iter();
    let initialized: Vec<_> = targets
        .filter(|request| Op::of(request) == Op::Initialize)
        .map(|request| request.target.rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(initialized, [NAME, "other.pdf"]);
}
