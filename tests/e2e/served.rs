//! A report that axum serves while it arrives: whole, or broken off for axum's client too.

use std::future::IntoFuture;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use biologix_client::sandbox::Fault;
use bytes::Bytes;
use futures_util::TryStreamExt;
use http::StatusCode;
use tokio::net::TcpListener;

use crate::support::{REPORT, client, eager, report_key, sandbox, soon};

/// Asks a server for a report that it gets from the sandbox for each request; returns the status
/// and the pieces that came, or the pieces' error.
async fn through_axum(fault: Option<Fault>) -> (StatusCode, reqwest::Result<Vec<Bytes>>) {
    let sandbox = sandbox().await;
    if let Some(fault) = fault {
        sandbox.fail_next("biologix.reports.get", fault).unwrap();
    }
    let (client, key) = (client(&sandbox, eager()), Arc::new(report_key(&sandbox)));
    let serve = move || async move {
        let report = client.reports().get(&key).send().await;
        report
            .map(Body::from_stream)
            .map_err(|_| StatusCode::BAD_GATEWAY)
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/report", listener.local_addr().unwrap());
    let server = axum::serve(listener, Router::new().route("/report", get(serve)));
    let asking = async {
        let answer = reqwest::get(url).await.unwrap();
        (answer.status(), answer.bytes_stream().try_collect().await)
    };
    tokio::select! {
        _ = server.into_future() => unreachable!("the server does not end by itself"),
        answer = soon(asking) => answer,
    }
}

#[tokio::test]
async fn a_whole_report_is_served_whole() {
    let (status, pieces) = through_axum(None).await;
    let pdf = pieces.unwrap().concat();
    assert_eq!(status, StatusCode::OK);
    assert!(pdf.len() >= REPORT && pdf.starts_with(b"%PDF-") && pdf.ends_with(b"%%EOF\n"));
}

#[tokio::test]
async fn a_report_that_breaks_off_does_not_look_complete() {
    for after in [2_000, REPORT / 2, usize::MAX] {
        let (status, pieces) = through_axum(Some(Fault::CutBody { after })).await;
        assert_eq!(status, StatusCode::OK);
        assert!(pieces.is_err(), "cut after {after}, and {pieces:?}");
    }
}
