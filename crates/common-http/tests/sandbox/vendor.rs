//! How a sandbox uses its vendor: state, settings, addresses and background work.

use std::io;
use std::net::TcpStream as StdTcpStream;
use std::sync::{Arc, Mutex};

use common_http::example::GET as GET_THING;
use common_http::sandbox::{Fault, HeaderCase, Listen, SandboxError};
use http::StatusCode;
use tokio::sync::mpsc;

use crate::wire::{ADD, GET, PUT, Sandbox, Settings, ask, connect, connect_to, soon, start};

#[tokio::test]
async fn it_derefs_to_the_state_and_has_clients_of_it() {
    let settings = Settings {
        things: 7,
        ..Settings::default()
    };
    let sandbox = Sandbox::with(settings).await.unwrap();
    assert_eq!(sandbox.added(), 7);
    assert_eq!(sandbox.urls_at_start(), sandbox.urls());
    assert_eq!(sandbox.url(), sandbox.urls()[0]);
    let own = sandbox.client_builder().build().unwrap();
    for client in [sandbox.client(), own] {
        client
            .request(&GET_THING)
            .path("id", "a")
            .send()
            .await
            .unwrap();
    }
    assert_eq!(sandbox.count(GET), 2);
    let state = sandbox.state();
    drop(sandbox);
    assert_eq!(state.added(), 7);
}

#[tokio::test]
async fn settings_that_make_no_sense_are_refused() {
    let settings = Settings {
        things: 1_001,
        ..Settings::default()
    };
    let error = Sandbox::with(settings).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert_eq!(error.to_string(), "too many");
}

#[tokio::test]
async fn an_operation_is_at_its_own_address() {
    let sandbox = start().await;
    let mut things = connect(&sandbox).await;
    let mut files = connect_to(&sandbox.urls()[1]).await;
    assert_eq!(ask(&mut files, "PUT /files/a", "x").await.status, 201);
    assert_eq!(ask(&mut things, "POST /things", "").await.status, 201);
    let got = ask(&mut things, "PUT /files/a", "").await;
    assert_eq!((got.status, got.body.as_str()), (404, r#"{"refused":404}"#));
    let got = ask(&mut files, "GET /things/a", "").await;
    assert_eq!((got.status, got.json()["address"].as_u64()), (404, Some(1)));
    let got = ask(&mut files, "GET /files/a", "").await;
    assert_eq!((got.status, got.header("allow")), (405, Some("PUT")));
    let log = sandbox.requests();
    let seen: Vec<_> = log
        .iter()
        .map(|entry| (entry.address, entry.operation))
        .collect();
    let expected = [
        (1, Some(PUT)),
        (0, Some(ADD)),
        (0, None),
        (1, None),
        (1, None),
    ];
    assert_eq!(seen, expected);
    assert_eq!((sandbox.connections(), sandbox.open_connections()), (2, 2));
}

#[tokio::test]
async fn faults_and_actions_reach_every_address() {
    let sandbox = start().await;
    let mut files = connect_to(&sandbox.urls()[1]).await;
    let gone = || Fault::status(StatusCode::GONE);
    sandbox.fail_next(PUT, gone()).unwrap();
    sandbox.fail_always(ADD, gone()).unwrap();
    let seen = Arc::new(Mutex::new(None));
    let note = Arc::clone(&seen);
    sandbox
        .on_request(PUT, 2, move |example| {
            *note.lock().unwrap() = Some(example.added())
        })
        .unwrap();
    for status in [410, 201] {
        assert_eq!(ask(&mut files, "PUT /files/a", "").await.status, status);
    }
    assert_eq!(*seen.lock().unwrap(), Some(0));
    assert_eq!(soon(sandbox.wait_for(PUT, 2)).await.unwrap().len(), 2);
    assert_eq!(
        ask(&mut connect(&sandbox).await, "POST /things", "")
            .await
            .status,
        410
    );
    sandbox.reset_connections(1);
    sandbox.clear_faults();
    assert_eq!(ask(&mut files, "PUT /files/a", "").await.status, 201);
    let error = sandbox.fail_next("example.files.get", gone()).unwrap_err();
    assert!(matches!(error, SandboxError::UnknownOperation { known, .. } if known.contains(&PUT)));
}

#[tokio::test]
async fn each_address_listens_in_its_own_way() {
    let files = Listen {
        header_case: HeaderCase::Title,
        body_limit: 3,
        ..Listen::default()
    };
    let settings = Settings {
        listens: [Listen::default(), files],
        ..Settings::default()
    };
    let sandbox = Sandbox::with(settings).await.unwrap();
    let got = ask(&mut connect(&sandbox).await, "POST /things", "four").await;
    assert_eq!(
        (got.status, got.header("content-length")),
        (201, Some("12"))
    );
    let got = ask(
        &mut connect_to(&sandbox.urls()[1]).await,
        "PUT /files/a",
        "four",
    )
    .await;
    assert_eq!((got.status, got.json()["address"].as_u64()), (413, Some(1)));
    assert!(got.header("Content-Length").is_some());
}

#[tokio::test]
async fn stop_closes_every_address_and_then_ends_the_vendors_work() {
    let (sandbox, mut work) = at_work().await;
    ask(
        &mut connect_to(&sandbox.urls()[1]).await,
        "PUT /files/a",
        "",
    )
    .await;
    soon(sandbox.stop()).await;
    assert_eq!(
        work.try_recv(),
        Err(mpsc::error::TryRecvError::Disconnected)
    );
    assert_eq!(sandbox.open_connections(), 0);
    for url in sandbox.urls() {
        let error = StdTcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}

#[tokio::test]
async fn drop_ends_the_vendors_work() {
    let (sandbox, mut work) = at_work().await;
    assert_eq!(work.try_recv(), Err(mpsc::error::TryRecvError::Empty));
    drop(sandbox);
    assert_eq!(soon(work.recv()).await, None);
}

/// Many programs start the sandboxes of their tests in tasks.
#[tokio::test]
async fn it_can_be_started_in_a_task_and_shared() {
    let sandbox = tokio::spawn(Sandbox::start()).await.unwrap().unwrap();
    let shared = Arc::new(sandbox);
    let stopping = Arc::clone(&shared);
    soon(tokio::spawn(async move { stopping.stop().await }))
        .await
        .unwrap();
    assert!(format!("{shared:?}").starts_with("Sandbox { urls: [\"http://127.0.0.1:"));
}

/// Starts a sandbox and waits until its vendor's background work has begun.
async fn at_work() -> (Sandbox, mpsc::UnboundedReceiver<()>) {
    let (work, mut receiver) = mpsc::unbounded_channel();
    let settings = Settings {
        work: Some(work),
        ..Settings::default()
    };
    let sandbox = Sandbox::with(settings).await.unwrap();
    assert_eq!(soon(receiver.recv()).await, Some(()));
    (sandbox, receiver)
}
