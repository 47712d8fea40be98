//! A restored backup, with the commands of the page `docs/courier.md`.

use std::fs;

use examples::courier::{Answer, NewJob, State, Task, Vendors};
use gensoft_client::sandbox::Sandbox;
use sqlx::any::AnyPoolOptions;

use crate::run::Desk;
use crate::town::{open, until_idle};

/// The lines of the page's only block in this language.
fn block(language: &str) -> String {
    let page = include_str!("../../../docs/courier.md");
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

async fn run(url: &str, sql: &str) {
    let pool = AnyPoolOptions::new().connect(url).await.unwrap();
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn nothing_is_sent_again_after_a_restore() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let vendors = Vendors::default().gensoft(sandbox.client());
    let courier = open(&desk.url()).await;
    let job = NewJob::new("order", Task::GensoftAttendance, "{}").unwrap();
    courier.enqueue(&job).await.unwrap();
    let backup = desk.path().join("backup.db");
    run(&desk.url(), &format!("VACUUM INTO '{}'", backup.display())).await;
    // What happens after the backup is not in it.
    let worked = courier.work(&vendors, until_idle(), std::future::pending());
    assert_eq!(worked.await.unwrap().done, 1);
    courier.close().await;
    fs::rename(backup, desk.path().join("courier.db")).unwrap();

    run(&desk.url(), &block("sql")).await;
    let courier = open(&desk.url()).await;
    let worked = courier.work(&vendors, until_idle(), std::future::pending());
    assert_eq!(worked.await.unwrap().done, 0);
    let job = courier.job("order").await.unwrap().unwrap();
    assert_eq!(job.state, State::Doubt);
    let job = courier.settle("order", Answer::Arrived).await.unwrap();
    assert_eq!(job.state, State::Done);
    assert_eq!(sandbox.attendances().len(), 1);
}
