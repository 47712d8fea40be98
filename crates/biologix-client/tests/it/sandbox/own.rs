//! Exams that a test puts into the list itself.

use biologix_client::sandbox::{Sandbox, Settings};
use biologix_client::{ErrorKind, ExamKey, ForeignHosts};
use serde_json::{Value, json};

use super::wire::{ids, list, log_in};

async fn sandbox(exams: usize) -> Sandbox {
    let settings = Settings {
        exams,
        ..Settings::default()
    };
    Sandbox::with(settings).await.unwrap()
}

#[tokio::test]
async fn an_own_exam_is_listed_as_it_is_given_and_as_the_newest() {
    let sandbox = sandbox(2).await;
    let exam = json!({ "examId": "EXAMPLE 1/é", "campoNovo": [1, null] });
    sandbox.put_exam(exam.clone()).unwrap();
    sandbox.issue_exams(1);
    let page = list(&sandbox, &log_in(&sandbox).await, "").await;
    let newest_first = ["0000004BB", "EXAMPLE 1/é", "0000002BB", "0000001BB"];
    assert_eq!(
        (ids(&page), sandbox.total()),
        (newest_first.map(str::to_owned).to_vec(), 4)
    );
    assert_eq!(
        (page.json()[1].clone(), sandbox.exam_ids()),
        (exam, ids(&page))
    );
    sandbox.remove_exam("EXAMPLE 1/é").unwrap();
    assert_eq!(sandbox.exam_json("EXAMPLE 1/é"), None);
}

#[tokio::test]
async fn an_own_exam_takes_the_place_of_the_one_that_has_its_id() {
    let sandbox = sandbox(3).await;
    for version in [1, 2] {
        for id in ["0000002BB", "0000005BB"] {
            sandbox
                .put_exam(json!({ "examId": id, "version": version }))
                .unwrap();
        }
    }
    sandbox.issue_exams(2);
    // 4 is the place of the own exam that is called 5, so no exam has that id twice.
    let newest_first = [
        "0000007BB",
        "0000006BB",
        "0000005BB",
        "0000003BB",
        "0000002BB",
        "0000001BB",
    ];
    assert_eq!(sandbox.exam_ids(), newest_first);
    let version = |id| sandbox.exam_json(id).unwrap().parse::<Value>().unwrap()["version"].clone();
    assert_eq!(
        (version("0000002BB"), version("0000005BB")),
        (json!(2), json!(2))
    );
    // An id that the sandbox has used is given to a new exam when the old one is gone.
    sandbox.remove_exam("0000001BB").unwrap();
    sandbox.put_exam(json!({ "examId": "0000001BB" })).unwrap();
    assert_eq!(sandbox.exam_ids()[0], "0000001BB");
    assert!(sandbox.remove_exam("0000004BB").is_err());
}

#[tokio::test]
async fn an_own_exam_has_a_report_if_it_is_done_and_has_a_key() {
    for redirect_reports in [false, true] {
        let settings = Settings {
            exams: 1,
            redirect_reports,
            ..Settings::default()
        };
        let sandbox = Sandbox::with(settings).await.unwrap();
        let client = sandbox
            .client_builder()
            .follow_reports(ForeignHosts::default());
        let reports = client.build().unwrap().reports();
        let exam = |status: i64, key: Option<&str>| {
            sandbox
                .put_exam(json!({ "examId": "E 1/?", "status": status, "examKey": key }))
                .unwrap();
        };
        let key = ExamKey::from("EXAMPLE 1");
        for (status, has_key, there) in [(4, true, false), (6, false, false), (6, true, true)] {
            exam(status, has_key.then_some(" EXAMPLE 1 "));
            let got = reports.get(&key).await;
            assert_eq!(got.is_ok(), there, "{status} {has_key}");
            if let Err(error) = got {
                assert_eq!(error.kind(), ErrorKind::NotFound);
            }
        }
        sandbox.spoil_exam("E 1/?").unwrap();
        assert!(reports.get(&key).await.is_err());
    }
}

#[tokio::test]
async fn an_own_exam_that_is_changed_is_done_with_a_key_and_keeps_the_rest() {
    let sandbox = sandbox(0).await;
    sandbox
        .put_exam(json!({ "examId": "E1", "status": 0, "type": 1 }))
        .unwrap();
    let mut texts = Vec::new();
    for _ in 0..2 {
        sandbox.change_exam("E1").unwrap();
        let exam: Value = sandbox.exam_json("E1").unwrap().parse().unwrap();
        assert_eq!((&exam["status"], &exam["type"]), (&json!(6), &json!(1)));
        let key = ExamKey::from(exam["examKey"].as_str().unwrap());
        drop(sandbox.client().reports().get(&key).await.unwrap());
        texts.push(exam["partnerSleepStudy"]["report"].clone());
    }
    assert_ne!(texts[0], texts[1]);
}

#[tokio::test]
async fn what_is_not_an_exam_is_refused() {
    let sandbox = sandbox(1).await;
    for (exam, why) in [
        (json!([1]), "not usable as exam: it is not an object"),
        (json!({}), "not usable as exam: it has no `examId`"),
        (
            json!({ "examId": 7 }),
            "not usable as exam: it has no `examId`",
        ),
        (
            json!({ "examId": "" }),
            "not usable as exam: it has no `examId`",
        ),
    ] {
        assert_eq!(sandbox.put_exam(exam).unwrap_err().to_string(), why);
    }
    assert_eq!(sandbox.total(), 1);
}
