//! Compares what an error says about the call's effect with what the sandbox saw.

use std::time::Duration;

use biologix_client::BiologixClient;
use biologix_client::sandbox::Fault;
use common_http::{Delivery, ErrorKind};
use http::StatusCode;
use testing::delivery::assert_sound;

use crate::support::front::nobody;
use crate::support::{Op, client, eager, partner, report_key, sandbox, soon};

use Delivery::{Answered, NotSent, Unknown};

#[tokio::test]
async fn a_refused_port_is_no_connection_and_nothing_sent() {
    let sandbox = sandbox().await;
    for (op, failed) in [
        (Op::Login, Op::Login),
        (Op::List, Op::Login),
        (Op::Report, Op::Report),
    ] {
        let builder = sandbox.client_builder().http(eager());
        let client = builder
            .base_url(format!("http://{}", nobody()))
            .build()
            .unwrap();
        let error = op.call(&client, &sandbox).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Connect, NotSent)
        );
        assert_eq!(error.operation(), Some(failed.id()));
        assert_eq!(
            (error.attempts(), error.status()),
            (failed.attempts(), None)
        );
    }
    assert_eq!(sandbox.connections(), 0);
}

/// getaddrinfo itself refuses a label of more than 63 characters, so no DNS server is queried.
#[tokio::test]
async fn a_name_without_address_is_no_connection_and_nothing_sent() {
    let url = format!("http://{}.invalid", "a".repeat(64));
    let client = BiologixClient::builder()
        .base_url(url)
        .http(eager().allow_plain_http(true).no_proxy())
        .build()
        .unwrap();
    let report = client.reports().get(&"EXAMPLEKEY1".into()).send();
    let error = soon(report).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Connect, NotSent)
    );
    assert_eq!(error.attempts(), Op::Report.attempts());
}

#[tokio::test]
async fn a_server_that_went_away_is_no_connection_and_nothing_sent() {
    let sandbox = sandbox().await;
    // Without this, the first attempt could use a pooled connection whose end was not noticed yet.
    let client = client(&sandbox, eager().pool_idle_timeout(Duration::ZERO));
    Op::List.call(&client, &sandbox).await.unwrap();
    soon(sandbox.stop()).await;
    sandbox.clear_requests();
    for op in [Op::List, Op::Report] {
        let error = op.call(&client, &sandbox).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Connect, NotSent)
        );
        assert_eq!(
            (error.operation(), error.attempts()),
            (Some(op.id()), op.attempts())
        );
        assert_sound(&error, op.id(), &sandbox);
    }
}

#[tokio::test]
async fn connections_that_are_reset_at_once() {
    for op in Op::ALL {
        let sandbox = sandbox().await;
        sandbox.reset_connections(1);
        op.call(&client(&sandbox, eager()), &sandbox).await.unwrap();

        sandbox.clear_requests();
        sandbox.reset_connections(usize::MAX);
        let error = op
            .call(&client(&sandbox, eager()), &sandbox)
            .await
            .unwrap_err();
        // The system reports the reset while connecting, or when the request is written. In the
        // second case the outcome is unknown.
        assert!(
            matches!(error.kind(), ErrorKind::Connect | ErrorKind::Interrupted),
            "{error}"
        );
        match op {
            Op::List => assert_eq!(error.delivery(), NotSent),
            Op::Login | Op::Report => assert_ne!(error.delivery(), Answered),
        }
        assert!(sandbox.requests().is_empty());
    }
}

/// The last answer is final, but the outcome of an earlier attempt is unknown.
#[tokio::test]
async fn an_earlier_attempt_in_doubt_stays_in_doubt() {
    let refusal = || Fault::status(StatusCode::FORBIDDEN);
    let wait = || Fault::Throttled {
        retry_after: Some("0".to_owned()),
    };
    for (first, delivery) in [
        (Fault::ResetAfterRequest, Unknown),
        (Fault::ResetBeforeEffect, Unknown),
        (Fault::Garbage, Unknown),
        (Fault::CutBody { after: 10 }, Unknown),
        (Fault::status(StatusCode::BAD_GATEWAY), Unknown),
        (wait(), Answered),
    ] {
        let sandbox = sandbox().await;
        for op in [Op::List, Op::Report] {
            sandbox.fail_next(op.id(), first.clone()).unwrap();
            sandbox.fail_next(op.id(), refusal()).unwrap();
            let error = op
                .call(&client(&sandbox, eager()), &sandbox)
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::PermissionDenied);
            assert_eq!(
                (error.attempts(), error.delivery()),
                (2, delivery),
                "{first:?}"
            );
            assert_eq!(error.status(), Some(StatusCode::FORBIDDEN));
            assert_sound(&error, op.id(), &sandbox);
        }
    }
}

/// A login may be repeated, because an unused session does no harm, but not endlessly.
#[tokio::test]
async fn a_login_lost_after_it_was_acted_upon_is_repeated_three_times_at_most() {
    let sandbox = sandbox().await;
    sandbox
        .fail_times("biologix.sessions.open", 2, Fault::ResetAfterRequest)
        .unwrap();
    Op::List
        .call(&client(&sandbox, eager()), &sandbox)
        .await
        .unwrap();
    assert_eq!(
        (
            sandbox.sessions_opened(),
            sandbox.count("biologix.exams.list")
        ),
        (3, 1)
    );

    sandbox.clear_requests();
    sandbox
        .fail_always("biologix.sessions.open", Fault::ResetAfterRequest)
        .unwrap();
    let error = Op::List
        .call(&client(&sandbox, eager()), &sandbox)
        .await
        .unwrap_err();
    assert_eq!(
        (error.operation(), error.attempts()),
        (Some("biologix.sessions.open"), 3)
    );
    assert_eq!(
        (
            sandbox.sessions_opened(),
            sandbox.count("biologix.exams.list")
        ),
        (6, 0)
    );
}

/// The vendor's own refusals, with their codes.
#[tokio::test]
async fn what_the_vendor_refuses() {
    let sandbox = sandbox().await;
    let client = client(&sandbox, eager());

    let error = soon(client.exams(&"0000009ZZ".into()).list().send())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::PermissionDenied, Some("notAuthorized"))
    );
    assert_eq!((error.attempts(), error.delivery()), (1, Answered));

    let error = soon(client.reports().get(&"EXAMPLEKEY-NONE".into()).send())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::NotFound, Some(StatusCode::NOT_FOUND))
    );
    assert_eq!((error.attempts(), error.delivery()), (1, Answered));

    // A 401 on a session that is seconds old is final, so there is no new login.
    sandbox.expire_tokens();
    let error = soon(client.exams(&partner(&sandbox)).list().send())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthenticated, 1)
    );
    assert_eq!(sandbox.sessions_opened(), 1);

    sandbox.clear_requests();
    let builder = sandbox.client_builder().http(eager());
    let stranger = builder
        .credentials(sandbox.settings.username.as_str(), "WRONG-PASSWORD")
        .build()
        .unwrap();
    for attempts in [1, 0] {
        // The second time, the refusal is remembered and nothing is sent.
        let error = soon(stranger.exams(&partner(&sandbox)).list().send())
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Credentials, attempts)
        );
        assert_eq!(
            (error.code(), error.delivery()),
            (Some("incorrectPassword"), NotSent)
        );
    }
    assert_eq!(
        (
            sandbox.count("biologix.sessions.open"),
            sandbox.requests().len()
        ),
        (1, 1)
    );
}

/// Arguments that are refused locally are never sent.
#[tokio::test]
async fn invalid_path_arguments_are_never_sent() {
    let sandbox = sandbox().await;
    let client = client(&sandbox, eager());
    for id in ["", ".", "..", "a\nb", "\u{7f}"] {
        let list = soon(client.exams(&id.into()).list().send())
            .await
            .unwrap_err();
        let report = soon(client.reports().get(&id.into()).send())
            .await
            .unwrap_err();
        for error in [list, report] {
            assert_eq!(
                (error.kind(), error.delivery()),
                (ErrorKind::InvalidInput, NotSent)
            );
            assert_eq!(error.attempts(), 0);
        }
    }
    assert_eq!(sandbox.connections(), 0);
}

#[tokio::test]
async fn a_call_that_is_dropped_sends_nothing_further() {
    let sandbox = sandbox().await;
    let client = client(&sandbox, eager());
    sandbox
        .fail_always("biologix.reports.get", Fault::StallHead)
        .unwrap();
    tokio::select! {
        _ = client.reports().get(&report_key(&sandbox)).send() => panic!("the call ended without an answer"),
        seen = soon(sandbox.wait_for("biologix.reports.get", 1)) => assert_eq!(seen.unwrap().len(), 1),
    }
    soon(sandbox.wait_until_closed()).await;
    sandbox.clear_faults();
    Op::Report.call(&client, &sandbox).await.unwrap();
    assert_eq!(sandbox.count("biologix.reports.get"), 2);
}
