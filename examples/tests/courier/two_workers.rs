//! Several workers, and workers that were given up too early.

use std::sync::Arc;
use std::time::Duration;

use examples::courier::{Answer, NewJob, State, Task, Vendors, WorkOptions};
use gensoft_client::sandbox::Sandbox;
use sqlx::any::AnyPoolOptions;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::crowd::{each_order_is_sent_once, front, pass_on};
use crate::run::Desk;
use crate::town::{let_time_pass, open, until_idle};

const SEND: &str = "gensoft.attendances.send";

#[tokio::test]
async fn two_workers_send_each_order_once() {
    each_order_is_sent_once(&Desk::new().url(), 100).await;
}

/// A worker that stands still for longer than its lease, just before its job leaves.
async fn stands_still(settled: Option<Answer>) -> (State, usize) {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let url = desk.url();
    let vendors = Vendors::default().gensoft(sandbox.client());
    let courier = open(&url).await;
    let job = NewJob::new("order", Task::GensoftAttendance, "{}").unwrap();
    courier.enqueue(&job).await.unwrap();

    // The vendor answers only when it is told to.
    let (asked, answer) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let front = front(&sandbox, &asked, &answer).await;
    let slow = gensoft_client::GensoftClient::builder()
        .base_url(front)
        .api_key(sandbox.api_key())
        .build()
        .unwrap();
    let slow_vendors = Vendors::default().gensoft(slow);
    let slow = tokio::spawn({
        let courier = open(&url).await;
        async move {
            let options = until_idle();
            let worked = courier.work(&slow_vendors, options, std::future::pending());
            worked.await.unwrap()
        }
    });
    asked.acquire().await.unwrap().forget();
    let_time_pass(&url).await;
    // Another worker finds the lease ended.
    let other = open(&url).await;
    let worked = other.work(&vendors, until_idle(), std::future::pending());
    worked.await.unwrap();
    let job = other.job("order").await.unwrap().unwrap();
    assert_eq!(job.state, State::Doubt);
    assert_eq!(sandbox.count(SEND), 0, "it was not sent again");
    if let Some(settled) = settled {
        other.settle("order", settled).await.unwrap();
    }
    answer.add_permits(1);
    slow.await.unwrap();
    let job = other.job("order").await.unwrap().unwrap();
    (job.state, sandbox.attendances().len())
}

#[tokio::test]
async fn a_late_success_ends_the_doubt() {
    assert_eq!(stands_still(None).await, (State::Done, 1));
}

#[tokio::test]
async fn a_late_success_changes_nothing_about_what_a_person_said() {
    assert_eq!(stands_still(Some(Answer::Arrived)).await, (State::Done, 1));
}

/// A success that comes before the job is sent again makes that needless.
#[tokio::test]
async fn a_late_success_prevents_a_second_sending() {
    assert_eq!(
        stands_still(Some(Answer::NotArrived)).await,
        (State::Done, 1)
    );
}

/// Two of an upload would disturb each other, so a worker ends its own before its lease has.
#[tokio::test]
async fn an_upload_ends_with_its_lease() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let url = desk.url();
    let courier = open(&url).await;
    let task = Task::GensoftReport {
        execution: "10".to_owned(),
    };
    let job = NewJob::new("report", task, "%PDF-1.7").unwrap();
    courier.enqueue(&job).await.unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = gensoft_client::GensoftClient::builder()
        .base_url(format!("http://{}", listener.local_addr().unwrap()))
        .api_key(sandbox.api_key())
        .build()
        .unwrap();
    let vendors = Vendors::default().gensoft(client);
    let options = WorkOptions {
        lease: Duration::from_secs(2),
        ..until_idle()
    };
    let work = courier.work(&vendors, options, std::future::pending());
    let vendor = async {
        let (mut held, _) = listener.accept().await.unwrap();
        take_over(&url).await;
        // The worker goes away by itself.
        let mut request = Vec::new();
        let _ = held.read_to_end(&mut request).await;
        assert!(!request.is_empty());
        let_time_pass(&url).await;
        loop {
            let (from, _) = listener.accept().await.unwrap();
            tokio::spawn(pass_on(from, sandbox.url().to_owned()));
        }
    };
    tokio::select! {
        worked = work => assert_eq!(worked.unwrap().done, 1),
        () = vendor => {}
    }
    let job = courier.job("report").await.unwrap().unwrap();
    assert_eq!(job.state, State::Done);
    assert!(job.attempts >= 2 && !sandbox.report_versions("10").is_empty());
}

/// Takes all jobs from their workers.
async fn take_over(url: &str) {
    let pool = AnyPoolOptions::new().connect(url).await.unwrap();
    let sql = "UPDATE courier_jobs SET claim = 'another'";
    sqlx::query(sql).execute(&pool).await.unwrap();
    pool.close().await;
}
