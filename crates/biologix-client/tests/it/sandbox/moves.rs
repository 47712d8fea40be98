//! A list that changes while it is read.

use biologix_client::sandbox::{Sandbox, SandboxError, Settings};
use serde_json::Value;

use super::wire::{ids, list, log_in};

#[tokio::test]
async fn issued_exams_come_first_and_shift_the_rest() {
    let sandbox = Sandbox::with(Settings {
        exams: 10,
        ..Settings::default()
    })
    .await
    .unwrap();
    let token = log_in(&sandbox).await;
    let before = sandbox.exam_ids();
    sandbox
        .on_request("biologix.exams.list", 2, |centre| centre.issue_exams(3))
        .unwrap();
    let first = list(&sandbox, &token, "?limit=5").await;
    let second = list(&sandbox, &token, "?limit=5&offset=5").await;
    assert_eq!(
        (ids(&first), first.header("x-pagination-total")),
        (before[..5].to_vec(), Some("10"))
    );
    assert_eq!(
        (ids(&second), second.header("x-pagination-total")),
        (before[2..7].to_vec(), Some("13"))
    );
    assert_eq!(
        sandbox.exam_ids()[..3],
        ["0000013BB", "0000012BB", "0000011BB"]
    );
}

#[tokio::test]
async fn removed_exams_lower_the_total_and_never_come_back() {
    let sandbox = Sandbox::with(Settings {
        exams: 10,
        ..Settings::default()
    })
    .await
    .unwrap();
    let token = log_in(&sandbox).await;
    sandbox.remove_exam("0000004BB").unwrap();
    sandbox.remove_newest(2);
    let got = list(&sandbox, &token, "").await;
    assert_eq!(got.header("x-pagination-total"), Some("7"));
    assert_eq!(
        ids(&got),
        [
            "0000008BB",
            "0000007BB",
            "0000006BB",
            "0000005BB",
            "0000003BB",
            "0000002BB",
            "0000001BB"
        ]
    );
    assert_eq!(sandbox.exam_json("0000004BB"), None);
    sandbox.issue_exams(0);
    sandbox.issue_exams(1);
    assert_eq!(sandbox.exam_ids()[..2], ["0000011BB", "0000008BB"]);
    sandbox.remove_newest(100);
    assert_eq!(
        (sandbox.total(), list(&sandbox, &token, "").await.text()),
        (0, "[]")
    );
}

#[tokio::test]
async fn a_changed_exam_is_done_and_differs_each_time() {
    let sandbox = Sandbox::with(Settings {
        exams: 40,
        ..Settings::default()
    })
    .await
    .unwrap();
    let exam = |id: &str| serde_json::from_str::<Value>(&sandbox.exam_json(id).unwrap()).unwrap();
    let id = sandbox
        .exam_ids()
        .into_iter()
        .find(|id| exam(id)["status"] == 4)
        .unwrap();
    let mut versions = vec![exam(&id)];
    for _ in 0..3 {
        sandbox.change_exam(&id).unwrap();
        versions.push(exam(&id));
    }
    for (index, version) in versions.iter().enumerate().skip(1) {
        assert_eq!(
            (&version["status"], &version["examId"]),
            (&Value::from(6), &Value::from(id.clone()))
        );
        for same in ["patientUserId", "base", "patient", "type"] {
            assert_eq!(version.get(same), versions[0].get(same));
        }
        assert!(
            version["examKey"]
                .as_str()
                .unwrap()
                .starts_with("EXAMPLEKEY")
        );
        assert!(versions[..index].iter().all(|earlier| earlier != version));
    }
    let others: Vec<_> = sandbox
        .exam_ids()
        .into_iter()
        .filter(|other| *other != id)
        .map(|other| exam(&other))
        .collect();
    assert!(others.iter().all(|other| {
        other
            .pointer("/partnerSleepStudy/report")
            .is_none_or(|text| !text.as_str().unwrap().contains("revisao"))
    }));
}

#[tokio::test]
async fn spoiled_exams_cannot_be_read_and_can_be_fixed() {
    let sandbox = Sandbox::with(Settings {
        exams: 6,
        ..Settings::default()
    })
    .await
    .unwrap();
    let token = log_in(&sandbox).await;
    let good = sandbox.exam_json("0000002BB").unwrap();
    for id in ["0000001BB", "0000002BB", "0000003BB"] {
        sandbox.spoil_exam(id).unwrap();
    }
    let page = list(&sandbox, &token, "").await;
    let page = page.json();
    assert_eq!(page.as_array().unwrap().len(), 6);
    assert!(page[3].is_string() && page[4].is_array() && page[5].is_object());
    assert!(page[5].get("examId").is_none());
    assert_eq!(sandbox.exam_ids(), ["0000006BB", "0000005BB", "0000004BB"]);
    assert_eq!(
        (
            sandbox.total(),
            sandbox.exam_json("0000002BB").unwrap() != good
        ),
        (6, true)
    );
    sandbox.change_exam("0000002BB").unwrap();
    assert!(sandbox.exam_ids().contains(&"0000002BB".to_owned()));
    sandbox.remove_exam("0000003BB").unwrap();
    assert_eq!(
        list(&sandbox, &token, "")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        5
    );
}

#[tokio::test]
async fn exams_that_are_not_there_are_errors() {
    let sandbox = Sandbox::with(Settings {
        exams: 3,
        ..Settings::default()
    })
    .await
    .unwrap();
    for id in [
        "0000004BB",
        "0000000BB",
        "1BB",
        "0000001CC",
        "+000001BB",
        "",
    ] {
        let error = sandbox.remove_exam(id).unwrap_err();
        assert_eq!(error, SandboxError::unknown_item("exam", id));
        assert!(sandbox.change_exam(id).is_err() && sandbox.spoil_exam(id).is_err());
        assert_eq!(sandbox.exam_json(id), None);
    }
    assert!(
        sandbox
            .on_request("biologix.exams.lists", 1, |_| {})
            .is_err()
    );
    assert_eq!(sandbox.total(), 3);
}

#[tokio::test]
async fn an_action_may_end_the_session_between_pages() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = log_in(&sandbox).await;
    sandbox
        .on_request("biologix.exams.list", 2, |centre| centre.expire_tokens())
        .unwrap();
    assert_eq!(list(&sandbox, &token, "").await.status, 200);
    assert_eq!(list(&sandbox, &token, "").await.status, 401);
    let token = log_in(&sandbox).await;
    assert_eq!(list(&sandbox, &token, "").await.status, 200);
}
