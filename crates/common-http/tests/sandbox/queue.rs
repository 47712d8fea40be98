//! Which fault is injected when, and which faults are refused.

use common_http::sandbox::{Fault, SandboxError};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::wire::{ADD, GET, ask, connect, soon, start};

#[tokio::test]
async fn queued_faults_go_before_the_standing_one_until_all_are_cleared() {
    let sandbox = start().await;
    sandbox
        .fail_always(ADD, Fault::status(StatusCode::IM_A_TEAPOT))
        .unwrap();
    sandbox
        .fail_times(ADD, 2, Fault::status(StatusCode::GONE))
        .unwrap();
    sandbox
        .fail_next(ADD, Fault::status(StatusCode::CONFLICT))
        .unwrap();
    let mut stream = connect(&sandbox).await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(ask(&mut stream, "POST /things", "").await.status);
    }
    assert_eq!(statuses, [410, 410, 409, 418, 418]);
    assert_eq!(
        ask(&mut stream, "GET /things/a", "").await.status,
        200,
        "another operation"
    );
    sandbox.fail_next(ADD, Fault::Garbage).unwrap();
    sandbox.reset_connections(5);
    sandbox.clear_faults();
    assert_eq!(ask(&mut stream, "POST /things", "").await.status, 201);
    assert_eq!(
        ask(&mut connect(&sandbox).await, "POST /things", "")
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn what_could_not_be_played_is_refused() {
    let sandbox = start().await;
    let error = sandbox
        .fail_next("example.thing.add", Fault::Garbage)
        .unwrap_err();
    assert!(matches!(&error, SandboxError::UnknownOperation { known, .. } if known.contains(&ADD)));
    assert!(error.to_string().contains("`example.thing.add`") && error.to_string().contains(GET));
    assert!(sandbox.fail_times("", 2, Fault::Garbage).is_err());
    assert!(sandbox.fail_always("other", Fault::Garbage).is_err());
    assert!(sandbox.on_request("other", 1, |_| {}).is_err());
    assert!(soon(sandbox.wait_for("other", 0)).await.is_err());
    let bad = Fault::Throttled {
        retry_after: Some("1\r\nx: y".to_owned()),
    };
    assert_eq!(
        sandbox.fail_next(ADD, bad).unwrap_err().to_string(),
        "the fault's value for the header `Retry-After` cannot be sent over HTTP"
    );
    let bad = Fault::Redirect {
        status: StatusCode::FOUND,
        location: "\0".to_owned(),
    };
    assert!(matches!(
        sandbox.fail_always(ADD, bad),
        Err(SandboxError::InvalidHeader {
            header: "Location",
            ..
        })
    ));
    assert_eq!(
        sandbox.on_request(ADD, 0, |_| {}).unwrap_err(),
        SandboxError::ZeroCount
    );
}

#[test]
fn debug_of_a_fault_shows_no_header_body_or_location() {
    let headers =
        HeaderMap::from_iter([("x-a".parse().unwrap(), HeaderValue::from_static("MARKER"))]);
    let status = Fault::Status {
        status: StatusCode::OK,
        headers,
        body: "MARKER".into(),
    };
    let redirect = Fault::Redirect {
        status: StatusCode::FOUND,
        location: "http://MARKER/".to_owned(),
    };
    let shown = format!("{status:?} {redirect:?} {:?}", Fault::CutBody { after: 3 });
    assert_eq!(
        shown,
        "Status { status: 200, .. } Redirect { status: 302, .. } CutBody { after: 3 }"
    );
}
