//! A fault at any page: the stream goes on if another attempt helps. Else it ends with an error and
//! a cursor.

use biologix_client::Item;
use biologix_client::exams::Exam;
use common_http::{Delivery, ErrorKind};
use tokio::time::sleep;

use super::server::{Fault, Server, Turn};
use crate::support::{A_WHILE, LIST, LOGIN, client, header, impatient, partner, requests_to};

fn turns(before: usize, fault: Fault) -> Vec<Turn> {
    let mut turns = vec![Turn::CALM; before];
    turns.push(Turn {
        fault: Some(fault),
        ..Turn::CALM
    });
    turns
}

fn id(item: &Item<Exam>) -> String {
    let read: serde_json::Value = item.raw().parse().unwrap();
    read["examId"].as_str().unwrap().to_owned()
}

fn ids(count: u32) -> Vec<String> {
    (0..count).map(|id| format!("E{id}")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_fault_at_any_page_is_fixed_by_asking_again() {
    for fault in [
        Fault::Unreachable,
        Fault::Reset,
        Fault::CutBody,
        Fault::Failed,
        Fault::Unavailable,
        Fault::Throttled(None),
        Fault::Throttled(Some(1)),
        Fault::Expired,
    ] {
        for before in 0..4 {
            let network = Server::new(10, turns(before, fault)).network();
            let client = client(&network);
            client.sessions().open().send().await.unwrap();
            sleep(A_WHILE).await;
            let mut exams = client.exams(&partner()).list().page_size(3).items();
            let mut read = Vec::new();
            while let Some(listed) = exams.next().await {
                read.push(id(&listed.unwrap()));
            }
            assert_eq!(read, ids(10), "{fault:?} after {before}");
            assert_eq!(requests_to(&network, LIST).len(), 5);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_stays_ends_the_stream_with_a_cursor() {
    for (fault, kind, delivery) in [
        (Fault::Unreachable, ErrorKind::Connect, Delivery::NotSent),
        (Fault::Reset, ErrorKind::Interrupted, Delivery::Unknown),
        (Fault::CutBody, ErrorKind::Interrupted, Delivery::Unknown),
        (Fault::Failed, ErrorKind::Server, Delivery::Unknown),
        (Fault::Unavailable, ErrorKind::Server, Delivery::Answered),
        (
            Fault::Throttled(None),
            ErrorKind::RateLimited,
            Delivery::Answered,
        ),
        (
            Fault::Expired,
            ErrorKind::Unauthenticated,
            Delivery::Answered,
        ),
        (
            Fault::Forbidden,
            ErrorKind::PermissionDenied,
            Delivery::Answered,
        ),
        (Fault::NoJson, ErrorKind::Decode, Delivery::Answered),
    ] {
        // A session that was accepted before is renewed.
        let most = if matches!(fault, Fault::Expired) {
            1
        } else {
            4
        };
        for before in 0..most {
            let server = Server::new(10, turns(before, fault));
            let client = impatient(&server.network());
            let mut exams = client.exams(&partner()).list().page_size(3).items();
            let mut read = Vec::new();
            let error = loop {
                match exams.next().await.unwrap() {
                    Ok(listed) => read.push(id(&listed)),
                    Err(error) => break error,
                }
            };
            assert_eq!((error.kind(), error.delivery()), (kind, delivery));
            assert_eq!(error.operation(), Some("biologix.exams.list"));
            assert_eq!(read.len(), before * 3);
            assert!(exams.next().await.is_none());

            let saved = serde_json::to_string(&exams.cursor()).unwrap();
            let other = impatient(&server.network());
            let list = other.exams(&partner()).list().page_size(4);
            let mut exams = list.resume(serde_json::from_str(&saved).unwrap()).items();
            while let Some(listed) = exams.next().await {
                read.push(id(&listed.unwrap()));
            }
            assert_eq!(read, ids(10), "{fault:?} after {before}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ends_between_two_pages_is_renewed_for_the_rest() {
    let network = Server::new(9, turns(1, Fault::Expired)).network();
    let client = client(&network);
    client.sessions().open().send().await.unwrap();
    sleep(A_WHILE).await;
    let mut exams = client.exams(&partner()).list().page_size(3).items();
    let mut count = 0;
    while let Some(listed) = exams.next().await {
        listed.unwrap();
        count += 1;
    }
    assert_eq!((count, requests_to(&network, LOGIN).len()), (9, 2));
    let lists = requests_to(&network, LIST);
    let used: Vec<_> = lists
        .iter()
        .map(|request| header(request, "authorization").unwrap())
        .collect();
    assert_eq!(used[0], used[1]);
    assert_eq!(used[2], used[3]);
    assert_ne!(used[1], used[2]);
}
