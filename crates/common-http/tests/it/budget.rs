//! The retry budget: 500 tokens per client, 14 per retry, 5 per retry that the vendor asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common_http::transport::TransportError::Connect;
use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{CallOptions, Engine, ErrorKind};

use crate::helper::Step::{Cut, Fails, Good, Later, Status};
use crate::helper::{READ, answering, call, call_with, download, engine, network};

/// The number of retries that the client's budget still allows.
async fn left(engine: &Engine, network: &FakeTransport) -> usize {
    let mut repetitions = 0;
    loop {
        let before = network.count();
        call(engine, &READ).await.unwrap_err();
        let made = network.count() - before - 1;
        repetitions += made;
        if made < 3 {
            return repetitions;
        }
    }
}

/// A network that is down until it is switched on.
fn switched() -> (Arc<FakeTransport>, Arc<AtomicBool>) {
    let up = Arc::new(AtomicBool::new(false));
    let is_up = Arc::clone(&up);
    let network = answering(move || {
        if is_up.load(Ordering::SeqCst) {
            FakeAnswer::json("{}")
        } else {
            FakeAnswer::error(Connect)
        }
    });
    (network, up)
}

#[tokio::test(start_paused = true)]
async fn empties_and_then_each_call_is_sent_once() {
    let network = network([Fails(Connect)]);
    let engine = engine(&network);
    assert_eq!(left(&engine, &network).await, 500 / 14);
    let before = network.count();
    let error = call(&engine.clone(), &READ).await.unwrap_err();
    assert_eq!(
        (error.kind(), network.count() - before),
        (ErrorKind::Connect, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn is_the_clients_own() {
    let network = network([Fails(Connect)]);
    left(&engine(&network), &network).await;
    assert_eq!(left(&engine(&network), &network).await, 500 / 14);
}

#[tokio::test(start_paused = true)]
async fn a_success_gives_one_back() {
    let (network, up) = switched();
    let engine = engine(&network);
    assert_eq!(left(&engine, &network).await, 35); // 10 of 500 are left
    for (successes, repetitions) in [(3, 0), (1, 1), (14, 1), (13, 0), (1, 1)] {
        up.store(true, Ordering::SeqCst);
        for _ in 0..successes {
            call(&engine, &READ).await.unwrap();
        }
        up.store(false, Ordering::SeqCst);
        assert_eq!(left(&engine, &network).await, repetitions);
    }
}

#[tokio::test(start_paused = true)]
async fn a_repetition_that_succeeds_gives_its_cost_back() {
    let down = Arc::new(AtomicBool::new(false));
    let is_down = Arc::clone(&down);
    let network = FakeTransport::new(move |request| {
        if is_down.load(Ordering::SeqCst) || request.index % 2 == 0 {
            FakeAnswer::error(Connect)
        } else {
            FakeAnswer::json("{}")
        }
    });
    let engine = engine(&network);
    for _ in 0..100 {
        assert_eq!(call(&engine, &READ).await.unwrap().attempts(), 2);
    }
    down.store(true, Ordering::SeqCst);
    assert_eq!(left(&engine, &network).await, 35);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_repetition_costs_less() {
    let network = network([Later(429, "1")]);
    let engine = engine(&network);
    assert_eq!(left(&engine, &network).await, 500 / 5);
}

/// A call that is not retried costs nothing, nor does one whose wait is too long to be made.
#[tokio::test(start_paused = true)]
async fn only_repetitions_cost() {
    for (step, attempts) in [
        (Status(404), 4),
        (Later(429, "1000"), 4),
        (Status(500), 1),
        (Fails(Connect), 1),
    ] {
        let mut steps = vec![step; 600];
        steps.push(Fails(Connect));
        let network = network(steps);
        let engine = engine(&network);
        for _ in 0..600 {
            let options = CallOptions::default().max_attempts(attempts);
            call_with(&engine, &READ, options).await.unwrap_err();
        }
        assert_eq!(network.count(), 600);
        assert_eq!(left(&engine, &network).await, 35);
    }
}

/// Downloads that break off are failures, although their heads were successes.
#[tokio::test(start_paused = true)]
async fn downloads_that_never_come_whole_empty_it() {
    let network = network([Cut]);
    let engine = engine(&network);
    for _ in 0..18 {
        download(&engine).await.unwrap().bytes().await.unwrap_err();
    }
    let before = network.count();
    download(&engine).await.unwrap().bytes().await.unwrap_err();
    assert_eq!(network.count() - before, 1);
}

#[tokio::test(start_paused = true)]
async fn downloads_that_come_whole_give_back() {
    let mut steps = Vec::new();
    for _ in 0..100 {
        steps.extend([Cut, Good]);
    }
    let network = network(steps);
    let engine = engine(&network);
    for _ in 0..100 {
        download(&engine).await.unwrap().bytes().await.unwrap();
    }
    assert_eq!(network.count(), 200);
}
