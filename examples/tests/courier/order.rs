//! In which order jobs are sent, and when they are sent again.

use common_http::ErrorKind;
use common_http::sandbox::Fault;
use examples::courier::{Answer, Job, NewJob, State, Task, Vendors};
use gensoft_client::sandbox::{Sandbox, Settings};
use http::StatusCode;

use crate::run::Desk;
use crate::town::{let_time_pass, open, until_idle};

const SEND: &str = "gensoft.attendances.send";

fn attendance(key: &str, text: &str) -> NewJob {
    NewJob::new(key, Task::GensoftAttendance, text.to_owned()).unwrap()
}

fn report(key: &str, text: &str) -> NewJob {
    let task = Task::GensoftReport {
        execution: "10".to_owned(),
    };
    NewJob::new(key, task, format!("%PDF-1.7 {text}")).unwrap()
}

async fn work(url: &str, sandbox: &Sandbox) -> Vec<Job> {
    let courier = open(url).await;
    let vendors = Vendors::default().gensoft(sandbox.client());
    let worked = courier.work(&vendors, until_idle(), std::future::pending());
    worked.await.unwrap();
    courier.jobs().await.unwrap()
}

fn states(jobs: &[Job]) -> Vec<State> {
    jobs.iter().map(|job| job.state).collect()
}

fn received(sandbox: &Sandbox) -> Vec<String> {
    let received = sandbox.attendances().into_iter();
    received.map(|attendance| attendance.text).collect()
}

#[tokio::test]
async fn a_cancellation_does_not_pass_its_order() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let courier = open(&desk.url()).await;
    let order = attendance("order", r#"{"n": 1}"#);
    courier.enqueue(&order).await.unwrap();
    let cancellation = attendance("cancel", r#"{"n": 2}"#).after("order").unwrap();
    courier.enqueue(&cancellation).await.unwrap();
    courier
        .enqueue(&attendance("other", r#"{"n": 3}"#))
        .await
        .unwrap();
    sandbox.fail_next(SEND, Fault::ResetAfterRequest).unwrap();

    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Doubt, State::Waiting, State::Done]);
    assert_eq!(jobs[0].error.as_ref().unwrap()["delivery"], "unknown");
    // Nothing changes while nobody answers, whatever time passes.
    let_time_pass(&desk.url()).await;
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Doubt, State::Waiting, State::Done]);
    assert_eq!(sandbox.count(SEND), 2);

    courier.settle("order", Answer::Arrived).await.unwrap();
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Done; 3]);
    let texts = [r#"{"n": 1}"#, r#"{"n": 3}"#, r#"{"n": 2}"#];
    assert_eq!(received(&sandbox), texts);
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_before_what_waits_for_it() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let courier = open(&desk.url()).await;
    courier
        .enqueue(&attendance("order", r#"{"n": 1}"#))
        .await
        .unwrap();
    let cancellation = attendance("cancel", r#"{"n": 2}"#).after("order").unwrap();
    courier.enqueue(&cancellation).await.unwrap();
    sandbox.fail_next(SEND, Fault::ResetBeforeEffect).unwrap();

    work(&desk.url(), &sandbox).await;
    assert!(received(&sandbox).is_empty());
    courier.settle("order", Answer::NotArrived).await.unwrap();
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Done; 2]);
    assert_eq!(jobs[0].attempts, 2);
    assert_eq!(received(&sandbox), [r#"{"n": 1}"#, r#"{"n": 2}"#]);
}

#[tokio::test]
async fn a_refused_order_holds_its_cancellation_until_a_person_answers() {
    let settings = Settings {
        required_fields: vec!["numero".to_owned()],
        ..Settings::default()
    };
    let (desk, sandbox) = (Desk::new(), Sandbox::with(settings).await.unwrap());
    let courier = open(&desk.url()).await;
    courier
        .enqueue(&attendance("order", r#"{"n": 1}"#))
        .await
        .unwrap();
    let cancellation = attendance("cancel", r#"{"numero": 2}"#)
        .after("order")
        .unwrap();
    courier.enqueue(&cancellation).await.unwrap();

    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Refused, State::Waiting]);
    assert!(jobs[0].error.as_ref().unwrap()["status"].is_u64());
    // It was done by hand.
    courier.settle("order", Answer::Arrived).await.unwrap();
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Done; 2]);
    assert_eq!(received(&sandbox), [r#"{"numero": 2}"#]);
}

/// A later report of an execution replaces the earlier one, so it must not come first.
#[tokio::test]
async fn reports_of_an_execution_keep_their_order() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let courier = open(&desk.url()).await;
    for text in ["one", "two", "three"] {
        courier.enqueue(&report(text, text)).await.unwrap();
    }
    // The client tries three times.
    let throttled = Fault::Status {
        status: 403.try_into().unwrap(),
        headers: Default::default(),
        body: Default::default(),
    };
    sandbox
        .fail_next("gensoft.reports.upload", throttled)
        .unwrap();
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Waiting; 3], "the settings are wrong");
    let_time_pass(&desk.url()).await;
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Done; 3]);
    let versions = sandbox.report_versions("10");
    let texts: Vec<_> = versions.iter().map(|version| &version.pdf[..]).collect();
    let expected = ["%PDF-1.7 one", "%PDF-1.7 two", "%PDF-1.7 three"];
    assert_eq!(texts, expected.map(str::as_bytes));
}

#[tokio::test]
async fn without_a_connection_nothing_is_lost() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let courier = open(&desk.url()).await;
    courier
        .enqueue(&attendance("order", r#"{"n": 1}"#))
        .await
        .unwrap();
    let nobody = gensoft_client::GensoftClient::builder()
        .base_url("http://127.0.0.1:1")
        .api_key("EXAMPLE-KEY")
        .build()
        .unwrap();
    let vendors = Vendors::default().gensoft(nobody);
    let worked = courier.work(&vendors, until_idle(), std::future::pending());
    assert_eq!(worked.await.unwrap().later, 1);
    let job = courier.job("order").await.unwrap().unwrap();
    assert_eq!((job.state, job.attempts), (State::Waiting, 1));
    assert_eq!(job.error.unwrap()["kind"], "connect");
    assert!(job.due_in > 0);
    let_time_pass(&desk.url()).await;
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!((jobs[0].state, &jobs[0].error), (State::Done, &None));
    assert_eq!(received(&sandbox).len(), 1);
}

#[tokio::test]
async fn a_pause_that_the_vendor_asks_for_is_kept() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let courier = open(&desk.url()).await;
    courier
        .enqueue(&attendance("order", r#"{"n": 1}"#))
        .await
        .unwrap();
    let throttled = Fault::Throttled {
        retry_after: Some("7200".to_owned()),
    };
    sandbox.fail_next(SEND, throttled).unwrap();
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(jobs[0].state, State::Waiting);
    assert!(
        (6_000_000..=7_200_000).contains(&jobs[0].due_in),
        "{jobs:?}"
    );
}

/// Of vendors that this worker has no settings for.
#[tokio::test]
async fn jobs_of_other_vendors_are_left_to_other_workers() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let courier = open(&desk.url()).await;
    let task = Task::MedreaderPrescription {
        folder: "1".to_owned(),
        name: "a.pdf".to_owned(),
    };
    let scan = NewJob::new("scan", task, "%PDF-1.7").unwrap();
    courier.enqueue(&scan).await.unwrap();
    courier.enqueue(&attendance("order", "{}")).await.unwrap();
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Waiting, State::Done]);
    assert_eq!(jobs[0].attempts, 0);
}

/// A report that was refused does not come after the one that replaced it.
#[tokio::test]
async fn a_settled_report_does_not_replace_a_later_one() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let courier = open(&desk.url()).await;
    courier.enqueue(&report("old", "old")).await.unwrap();
    let refusal = Fault::Redirect {
        status: StatusCode::FOUND,
        location: "/elsewhere".to_owned(),
    };
    sandbox
        .fail_next("gensoft.reports.upload", refusal)
        .unwrap();
    work(&desk.url(), &sandbox).await;
    courier.enqueue(&report("new", "new")).await.unwrap();
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Refused, State::Done]);
    let error = courier.settle("old", Answer::NotArrived).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let jobs = work(&desk.url(), &sandbox).await;
    assert_eq!(states(&jobs), [State::Refused, State::Done]);
    let versions = sandbox.report_versions("10");
    let texts: Vec<_> = versions.iter().map(|version| &version.pdf[..]).collect();
    assert_eq!(texts, [b"%PDF-1.7 new"]);
    courier.settle("old", Answer::Arrived).await.unwrap();
}
