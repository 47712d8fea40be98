//! Tokens that expire: renewed ahead, or after a 401.

use std::time::Duration;

use common_http::ErrorKind;
use erp_files_client::sandbox::Sandbox;
use tokio::time::sleep;

use crate::support::{Op, client, eager, files, header, network, on, seen, token};

/// `token-renewed-ahead`: a minute before its end, in the last tenth of a short life.
#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_ahead_of_its_end() {
    for (life, serves) in [(3600, 3540.0), (600, 540.0), (100, 90.0), (5, 4.5)] {
        let erp = network(move |op, nth| {
            (op == Op::Token).then(|| token(&format!("EXAMPLE.{nth}"), life))
        });
        let client = on(&erp);
        files(&client).list().send().await.unwrap();
        let serves = Duration::from_secs_f64(serves);
        sleep(serves - Duration::from_millis(100)).await;
        files(&client).list().send().await.unwrap();
        assert_eq!(seen(&erp, Op::Token).len(), 1, "{life}");
        sleep(Duration::from_millis(200)).await;
        files(&client).list().send().await.unwrap();
        assert_eq!(seen(&erp, Op::Token).len(), 2, "{life}");
        assert_eq!(
            header(&seen(&erp, Op::List)[2], "authorization"),
            Some("Bearer EXAMPLE.2")
        );
    }
}

/// Once it was accepted, however young: a 401 then says that it was ended early.
#[tokio::test]
async fn a_token_that_the_sandbox_ended_is_renewed_if_it_had_been_accepted() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox, eager());
    client.sessions().open().await.unwrap();
    sandbox.expire_tokens();
    let error = files(&client).list().send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthenticated, 1),
        "a fresh one is an answer"
    );
    assert_eq!(sandbox.tokens_issued(), 1);

    let client = self::client(&sandbox, eager());
    files(&client).list().send().await.unwrap();
    sandbox.expire_tokens();
    files(&client).list().send().await.unwrap();
    assert_eq!(sandbox.tokens_issued(), 3);
}
