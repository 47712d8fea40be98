//! Tokens that expire: renewed ahead, or after a 401.

use std::time::Duration;

use common_http::transport::FakeAnswer;
use common_http::{Delivery, ErrorKind};
use erp_files_client::sandbox::Sandbox;
use tokio::time::sleep;

use crate::support::{A_WHILE, Op, client, eager, files, header, network, on, seen, target, token};

/// `401-asks-for-one-new-token`, also for effectful calls: a 401 is a refusal before the effect.
#[tokio::test(start_paused = true)]
async fn an_expired_token_is_renewed_once_and_the_call_repeated() {
    let target = target().await;
    for op in Op::ALL
        .into_iter()
        .filter(|op| !matches!(op, Op::Token | Op::Transfer))
    {
        // The first one was used for a while before the vendor refused it.
        let erp =
            network(move |asked, nth| (asked == op && nth == 2).then(|| FakeAnswer::status(401)));
        let client = on(&erp);
        op.call(&client, &target).await.unwrap();
        sleep(A_WHILE).await;
        op.call(&client, &target).await.unwrap();
        let used: Vec<_> = seen(&erp, op)
            .iter()
            .map(|request| header(request, "authorization").unwrap().to_owned())
            .collect();
        let tokens =
            ["0001", "0001", "0002"].map(|number| format!("Bearer EXAMPLE.TOKEN.{number}"));
        assert_eq!(used, tokens, "{op:?}");
        assert_eq!(seen(&erp, Op::Token).len(), 2);

        // A second 401 is the answer.
        let erp =
            network(move |asked, nth| (asked == op && nth > 1).then(|| FakeAnswer::status(401)));
        let client = on(&erp);
        op.call(&client, &target).await.unwrap();
        sleep(A_WHILE).await;
        let error = op.call(&client, &target).await.unwrap_err();
        let is = (error.kind(), error.attempts(), error.delivery());
        assert_eq!(
            is,
            (ErrorKind::Unauthenticated, 2, Delivery::Answered),
            "{op:?}"
        );
        assert_eq!((seen(&erp, op).len(), seen(&erp, Op::Token).len()), (3, 2));

        // So is a 401 to a token that cannot have expired yet.
        let erp = network(move |asked, _| (asked == op).then(|| FakeAnswer::status(401)));
        let error = op.call(&on(&erp), &target).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Unauthenticated, 1)
        );
        assert_eq!(seen(&erp, Op::Token).len(), 1);
    }
}

/// A late 401 to the old token does not discard the new one.
#[tokio::test(start_paused = true)]
async fn many_calls_with_an_expired_token_ask_for_one() {
    let erp = network(|op, nth| match (op, nth) {
        // Each of the ten later than the one before.
        (Op::List, 2..=11) => Some(FakeAnswer::status(401).after(Duration::from_secs(nth as u64))),
        _ => None,
    });
    let client = on(&erp);
    files(&client).list().send().await.unwrap();
    sleep(A_WHILE).await;
    let calls = (0..10).map(|_| files(&client).list().send());
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(seen(&erp, Op::Token).len(), 2);
}

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

/// While the old token lives, a failed renewal is not an error.
#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_leaves_the_old_token_in_use() {
    for status in [400, 500] {
        let erp = network(move |op, nth| {
            (op == Op::Token && nth > 1).then(|| FakeAnswer::status(status))
        });
        let client = on(&erp);
        files(&client).list().send().await.unwrap();
        sleep(Duration::from_secs(3550)).await;
        for _ in 0..5 {
            files(&client).list().send().await.unwrap();
        }
        // One of them requested a token, at most three times.
        assert!((2..=4).contains(&seen(&erp, Op::Token).len()));
        sleep(Duration::from_secs(60)).await;
        let error = files(&client).list().send().await.unwrap_err();
        assert_eq!(
            (error.operation(), error.delivery()),
            (Some(Op::Token.id()), Delivery::NotSent)
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
