//! Uploads that are dropped: nothing further is sent, and the state is enough to resume.

use std::time::Duration;

use common_http::Body;
use common_http::transport::FakeAnswer;
use tokio::time::{sleep, timeout};

use crate::support::store::OneUpload;
use crate::support::{Ended, NAME, Op, PDF, files, network, on, steps};
use Op::{Finalize, Initialize, List, Transfer};

const A_MOMENT: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_for_an_upload_that_is_dropped() {
    for (step, sent, rest) in [
        (Initialize, vec![Initialize], None),
        (
            Transfer,
            vec![Initialize, Transfer],
            Some(vec![List, Transfer, Finalize, List]),
        ),
        (
            Finalize,
            vec![Initialize, Transfer, Finalize],
            Some(vec![List, Finalize, List]),
        ),
    ] {
        let erp = network(move |op, nth| match (op, nth) {
            (op, 1) if op == step => Some(FakeAnswer::never()),
            (List, 1) => Some(FakeAnswer::json("[]")),
            _ => None,
        });
        let files = files(&on(&erp));
        let store = OneUpload::empty();
        let upload = || {
            let upload = files.upload(NAME, Body::from(PDF));
            upload.resumable(&store)
        };
        assert!(timeout(A_MOMENT, upload().send()).await.is_err());
        // Longer than any call would wait before it is repeated.
        sleep(Duration::from_secs(24 * 60 * 60)).await;
        assert_eq!(steps(&erp), sent);

        assert_eq!(store.kept().is_some(), rest.is_some(), "{step:?}");
        if let Some(rest) = rest {
            let resumed = upload().await.unwrap();
            assert_eq!(resumed, Ended::uploaded(Some(1.into())));
            assert_eq!(steps(&erp)[sent.len()..], rest);
        }
    }
}

/// Also between two attempts.
#[tokio::test(start_paused = true)]
async fn nothing_is_repeated_for_a_call_that_is_dropped() {
    for op in [List, Transfer, Op::Delete] {
        let target = crate::support::target().await;
        let erp = network(move |asked, _| {
            (asked == op).then(|| FakeAnswer::status(429).header("retry-after", "10"))
        });
        let client = on(&erp);
        assert!(timeout(A_MOMENT, op.call(&client, &target)).await.is_err());
        sleep(Duration::from_secs(60 * 60)).await;
        assert_eq!(steps(&erp), [op]);
    }
}
