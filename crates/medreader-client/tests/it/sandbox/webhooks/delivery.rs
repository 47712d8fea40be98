//! How often a webhook is sent, in which order, and what goes wrong with it.

use std::collections::HashMap;
use std::time::Duration;

use http::StatusCode;
use medreader_client::sandbox::{Processing, Settings, WebhookEnd, WebhookFault};
use serde_json::Value;
use testing::time::soon;

use super::{SECRET, USER, basic, ends, started, upload};
use crate::sandbox::receiver::Reaction;
use crate::sandbox::wire::log_in;

const CONFIRMED: WebhookEnd = WebhookEnd::Answered(StatusCode::OK);

#[tokio::test]
async fn a_webhook_is_sent_again_until_it_is_answered_200() {
    let settings = Settings {
        processing: Processing::Polls(0),
        webhook_retry_delay: Duration::from_secs(30),
        ..Settings::default()
    };
    let (sandbox, mut receiver) = started(settings).await;
    receiver.react([
        Reaction::Status(503),
        Reaction::Status(204),
        Reaction::Close,
    ]);
    let caller = log_in(&sandbox).await;
    let ids = upload(&sandbox, &caller, 1).await;
    let first = receiver.next().await;
    for attempt in 2..=4 {
        assert_eq!(
            soon(sandbox.wait_for_webhooks(attempt - 1)).await.len(),
            attempt - 1
        );
        sandbox.clock().advance(Duration::from_secs(30));
        let again = receiver.next().await;
        assert_eq!(again.body, first.body);
        assert_eq!(again.header("authorization"), first.header("authorization"));
    }
    assert_eq!(
        ends(&sandbox, 4).await,
        [
            WebhookEnd::Answered(StatusCode::SERVICE_UNAVAILABLE),
            WebhookEnd::Answered(StatusCode::NO_CONTENT),
            WebhookEnd::Broken,
            CONFIRMED,
        ]
    );
    let attempts: Vec<usize> = sandbox
        .webhook_log()
        .iter()
        .map(|delivery| delivery.number)
        .collect();
    assert_eq!(attempts, [1, 2, 3, 4]);
    // It is confirmed, so nothing more is sent but what the test asks for.
    sandbox.clock().advance(Duration::from_secs(3000));
    sandbox.send_webhook(&ids[0]).unwrap();
    assert_eq!(receiver.next().await.body, first.body);
    assert_eq!(ends(&sandbox, 5).await[4], CONFIRMED);
    assert_eq!(receiver.rest().len(), 0);
}

#[tokio::test]
async fn attempts_come_to_an_end() {
    let settings = Settings {
        processing: Processing::Polls(0),
        webhook_attempts: 3,
        webhook_retry_delay: Duration::ZERO,
        ..Settings::default()
    };
    let (sandbox, mut receiver) = started(settings).await;
    receiver.react([
        Reaction::Status(500),
        Reaction::Status(401),
        Reaction::Status(302),
    ]);
    let caller = log_in(&sandbox).await;
    let ids = upload(&sandbox, &caller, 1).await;
    let statuses = ends(&sandbox, 3).await;
    assert_eq!(statuses[2], WebhookEnd::Answered(StatusCode::FOUND));
    // A fourth attempt would come before the webhook of another prescription.
    let others = upload(&sandbox, &caller, 1).await;
    soon(sandbox.wait_for_webhooks(4)).await;
    let got: Vec<String> = receiver.rest().iter().map(|webhook| webhook.id()).collect();
    assert_eq!(
        got,
        [&ids[0], &ids[0], &ids[0], &others[0]].map(Clone::clone)
    );
}

#[tokio::test]
async fn webhooks_are_duplicated_lost_and_reordered_on_demand() {
    let (sandbox, mut receiver) = started(Settings {
        processing: Processing::Polls(0),
        ..Settings::default()
    })
    .await;
    let caller = log_in(&sandbox).await;
    sandbox.webhook_faults([
        WebhookFault::Late { after: 3 },
        WebhookFault::Duplicate { times: 1 },
        WebhookFault::Lost,
    ]);
    let ids = upload(&sandbox, &caller, 4).await;
    let deliveries = soon(sandbox.wait_for_webhooks(5)).await;
    let got: Vec<String> = receiver.rest().iter().map(|webhook| webhook.id()).collect();
    assert_eq!(got, [&ids[1], &ids[1], &ids[3], &ids[0]].map(Clone::clone));
    let lost: Vec<_> = deliveries
        .iter()
        .filter(|delivery| !delivery.is_confirmed())
        .collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(
        (lost[0].upload_id.as_str(), lost[0].end),
        (ids[2].as_str(), WebhookEnd::Lost)
    );
}

#[tokio::test]
async fn bad_credentials_and_bodies_come_once() {
    let settings = Settings {
        processing: Processing::Polls(0),
        webhook_retry_delay: Duration::ZERO,
        ..Settings::default()
    };
    let (sandbox, mut receiver) = started(settings).await;
    let caller = log_in(&sandbox).await;
    let wrong_user = basic("EXAMPLE-USER-wrong", SECRET);
    let wrong_password = basic(USER, "EXAMPLE:SECRET-wrong");
    for (fault, authorization) in [
        (WebhookFault::WrongUser, Some(wrong_user.as_str())),
        (WebhookFault::WrongPassword, Some(wrong_password.as_str())),
        (WebhookFault::NoCredentials, None),
    ] {
        receiver.react([Reaction::Status(401)]);
        sandbox.webhook_faults([fault]);
        upload(&sandbox, &caller, 1).await;
        let (first, second) = (receiver.next().await, receiver.next().await);
        assert_eq!(first.header("authorization"), authorization);
        assert_eq!(
            second.header("authorization"),
            Some(basic(USER, SECRET).as_str())
        );
        assert_eq!(first.body, second.body);
    }
    receiver.react([Reaction::Status(400)]);
    sandbox.webhook_faults([WebhookFault::BadJson]);
    upload(&sandbox, &caller, 1).await;
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert!(serde_json::from_slice::<Value>(&first.body).is_err());
    assert!(second.body.starts_with(&first.body));
    assert!(second.json().is_object());

    sandbox.webhook_faults([WebhookFault::Drift]);
    upload(&sandbox, &caller, 1).await;
    let drifted = receiver.next().await;
    assert!(drifted.json()["sandboxUnknownText"].is_string());
    assert!(
        String::from_utf8(drifted.body)
            .unwrap()
            .contains("\"prescription_confidence_score\":95.0")
    );
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_is_given_up() {
    let settings = Settings {
        processing: Processing::Polls(0),
        webhook_attempts: 1,
        webhook_timeout: Duration::from_millis(1),
        ..Settings::default()
    };
    let (sandbox, receiver) = started(settings).await;
    let caller = log_in(&sandbox).await;
    receiver.react([Reaction::Silence]);
    upload(&sandbox, &caller, 1).await;
    assert_eq!(ends(&sandbox, 1).await, [WebhookEnd::TimedOut]);
}

#[tokio::test]
async fn a_receiver_that_is_gone_or_never_ends_is_told_apart() {
    let settings = Settings {
        processing: Processing::Polls(0),
        webhook_attempts: 1,
        ..Settings::default()
    };
    let (sandbox, receiver) = started(settings).await;
    let caller = log_in(&sandbox).await;
    // Only the head of the answer counts.
    receiver.react([Reaction::EndlessBody]);
    upload(&sandbox, &caller, 1).await;
    assert_eq!(ends(&sandbox, 1).await, [CONFIRMED]);
    drop(receiver);
    upload(&sandbox, &caller, 1).await;
    assert_eq!(ends(&sandbox, 2).await[1], WebhookEnd::Broken);
}

#[tokio::test]
async fn many_webhooks_can_be_on_their_way_at_once() {
    let settings = Settings {
        processing: Processing::ByHand,
        webhook_concurrency: 50,
        webhook_timeout: Duration::from_secs(3600),
        ..Settings::default()
    };
    let (sandbox, mut receiver) = started(settings).await;
    let caller = log_in(&sandbox).await;
    let ids = upload(&sandbox, &caller, 180).await;
    sandbox.webhook_faults([WebhookFault::Duplicate { times: 1 }; 20]);
    // All of these wait for their answer at once. With fewer at once the test would not end.
    receiver.react([Reaction::Silence; 49]);
    for id in &ids {
        sandbox.finish(id).unwrap();
    }
    let deliveries = soon(sandbox.wait_for_webhooks(151)).await;
    assert!(deliveries.iter().all(|delivery| delivery.is_confirmed()));
    let mut counts: HashMap<String, usize> = HashMap::new();
    for webhook in receiver.rest() {
        *counts.entry(webhook.id()).or_default() += 1;
    }
    assert_eq!((counts.len(), counts.values().sum::<usize>()), (180, 200));
    assert_eq!(counts.values().filter(|count| **count == 2).count(), 20);
}

#[tokio::test]
async fn webhooks_end_with_their_sandbox() {
    // There is room for another webhook beside the one that waits for its answer.
    let settings = Settings {
        processing: Processing::ByHand,
        webhook_concurrency: 2,
        ..Settings::default()
    };
    let (sandbox, mut receiver) = started(settings).await;
    let caller = log_in(&sandbox).await;
    let ids = upload(&sandbox, &caller, 2).await;
    receiver.react([Reaction::Silence]);
    sandbox.finish(&ids[0]).unwrap();
    receiver.next().await;
    let backend = sandbox.state();
    drop(caller);
    drop(sandbox);
    // The state lives on, but nothing sends its webhooks.
    backend.finish(&ids[1]).unwrap();
    let (other, _) = started(Settings {
        processing: Processing::Polls(0),
        ..Settings::default()
    })
    .await;
    let caller = log_in(&other).await;
    other.set_webhook(&receiver.url(), USER, SECRET);
    upload(&other, &caller, 1).await;
    assert_eq!(ends(&other, 1).await, [CONFIRMED]);
    assert_eq!(receiver.rest().len(), 1);
    // The webhook that was being sent was neither confirmed nor given up.
    assert_eq!(backend.webhook_log().len(), 0);
}
