//! The channel helper.

use std::pin::pin;

use futures_util::StreamExt as _;
use medreader_client::webhook::{Outcome, Receiver};

use super::{payload, right_headers, verifier};

async fn receive(receiver: &Receiver, number: usize) -> Outcome {
    receiver.receive(&right_headers(), &payload(number)).await
}

#[tokio::test]
async fn events_come_out_once_and_in_order() {
    let (receiver, mut events) = Receiver::channel(verifier(), 10);
    for number in [1, 2, 1, 3] {
        assert_eq!(receive(&receiver, number).await.status(), 200);
    }
    drop(receiver);
    assert_eq!(events.next().await.unwrap().id.as_str(), "EXAMPLE-1");
    let rest: Vec<_> = events
        .map(|event| event.id.as_str().to_owned())
        .collect()
        .await;
    assert_eq!(rest, ["EXAMPLE-2", "EXAMPLE-3"]);
}

#[tokio::test]
async fn a_full_channel_makes_deliveries_wait() {
    for capacity in [0, 1] {
        let (receiver, mut events) = Receiver::channel(verifier(), capacity);
        assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
        let mut second = pin!(receive(&receiver, 2));
        tokio::select! {
            biased;
            outcome = &mut second => panic!("there was no room, but {outcome:?}"),
            event = events.next() => assert_eq!(event.unwrap().id.as_str(), "EXAMPLE-1"),
        }
        assert_eq!(second.await, Outcome::Handled);
        assert_eq!(events.next().await.unwrap().id.as_str(), "EXAMPLE-2");
    }
}

#[tokio::test]
async fn without_the_stream_nothing_is_taken() {
    let (receiver, events) = Receiver::channel(verifier(), usize::MAX);
    assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
    drop(events);
    assert_eq!(receive(&receiver, 2).await, Outcome::HandlerFailed);
    assert_eq!(receive(&receiver, 2).await.status(), 503);
}
