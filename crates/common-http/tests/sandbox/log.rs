//! The request log, and actions between requests.

use std::sync::{Arc, Mutex};

use common_http::sandbox::{Fault, Listen};
use http::StatusCode;
use tokio::io::AsyncWriteExt;

use crate::wire::{ADD, Example, GET, Sandbox, ask, connect, listening, soon, start};

#[tokio::test]
async fn a_request_is_logged_as_it_was_on_the_wire() {
    let sandbox = start().await;
    let mut stream = connect(&sandbox).await;
    let raw = "GET /things/a%2Fb%20%C3%A9?q=1%202&x HTTP/1.1\r\nHost: sandbox.invalid\r\n\
        Authorization: BaSiC marker\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\n";
    stream.write_all(raw.as_bytes()).await.unwrap();
    let log = soon(sandbox.wait_for(GET, 1)).await.unwrap();
    assert_eq!(log.len(), 1);
    let entry = &log[0];
    assert_eq!((entry.operation, entry.method.as_str()), (Some(GET), "GET"));
    assert_eq!(entry.target, "/things/a%2Fb%20%C3%A9?q=1%202&x");
    assert_eq!(entry.authorization_scheme(), Some("BaSiC"));
    assert_eq!(entry.headers.get_all("x-twice").iter().count(), 2);
    assert_eq!(
        (entry.status, entry.fault.clone(), entry.complete),
        (Some(StatusCode::OK), None, true)
    );
    let shown = format!("{entry:?} {sandbox:?}");
    assert!(
        !shown.contains("marker") && !shown.contains("things/"),
        "{shown}"
    );
}

#[tokio::test]
async fn arguments_are_decoded_once_after_the_path_is_split() {
    let sandbox = start().await;
    let got = ask(
        &mut connect(&sandbox).await,
        "GET /things/a%2Fb%252F?q=%C3%A9+x&q=2",
        "",
    )
    .await
    .json();
    assert_eq!(got["id"], "a/b%2F");
    assert_eq!(got["segments"], serde_json::json!(["things", "a/b%2F"]));
    assert_eq!(got["path"], "/things/a%2Fb%252F");
    assert_eq!(got["q"], "é x");
}

#[tokio::test]
async fn dots_and_slashes_are_not_resolved() {
    let sandbox = start().await;
    let mut stream = connect(&sandbox).await;
    assert_eq!(
        ask(&mut stream, "GET /things/..", "").await.json()["id"],
        ".."
    );
    assert_eq!(ask(&mut stream, "GET /things/a/", "").await.status, 404);
    assert_eq!(ask(&mut stream, "GET /slash/", "").await.status, 200);
    assert_eq!(ask(&mut stream, "GET /slash", "").await.status, 404);
}

#[tokio::test]
async fn what_belongs_to_no_operation_is_refused_and_logged() {
    let sandbox = start().await;
    let mut stream = connect(&sandbox).await;
    let got = ask(&mut stream, "GET /other", "").await;
    assert_eq!((got.status, got.body.as_str()), (404, r#"{"refused":404}"#));
    let got = ask(&mut stream, "DELETE /things", "").await;
    assert_eq!((got.status, got.header("allow")), (405, Some("POST")));
    let log = sandbox.requests();
    assert!(
        log.iter()
            .all(|entry| entry.operation.is_none() && entry.complete)
    );
    assert_eq!(
        log.iter()
            .map(|entry| entry.method.as_str())
            .collect::<Vec<_>>(),
        ["GET", "DELETE"]
    );
    assert_eq!((sandbox.added(), sandbox.count(ADD)), (0, 0));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_logged_and_not_acted_on() {
    let sandbox = start().await;
    sandbox.fail_next(ADD, Fault::Garbage).unwrap();
    let mut stream = connect(&sandbox).await;
    stream
        .write_all(b"POST /things HTTP/1.1\r\nHost: a.invalid\r\nContent-Length: 100\r\n\r\nhalf")
        .await
        .unwrap();
    drop(stream);
    let log = soon(sandbox.wait_for(ADD, 1)).await.unwrap();
    assert_eq!(
        (log[0].complete, log[0].status, log[0].fault.clone()),
        (false, None, None)
    );
    assert_eq!(sandbox.added(), 0);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let listen = Listen {
        body_limit: 10,
        ..Listen::default()
    };
    let sandbox = Sandbox::with(listening(listen)).await.unwrap();
    assert_eq!(
        ask(&mut connect(&sandbox).await, "POST /things", "0123456789")
            .await
            .status,
        201
    );
    assert_eq!(
        ask(&mut connect(&sandbox).await, "POST /things", "0123456789a")
            .await
            .status,
        413
    );
    assert_eq!(sandbox.added(), 1);
    let log = sandbox.requests_for(ADD);
    assert_eq!((log[0].complete, log[1].complete), (true, false));
}

#[tokio::test]
async fn an_emptied_log_counts_from_nothing() {
    let sandbox = start().await;
    let mut stream = connect(&sandbox).await;
    ask(&mut stream, "POST /things", "").await;
    sandbox.clear_requests();
    assert!(sandbox.requests().is_empty());
    ask(&mut stream, "POST /things", "").await;
    assert_eq!(sandbox.count(ADD), 1);
}

#[tokio::test]
async fn waiters_see_requests_that_come_later() {
    let sandbox = start().await;
    let sandbox = Arc::new(sandbox);
    let waiting = tokio::spawn({
        let sandbox = Arc::clone(&sandbox);
        async move { sandbox.wait_for(ADD, 3).await.unwrap().len() }
    });
    let mut stream = connect(&sandbox).await;
    for _ in 0..3 {
        ask(&mut stream, "POST /things", "").await;
    }
    assert_eq!(soon(waiting).await.unwrap(), 3);
}

#[tokio::test]
async fn an_action_runs_before_its_request_is_acted_on() {
    let sandbox = start().await;
    let sandbox = Arc::new(sandbox);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut stream = connect(&sandbox).await;
    ask(&mut stream, "POST /things", "").await;
    for nth in [2, 3] {
        let seen = Arc::clone(&seen);
        let note = move |example: &Example| seen.lock().unwrap().push((nth, example.added()));
        sandbox.on_request(ADD, nth, note).unwrap();
    }
    let weak = Arc::downgrade(&sandbox);
    let fail = move |_: &Example| {
        weak.upgrade()
            .unwrap()
            .fail_next(ADD, Fault::status(StatusCode::GONE))
            .unwrap()
    };
    sandbox.on_request(ADD, 3, fail).unwrap();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        ask(&mut stream, "GET /things/a", "").await;
        statuses.push(ask(&mut stream, "POST /things", "").await.status);
    }
    assert_eq!(*seen.lock().unwrap(), [(2, 2), (3, 3)]);
    assert_eq!(statuses, [201, 201, 410, 201]);
}
