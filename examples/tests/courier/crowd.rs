//! Two workers at once, and a vendor that takes its time. Also for the tests on Postgres.

use std::collections::BTreeSet;
use std::sync::Arc;

use examples::courier::{NewJob, State, Task, Vendors};
use gensoft_client::sandbox::Sandbox;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::town::{open, until_idle};

/// Two workers send each of many orders once.
pub async fn each_order_is_sent_once(url: &str, orders: usize) {
    let sandbox = Sandbox::start().await.unwrap();
    let vendors = Vendors::default().gensoft(sandbox.client());
    let (one, other) = (open(url).await, open(url).await);
    for number in 0..orders {
        let text = format!(r#"{{"n": {number}}}"#);
        let job = NewJob::new(format!("order-{number}"), Task::GensoftAttendance, text);
        one.enqueue(&job.unwrap()).await.unwrap();
    }
    let (first, second) = tokio::join!(
        one.work(&vendors, until_idle(), std::future::pending()),
        other.work(&vendors, until_idle(), std::future::pending()),
    );
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first.done + second.done, orders as u64);
    let received = sandbox.attendances();
    let texts: BTreeSet<_> = received.iter().map(|order| order.text.clone()).collect();
    assert_eq!((received.len(), texts.len()), (orders, orders));
    let jobs = one.jobs().await.unwrap();
    assert!(
        jobs.iter()
            .all(|job| job.state == State::Done && job.attempts == 1)
    );
    one.close().await;
    other.close().await;
}

/// A proxy that passes on nothing until it is told to.
pub async fn front(sandbox: &Sandbox, asked: &Arc<Semaphore>, answer: &Arc<Semaphore>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let vendor = sandbox.url().to_owned();
    let (asked, answer) = (Arc::clone(asked), Arc::clone(answer));
    tokio::spawn(async move {
        let (from, _) = listener.accept().await.unwrap();
        asked.add_permits(1);
        answer.acquire().await.unwrap().forget();
        pass_on(from, vendor).await;
    });
    format!("http://{address}")
}

pub async fn pass_on(mut from: TcpStream, url: String) {
    let vendor = url.strip_prefix("http://").unwrap();
    let mut to = TcpStream::connect(vendor).await.unwrap();
    let _ = copy_bidirectional(&mut from, &mut to).await;
}
