//! Pages, their headers, throttling, and what is refused.

use std::time::Duration;

use biologix_client::sandbox::{Fault, Sandbox, Settings, Throttle};
use serde_json::json;

use super::wire::{ids, list, log_in};

#[tokio::test]
async fn pages_hold_every_exam_once_newest_first() {
    let sandbox = Sandbox::with(Settings {
        exams: 57,
        max_limit: 10,
        ..Settings::default()
    })
    .await
    .unwrap();
    let token = log_in(&sandbox).await;
    let mut seen = Vec::new();
    for page in 0..6 {
        let got = list(&sandbox, &token, &format!("?offset={}&limit=10", page * 10)).await;
        assert_eq!(
            (got.status, got.header("content-type")),
            (200, Some("application/json"))
        );
        assert_eq!(got.header("x-pagination-total"), Some("57"));
        assert_eq!(got.header("x-pagination-limit"), Some("10"));
        assert_eq!(
            got.header("x-pagination-offset"),
            Some((page * 10).to_string().as_str())
        );
        seen.extend(ids(&got));
    }
    assert_eq!(seen, sandbox.exam_ids());
    assert_eq!(
        (seen.len(), seen[0].as_str(), seen[56].as_str()),
        (57, "0000057BB", "0000001BB")
    );
    let got = list(&sandbox, &token, "?offset=57").await;
    assert_eq!(
        (got.text(), got.header("x-pagination-total")),
        ("[]", Some("57"))
    );
    assert_eq!(
        list(&sandbox, &token, "?offset=100000000000").await.text(),
        "[]"
    );
}

#[tokio::test]
async fn the_limit_is_capped_and_has_a_default() {
    let sandbox = Sandbox::with(Settings {
        exams: 30,
        max_limit: 20,
        ..Settings::default()
    })
    .await
    .unwrap();
    let token = log_in(&sandbox).await;
    assert_eq!(ids(&list(&sandbox, &token, "").await).len(), 20);
    let got = list(&sandbox, &token, "?limit=1000").await;
    assert_eq!(
        (ids(&got).len(), got.header("x-pagination-limit")),
        (20, Some("20"))
    );
    assert_eq!(
        ids(&list(&sandbox, &token, "?limit=7&other=x").await).len(),
        7
    );
    let small = Sandbox::with(Settings {
        exams: 30,
        default_limit: Some(5),
        ..Settings::default()
    })
    .await
    .unwrap();
    let token = log_in(&small).await;
    assert_eq!(ids(&list(&small, &token, "").await).len(), 5);
    for bad in [
        "?limit=0",
        "?limit=-1",
        "?limit=x",
        "?offset=-1",
        "?offset=",
        "?limit=1.5",
    ] {
        assert_eq!(list(&small, &token, bad).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn each_pagination_header_can_be_left_out() {
    let names = [
        "x-pagination-total",
        "x-pagination-limit",
        "x-pagination-offset",
    ];
    for (index, missing) in names.into_iter().enumerate() {
        let settings = Settings {
            total_header: index != 0,
            limit_header: index != 1,
            offset_header: index != 2,
            ..Settings::default()
        };
        let sandbox = Sandbox::with(settings).await.unwrap();
        let token = log_in(&sandbox).await;
        let got = list(&sandbox, &token, "").await;
        for name in names {
            assert_eq!(got.header(name).is_none(), name == missing);
        }
    }
}

#[tokio::test]
async fn too_many_calls_in_a_window_are_throttled_as_observed() {
    let throttle = Throttle {
        calls: 2,
        window: Duration::from_secs(60),
        retry_after: None,
    };
    let sandbox = Sandbox::with(Settings {
        throttle: Some(throttle.clone()),
        ..Settings::default()
    })
    .await
    .unwrap();
    sandbox.clock().freeze();
    let token = log_in(&sandbox).await;
    assert_eq!(list(&sandbox, &token, "").await.status, 200);
    sandbox.clock().advance(Duration::from_secs(30));
    assert_eq!(list(&sandbox, &token, "").await.status, 200);
    let got = list(&sandbox, &token, "").await;
    let class = "com.biologix.springbase.core.error.TooManyRequestsException";
    assert_eq!(
        (got.status, got.json()),
        (429, json!({ "_class": class, "error": "tooManyRequests" }))
    );
    assert_eq!(got.header("retry-after"), None);
    assert_eq!(
        log_in(&sandbox).await.len(),
        token.len(),
        "logins are not throttled"
    );
    sandbox.clock().advance(Duration::from_secs(30));
    assert_eq!(list(&sandbox, &token, "").await.status, 200);
    assert_eq!(list(&sandbox, &token, "").await.status, 429);

    let sandbox = Sandbox::with(Settings {
        throttle: Some(Throttle {
            retry_after: Some("17".to_owned()),
            ..throttle
        }),
        ..Settings::default()
    })
    .await
    .unwrap();
    sandbox.clock().freeze();
    let token = log_in(&sandbox).await;
    let mut last = None;
    for _ in 0..3 {
        last = Some(list(&sandbox, &token, "").await);
    }
    assert_eq!(last.unwrap().header("retry-after"), Some("17"));
}

#[tokio::test]
async fn faults_have_the_vendors_bodies() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = log_in(&sandbox).await;
    let soon = Some("3".to_owned());
    sandbox
        .fail_next(
            "biologix.exams.list",
            Fault::Throttled {
                retry_after: soon.clone(),
            },
        )
        .unwrap();
    sandbox
        .fail_next(
            "biologix.exams.list",
            Fault::Unavailable { retry_after: soon },
        )
        .unwrap();
    let got = list(&sandbox, &token, "").await;
    assert_eq!(
        (got.status, &got.json()["error"], got.header("retry-after")),
        (429, &json!("tooManyRequests"), Some("3"))
    );
    let got = list(&sandbox, &token, "").await;
    assert_eq!(
        (got.status, &got.json()["status"], got.header("retry-after")),
        (503, &json!(503), Some("3"))
    );
}

#[tokio::test]
async fn a_hundred_thousand_exams_are_listed_at_any_depth() {
    let sandbox = Sandbox::with(Settings {
        exams: 100_000,
        ..Settings::default()
    })
    .await
    .unwrap();
    let token = log_in(&sandbox).await;
    for (offset, first, count) in [
        (0, "0100000BB", 100),
        (99_950, "0000050BB", 50),
        (50_000, "0050000BB", 100),
    ] {
        let got = list(&sandbox, &token, &format!("?offset={offset}&limit=100")).await;
        assert_eq!((ids(&got)[0].as_str(), ids(&got).len()), (first, count));
        assert_eq!(got.header("x-pagination-total"), Some("100000"));
    }
    sandbox.remove_exam("0060000BB").unwrap();
    let got = list(&sandbox, &token, "?offset=50000&limit=1").await;
    assert_eq!(ids(&got), ["0049999BB"]);
    sandbox.issue_exams(1);
    let got = list(&sandbox, &token, "?offset=50000&limit=1").await;
    assert_eq!(ids(&got), ["0050000BB"]);
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused() {
    for settings in [
        Settings {
            exams: 9_000_001,
            ..Settings::default()
        },
        Settings {
            max_limit: 0,
            ..Settings::default()
        },
        Settings {
            default_limit: Some(0),
            ..Settings::default()
        },
    ] {
        assert_eq!(
            Sandbox::with(settings).await.unwrap_err().kind(),
            std::io::ErrorKind::InvalidInput
        );
    }
    let none = Sandbox::with(Settings {
        exams: 0,
        ..Settings::default()
    })
    .await
    .unwrap();
    let token = log_in(&none).await;
    assert_eq!(list(&none, &token, "").await.text(), "[]");
    let port = none.url().rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(
        Sandbox::with(Settings {
            port,
            ..Settings::default()
        })
        .await
        .unwrap_err()
        .kind(),
        std::io::ErrorKind::AddrInUse
    );
}
