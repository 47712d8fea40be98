//! Webhooks: what is sent, when, and to which address.

mod delivery;

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use medreader_client::sandbox::{Analysis, IdReading, Processing, Sandbox, Settings, WebhookEnd};
use serde_json::{Value, json};
use testing::time::soon;

use crate::sandbox::receiver::{Reaction, Receiver};
use crate::sandbox::wire::{Caller, log_in, log_in_to_other, other_tenant};

const USER: &str = "EXAMPLE-USER";
const SECRET: &str = "EXAMPLE:SECRET";

/// A sandbox with a frozen clock, and a receiver of its webhooks.
async fn started(settings: Settings) -> (Sandbox, Receiver) {
    let sandbox = Sandbox::with(settings).await.unwrap();
    sandbox.clock().freeze();
    let receiver = Receiver::start().await;
    sandbox.set_webhook(&receiver.url(), USER, SECRET);
    (sandbox, receiver)
}

async fn upload(sandbox: &Sandbox, caller: &Caller<'_>, count: usize) -> Vec<String> {
    let folder = sandbox.folder("Pacientes").unwrap();
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(caller.upload(&folder).await);
    }
    ids
}

fn basic(user: &str, password: &str) -> String {
    format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{user}:{password}"))
    )
}

async fn ends(sandbox: &Sandbox, count: usize) -> Vec<WebhookEnd> {
    let log = soon(sandbox.wait_for_webhooks(count)).await;
    assert_eq!(log.len(), count);
    log.iter().map(|attempt| attempt.end).collect()
}

#[tokio::test]
async fn a_webhook_is_as_documented() {
    let (sandbox, mut receiver) = started(Settings {
        processing: Processing::Delay(Duration::from_secs(60)),
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let ids = upload(&sandbox, &caller, 1).await;
    assert_eq!(receiver.rest().len(), 0);
    sandbox.clock().advance(Duration::from_secs(60));
    // No call is needed: the sandbox watches its clock by itself.
    let webhook = receiver.next().await;
    let head: Vec<&str> = webhook.head.split("\r\n").collect();
    assert_eq!(head[0], "POST /webhook?from=medreader HTTP/1.1");
    assert_eq!(webhook.header("host"), Some(receiver.address.as_str()));
    assert_eq!(webhook.header("content-type"), Some("application/json"));
    assert_eq!(
        webhook.header("authorization"),
        Some(basic(USER, SECRET).as_str())
    );
    let payload = webhook.json();
    assert_eq!(
        payload,
        json!({
            "id": ids[0],
            "created_at": payload["created_at"],
            "prescription_confidence_score": 95,
            "prescription_confidence_notes": "Prescrição fictícia, clara e legível",
        })
    );
    assert!(payload["created_at"].as_str().unwrap().ends_with('Z'));
    let deliveries = soon(sandbox.wait_for_webhooks(1)).await;
    let delivery = &deliveries[0];
    assert!(delivery.is_confirmed());
    assert_eq!(
        (delivery.upload_id.as_str(), delivery.number, delivery.fault),
        (ids[0].as_str(), 1, None)
    );
    assert_eq!(&delivery.body[..], &webhook.body[..]);
    assert!(!format!("{delivery:?}").contains("fict"));
}

#[tokio::test]
async fn polls_and_hands_send_webhooks_too() {
    let (sandbox, mut receiver) = started(Settings {
        processing: Processing::Polls(1),
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let ids = upload(&sandbox, &caller, 1).await;
    assert_eq!(caller.result(&ids[0]).await.json()["status"], "processing");
    assert_eq!(receiver.next().await.id(), ids[0]);

    let (sandbox, mut receiver) = started(Settings {
        processing: Processing::ByHand,
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let ids = upload(&sandbox, &caller, 2).await;
    sandbox.finish(&ids[1]).unwrap();
    sandbox.finish(&ids[0]).unwrap();
    assert_eq!(
        [receiver.next().await.id(), receiver.next().await.id()],
        [ids[1].clone(), ids[0].clone()]
    );
}

#[tokio::test]
async fn ids_can_be_the_webhooks_own() {
    let (sandbox, mut receiver) = started(Settings {
        processing: Processing::Polls(0),
        webhook_ids: IdReading::Different,
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let ids = upload(&sandbox, &caller, 1).await;
    let webhook = receiver.next().await;
    assert_eq!(Some(webhook.id()), sandbox.webhook_id(&ids[0]));
    assert_ne!(webhook.id(), ids[0]);
    assert_eq!(sandbox.result_id(&ids[0]), Some(ids[0].clone()));
}

#[tokio::test]
async fn an_id_can_be_a_number() {
    let (sandbox, mut receiver) = started(Settings {
        processing: Processing::Polls(0),
        webhook_ids: IdReading::Number,
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let ids = upload(&sandbox, &caller, 1).await;
    let id = receiver.next().await.json()["id"].clone();
    assert!(id.is_u64(), "{id}");
    assert_eq!(Some(id.to_string()), sandbox.webhook_id(&ids[0]));
}

#[tokio::test]
async fn webhooks_for_errors_are_a_setting() {
    for (on, expected) in [(false, vec![1]), (true, vec![0, 1])] {
        let settings = Settings {
            processing: Processing::ByHand,
            webhooks_for_errors: on,
            ..Settings::default()
        };
        let (sandbox, mut receiver) = started(settings).await;
        let caller = log_in(&sandbox).await;
        let ids = upload(&sandbox, &caller, 2).await;
        sandbox.finish_with(&ids[0], Analysis::error()).unwrap();
        sandbox
            .finish_with(&ids[1], Analysis::completed(1))
            .unwrap();
        for place in expected {
            let payload = receiver.next().await.json();
            assert_eq!(payload["id"], json!(ids[place]));
            let score = if place == 0 { Value::Null } else { json!(1) };
            assert_eq!(payload["prescription_confidence_score"], score);
        }
    }
}

#[tokio::test]
async fn nothing_leaves_the_loopback_interface() {
    let (sandbox, mut receiver) = started(Settings {
        processing: Processing::Polls(0),
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    let port = receiver.address.rsplit(':').next().unwrap().to_owned();
    let refused = [
        "https://127.0.0.1/".to_owned(),
        "http://192.0.2.1/".to_owned(),
        "http://[2001:db8::1]/".to_owned(),
        format!("http://localhost.example.invalid:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        "no URL".to_owned(),
        String::new(),
    ];
    for url in &refused {
        sandbox.set_webhook(url, USER, SECRET);
        upload(&sandbox, &caller, 1).await;
    }
    let all = ends(&sandbox, refused.len()).await;
    assert!(
        all.iter().all(|outcome| *outcome == WebhookEnd::NotSent),
        "{all:?}"
    );
    assert_eq!(receiver.rest().len(), 0);
    sandbox.set_webhook(&format!("http://localhost:{port}"), USER, "");
    upload(&sandbox, &caller, 1).await;
    let webhook = receiver.next().await;
    assert!(webhook.head.starts_with("POST / HTTP/1.1"));
    assert_eq!(
        webhook.header("authorization"),
        Some(basic(USER, "").as_str())
    );
}

#[tokio::test]
async fn the_configuration_decides_where_a_webhook_goes() {
    let settings = Settings {
        other_tenants: vec![other_tenant()],
        processing: Processing::Polls(0),
        webhook_retry_delay: Duration::from_secs(1),
        ..Settings::default()
    };
    let sandbox = Sandbox::with(settings).await.unwrap();
    sandbox.clock().freeze();
    let mut receiver = Receiver::start().await;
    let caller = log_in(&sandbox).await;
    let ids = upload(&sandbox, &caller, 1).await;
    assert!(sandbox.send_webhook(&ids[0]).is_err() && sandbox.send_webhook("unknown").is_err());
    caller
        .configure(&json!({ "webhook_url": receiver.url() }))
        .await;
    receiver.react([Reaction::Status(500)]);
    sandbox.send_webhook(&ids[0]).unwrap();
    assert_eq!(receiver.next().await.header("authorization"), None);
    // The next attempt has the credentials of that moment.
    soon(sandbox.wait_for_webhooks(1)).await;
    caller
        .configure(&json!({ "webhook_user": "NEW", "webhook_password": "NEWER" }))
        .await;
    sandbox.clock().advance(Duration::from_secs(1));
    assert_eq!(
        receiver.next().await.header("authorization"),
        Some(basic("NEW", "NEWER").as_str())
    );
    soon(sandbox.wait_for_webhooks(2)).await;

    // Another tenant has no webhook configured.
    let second = log_in_to_other(&sandbox).await;
    let folder = second
        .create_folder(&json!({ "folder_name": "a" }))
        .await
        .json();
    second.upload(folder["id"].as_str().unwrap()).await;
    sandbox.send_webhook(&ids[0]).unwrap();
    receiver.react([Reaction::Status(500)]);
    assert_eq!(receiver.next().await.id(), ids[0]);
    soon(sandbox.wait_for_webhooks(3)).await;
    // The address is cleared while an attempt is due, which is then not sent.
    caller.configure(&json!({ "webhook_url": null })).await;
    sandbox.clock().advance(Duration::from_secs(1));
    assert_eq!(ends(&sandbox, 4).await[3], WebhookEnd::NotSent);
    assert_eq!(receiver.rest().len(), 0);
}

#[tokio::test]
async fn settings_under_which_nothing_could_be_sent_are_refused() {
    for settings in [
        Settings {
            webhook_attempts: 0,
            ..Settings::default()
        },
        Settings {
            webhook_concurrency: 0,
            ..Settings::default()
        },
    ] {
        let error = Sandbox::with(settings).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
