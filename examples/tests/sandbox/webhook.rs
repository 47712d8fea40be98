//! Webhooks to a receiver in another program, which needs only its address to be set.

use std::fs;

use serde_json::Value;

use crate::serving::{Sandboxes, Serving};

#[test]
fn come_to_the_address_that_was_set() {
    let sandboxes = Sandboxes::start();
    let medreader = env!("CARGO_BIN_EXE_medreader");
    let listen = ["webhook", "--listen", "127.0.0.1:0"];
    let mut receiver = Serving::start(&mut sandboxes.command(medreader, &listen));
    let listening = receiver.note();
    let address = listening.strip_prefix("listening on ").unwrap();

    let url = format!("http://{address}/");
    let set = sandboxes.run(medreader, &["config-set", "--webhook-url", &url]);
    assert_eq!(set["webhook_url"], url);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("receita.pdf");
    fs::write(&file, "%PDF-1.7 EXAMPLE").unwrap();
    // The sandbox accepts any folder.
    let id = "00000000-0000-4000-8000-00000000000a";
    let uploaded = sandboxes.run(
        medreader,
        &["upload", "--folder", id, file.to_str().unwrap()],
    );

    let event: Value = serde_json::from_str(&receiver.line()).unwrap();
    assert_eq!(event["id"], uploaded["id"]);
    assert!(
        event["prescription_confidence_score"].is_number(),
        "{event}"
    );
    receiver.signal("TERM");
    assert_eq!(receiver.end().is(0).stdout, "");
}
