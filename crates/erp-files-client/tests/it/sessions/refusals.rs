//! Token requests that are refused, which is remembered.

use std::time::Duration;

use common_http::transport::FakeAnswer;
use common_http::{Delivery, ErrorKind};
use erp_files_client::ErrorCode;
use tokio::time::sleep;

use crate::support::{Op, files, network, on, seen};

/// `token-refused-by-400`, by any of the three statuses.
#[tokio::test(start_paused = true)]
async fn a_refused_token_request_is_remembered_for_a_growing_pause() {
    for status in [400, 401, 403] {
        let erp = network(move |op, _| {
            let answer = || {
                FakeAnswer::status(status).chunk(
                    Duration::ZERO,
                    r#"{"error":"invalid_client","error_description":"texto"}"#,
                )
            };
            (op == Op::Token).then(answer)
        });
        let client = on(&erp);
        for (asked, pause) in [(1, 30), (2, 60), (3, 120)] {
            let calls = (0..10).map(|_| files(&client).list().send());
            for result in futures_util::future::join_all(calls).await {
                let error = result.unwrap_err();
                let is = (error.kind(), error.operation(), ErrorCode::of(&error));
                assert_eq!(
                    is,
                    (
                        ErrorKind::Credentials,
                        Some("erp.sessions.open"),
                        Some(ErrorCode::InvalidClient)
                    )
                );
                assert_eq!(
                    (error.message(), error.delivery()),
                    (Some("texto"), Delivery::NotSent)
                );
            }
            assert_eq!(seen(&erp, Op::Token).len(), asked, "{status}");
            sleep(Duration::from_secs(pause) - Duration::from_millis(10)).await;
            let error = files(&client).list().send().await.unwrap_err();
            assert_eq!((error.attempts(), seen(&erp, Op::Token).len()), (0, asked));
            assert!(error.retry_after().unwrap() <= Duration::from_millis(10));
            sleep(Duration::from_millis(20)).await;
        }
        assert!(seen(&erp, Op::List).is_empty());
    }
}

/// `token-refused-by-code`: the code says it, whatever the status.
#[tokio::test(start_paused = true)]
async fn a_code_that_refuses_the_credentials_is_a_refusal_under_any_status() {
    for status in [200, 404, 429, 500, 503] {
        for code in [
            "invalid_client",
            "invalid_grant",
            "invalid_scope",
            "unauthorized_client",
            "unsupported_grant_type",
            "invalid_request",
        ] {
            let body = format!(r#"{{"error":"{code}"}}"#);
            let erp = network(move |op, _| {
                let answer = || FakeAnswer::status(status).chunk(Duration::ZERO, body.clone());
                (op == Op::Token).then(answer)
            });
            let client = on(&erp);
            for _ in 0..3 {
                let error = files(&client).list().await.unwrap_err();
                assert_eq!(
                    (error.kind(), error.printable_code()),
                    (ErrorKind::Credentials, Some(code)),
                    "{status}"
                );
            }
            assert_eq!(seen(&erp, Op::Token).len(), 1, "{status} {code}");
        }
    }
}
