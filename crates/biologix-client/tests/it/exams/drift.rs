//! Properties of the whole client: whatever the list and the network do, and wherever another
//! process resumes, nothing is lost and nothing comes twice.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use biologix_client::Item;
use biologix_client::exams::{Cursor, Exam};
use proptest::prelude::*;
use tokio::time::sleep;

use super::server::{Entry, Fault, Server, Turn};
use crate::support::{A_WHILE, client, partner};

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Unreachable),
        Just(Fault::Reset),
        Just(Fault::CutBody),
        Just(Fault::Failed),
        Just(Fault::Unavailable),
        Just(Fault::Throttled(None)),
        (0..400_u64).prop_map(|secs| Fault::Throttled(Some(secs))),
        Just(Fault::Expired),
        Just(Fault::Forbidden),
        Just(Fault::NoJson),
    ]
}

/// A turn with at most this many removals. `headers` says whether the headers are there.
fn turn(removed: usize, headers: BoxedStrategy<bool>) -> impl Strategy<Value = Turn> {
    let places = |most| prop::collection::vec(0..1000_usize, 0..=most);
    let issued = prop_oneof![3 => Just(0_usize), 2 => 1..4_usize, 1 => 4..30_usize];
    let fault = prop_oneof![2 => Just(None), 1 => fault().prop_map(Some)];
    (
        issued,
        places(removed),
        places(2),
        1..9_usize,
        headers,
        fault,
    )
        .prop_map(|(issued, removed, changed, cap, headers, fault)| Turn {
            issued,
            removed,
            changed,
            cap,
            headers,
            fault,
        })
}

/// A list, what happens to it, and how it is read.
#[derive(Debug, Clone)]
struct Case {
    length: u32,
    turns: Vec<Turn>,
    page_size: u32,
    /// After how many exams each process stops and another resumes.
    stops: Vec<usize>,
    by_pages: bool,
}

fn case(removed: usize, headers: BoxedStrategy<bool>) -> impl Strategy<Value = Case> {
    let turns = prop::collection::vec(turn(removed, headers), 0..25);
    let stops = prop::collection::vec(0..12_usize, 0..6);
    (0..60_u32, turns, 1..12_u32, stops, any::<bool>()).prop_map(
        |(length, turns, page_size, stops, by_pages)| Case {
            length,
            turns,
            page_size,
            stops,
            by_pages,
        },
    )
}

/// The list read to its end by as many processes as it takes.
async fn read(server: &Arc<Server>, case: &Case) -> Vec<Entry> {
    let mut handed_over = Vec::new();
    let mut saved: Option<String> = None;
    let mut stops = case.stops.iter();
    for _process in 0..200 {
        let mut list = client(&server.network())
            .exams(&partner())
            .list()
            .page_size(case.page_size);
        if let Some(saved) = &saved {
            list = list.resume(serde_json::from_str(saved).unwrap());
        }
        let stop = stops.next().copied().unwrap_or(usize::MAX);
        let (end, cursor) = if case.by_pages {
            read_pages(list, stop, &mut handed_over).await
        } else {
            read_items(list, stop, &mut handed_over).await
        };
        if end {
            return handed_over;
        }
        saved = Some(serde_json::to_string(&cursor).unwrap());
    }
    panic!("the list has no end");
}

/// Reads until the end, an error, or `stop` exams. Returns whether it was the end, and the cursor.
async fn read_items(
    list: biologix_client::exams::ListExams,
    stop: usize,
    handed_over: &mut Vec<Entry>,
) -> (bool, Cursor) {
    let mut exams = list.items();
    for _ in 0..stop {
        // So that no session is too fresh to be renewed.
        sleep(A_WHILE).await;
        match exams.next().await {
            None => return (true, exams.cursor()),
            Some(Ok(listed)) => handed_over.push(entry(&listed)),
            Some(Err(_)) => {
                assert!(exams.next().await.is_none(), "an error is the last item");
                break;
            }
        }
    }
    (false, exams.cursor())
}

async fn read_pages(
    list: biologix_client::exams::ListExams,
    stop: usize,
    handed_over: &mut Vec<Entry>,
) -> (bool, Cursor) {
    let mut pages = list.pages();
    let start = handed_over.len();
    while handed_over.len() - start < stop {
        sleep(A_WHILE).await;
        match pages.next().await {
            None => return (true, pages.cursor()),
            Some(Ok(page)) => handed_over.extend(page.items.iter().map(entry)),
            Some(Err(_)) => {
                assert!(pages.next().await.is_none(), "an error is the last item");
                break;
            }
        }
    }
    (false, pages.cursor())
}

fn entry(item: &Item<Exam>) -> Entry {
    let read: serde_json::Value = item.raw().parse().unwrap();
    let id = read["examId"].as_str().unwrap()[1..].parse().unwrap();
    assert!(item.value().is_some(), "an odd field costs only itself");
    let version = u32::try_from(read["version"].as_u64().unwrap()).unwrap();
    Entry { id, version }
}

fn check(case: &Case, none_lost: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = Server::new(case.length, case.turns.clone());
        let start = server.entries();
        let reading = read(&server, case);
        let handed_over = tokio::time::timeout(Duration::from_secs(u64::from(u32::MAX)), reading)
            .await
            .unwrap();
        assert_again_only_if_changed(&handed_over);
        if none_lost {
            assert_none_lost(&start, &server.entries(), &handed_over);
        }
    });
}

fn assert_none_lost(start: &[Entry], now: &[Entry], handed_over: &[Entry]) {
    let handed_over: HashSet<_> = handed_over.iter().map(|entry| entry.id).collect();
    let still_there: HashSet<_> = now.iter().map(|entry| entry.id).collect();
    let ids = start.iter().map(|entry| entry.id);
    let lost: Vec<_> = ids
        .filter(|id| still_there.contains(id) && !handed_over.contains(id))
        .collect();
    assert_eq!(lost, Vec::<u32>::new(), "lost");
}

fn assert_again_only_if_changed(handed_over: &[Entry]) {
    let mut latest = HashMap::new();
    for Entry { id, version } in handed_over {
        let before = latest.insert(id, version);
        assert!(before.is_none_or(|before| before < version), "{id} again");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn newest_first_lists_may_shift_at_any_time(case in case(0, Just(true).boxed())) {
        check(&case, true);
    }

    #[test]
    fn insertions_and_removals_together_lose_nothing(case in case(4, Just(true).boxed())) {
        check(&case, true);
    }

    #[test]
    fn without_headers_insertions_lose_nothing(case in case(0, Just(false).boxed())) {
        check(&case, true);
    }

    #[test]
    fn headers_may_be_missing_on_any_page(case in case(0, any::<bool>().boxed())) {
        check(&case, true);
    }

    #[test]
    fn whatever_happens_the_list_ends_and_nothing_is_repeated(case in case(4, any::<bool>().boxed())) {
        check(&case, false);
    }
}
