//! Token requests that are refused by their code. The pauses are in `common-http`.

use std::time::Duration;

use common_http::ErrorKind;
use common_http::transport::FakeAnswer;

use crate::support::{Op, files, network, on, seen};

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
