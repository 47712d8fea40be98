//! What is new, changed and gone since the last run, as a stream.

#[cfg(feature = "sandbox")]
mod properties;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use biologix_client::exams::{Change, Changes, Checkpoint};
use biologix_client::{ErrorKind, Item};
use common_http::transport::{FakeAnswer, FakeRequest};
use futures_util::TryStreamExt as _;

use super::server::{Fault, Server, Turn};
use crate::support::{DAY, LIST, client, network, page, partner, requests_to};

/// Reads to the end. Returns the texts of the exams, the ids that are gone, and the checkpoint.
async fn read(mut changes: Changes) -> (Vec<String>, Vec<String>, Checkpoint) {
    let (mut listed, mut gone) = (Vec::new(), Vec::new());
    while let Some(change) = changes.next().await {
        assert!(changes.checkpoint().is_none(), "there is more");
        match change.unwrap() {
            Change::Listed(item) => listed.push(item.raw().as_str().to_owned()),
            Change::Gone(exam_id) => gone.push(exam_id),
        }
    }
    assert!(changes.next().await.is_none());
    (listed, gone, changes.checkpoint().unwrap())
}

/// A centre with 100,000 exams and those that were issued since. It says its total.
#[derive(Default)]
struct Large {
    exams: u32,
    /// Of the exams that are not as they were at first: whether it is open, and its version.
    odd: HashMap<u32, (bool, u32)>,
}

impl Large {
    fn answer(&self, request: &FakeRequest) -> FakeAnswer {
        let query = request.target.split_once('?').unwrap().1;
        let number = |name: &str| {
            let mut values = query.split('&').filter_map(|pair| pair.strip_prefix(name));
            values.next().unwrap().parse::<u32>().unwrap()
        };
        let (offset, limit) = (number("offset="), number("limit="));
        let mut text = String::from("[");
        for exam in (0..self.exams)
            .rev()
            .skip(offset as usize)
            .take(limit as usize)
        {
            let (open, version) = self.odd.get(&exam).copied().unwrap_or_default();
            let status = if open { 1 } else { 6 };
            let comma = if text.len() > 1 { "," } else { "" };
            write!(
                text,
                r#"{comma}{{"examId":"E{exam}","status":{status},"v":{version}}}"#
            )
            .unwrap();
        }
        text.push(']');
        page(text, self.exams.into())
    }
}

#[tokio::test]
async fn a_night_of_a_large_centre_costs_five_pages() {
    let large = Arc::new(Mutex::new(Large {
        exams: 100_000,
        // Fifty open ones among the newest three hundred.
        odd: (0..50)
            .map(|place| (99_999 - place * 6, (true, 0)))
            .collect(),
    }));
    let vendor = large.clone();
    let network = network(move |request| vendor.lock().unwrap().answer(request));
    let centre = client(&network).exams(&partner());
    let (listed, _, checkpoint) = read(centre.changes(&Checkpoint::default())).await;
    let requests = || requests_to(&network, LIST).len();
    let first = requests();
    assert_eq!((listed.len(), first), (100_000, 1_001));
    let saved = serde_json::to_string(&checkpoint).unwrap();
    assert!(saved.len() < 50_000, "{} bytes", saved.len());

    let changed = {
        let mut large = large.lock().unwrap();
        large.exams += 20;
        let last = 99_999 - 49 * 6;
        large.odd.insert(last, (false, 1));
        large.odd.insert(99_999, (true, 1));
        [last, 99_999]
    };
    let mut changes = centre.changes(&serde_json::from_str(&saved).unwrap());
    let mut listed = Vec::new();
    while let Some(change) = changes.next().await {
        if let Change::Listed(Item::Read(exam)) = change.unwrap() {
            listed.push(exam.exam_id.clone());
        }
    }
    let new = (100_000..100_020).rev().chain(changed.into_iter().rev());
    assert_eq!(
        listed,
        new.map(|exam| format!("E{exam}")).collect::<Vec<_>>()
    );
    let pages = requests() - first;
    assert!(pages <= 5, "{pages} pages");
    assert_eq!((changes.pages(), changes.is_full()), (pages as u64, false));
}

fn turns(before: usize, fault: Fault) -> Vec<Turn> {
    let failed = Turn {
        fault: Some(fault),
        ..Turn::CALM
    };
    [vec![Turn::CALM; before], vec![failed]].concat()
}

#[tokio::test(start_paused = true)]
async fn an_error_is_the_last_item_and_leaves_no_checkpoint() {
    let server = Server::new(20, turns(2, Fault::Forbidden));
    let centre = client(&server.network()).exams(&partner());
    let mut changes = centre.changes(&Checkpoint::default()).page_size(5);
    let mut given = 0;
    let error = loop {
        match changes.next().await.unwrap() {
            Ok(_) => given += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((given, error.kind()), (10, ErrorKind::PermissionDenied));
    assert!(changes.next().await.is_none() && changes.checkpoint().is_none());
    // The next run starts from the old one.
    let (listed, ..) = read(centre.changes(&Checkpoint::default()).page_size(5)).await;
    assert_eq!(listed.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn the_pages_are_those_of_the_list_and_wait_like_them() {
    let server = Server::new(20, turns(1, Fault::Throttled(Some(7))));
    let network = server.network();
    let centre = client(&network).exams(&partner());
    // As a stream, in a task of its own.
    let changes = centre.changes(&Checkpoint::default()).page_size(8);
    let given: Vec<Change> = tokio::spawn(changes.try_collect()).await.unwrap().unwrap();
    assert_eq!(given.len(), 20);
    let requests = requests_to(&network, LIST);
    let targets: Vec<_> = requests.iter().map(|request| &*request.target).collect();
    let target = |offset| format!("{LIST}?offset={offset}&limit=8");
    assert_eq!(targets, [0, 8, 8, 16].map(target));
    let waits: Vec<_> = requests
        .windows(2)
        .map(|pair| (pair[1].at - pair[0].at).as_secs())
        .collect();
    assert_eq!(waits, [0, 7, 1]);
    let nothing = centre
        .changes(&Checkpoint::default())
        .page_size(0)
        .next()
        .await;
    assert_eq!(
        nothing.unwrap().unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
}

#[tokio::test(start_paused = true)]
async fn it_says_whether_it_is_full_before_it_starts() {
    let centre = client(&Server::new(30, Vec::new()).network()).exams(&partner());
    let start = UNIX_EPOCH + 20_000 * DAY;
    let run = |checkpoint: &Checkpoint, now| centre.changes(checkpoint).page_size(3).now(now);
    assert!(run(&Checkpoint::default(), start).is_full());
    let (.., checkpoint) = read(run(&Checkpoint::default(), start)).await;
    for (now, every, is_full) in [
        (start + 6 * DAY, None, false),
        (start + 7 * DAY, None, true),
        (start - DAY, None, true),
        (start + 6 * DAY, Some(6 * DAY), true),
        (start + 7 * DAY, Some(8 * DAY), false),
        (start, Some(Duration::ZERO), true),
    ] {
        let mut changes = run(&checkpoint, now);
        if let Some(period) = every {
            changes = changes.full_every(period);
        }
        assert_eq!(changes.is_full(), is_full, "{every:?}");
    }
    // All of it was read for another reason: it is one page.
    let mut changes = centre.changes(&checkpoint).now(start + DAY);
    assert!(!changes.is_full());
    assert!(changes.next().await.is_none() && changes.is_full());
    // By the system's clock, the checkpoint is long ago or ahead.
    assert!(centre.changes(&checkpoint).is_full());
}

#[tokio::test(start_paused = true)]
async fn an_open_exam_is_waited_for_until_the_horizon() {
    let large = Large {
        exams: 100,
        odd: HashMap::from([(50, (true, 0))]),
    };
    let network = network(move |request| large.answer(request));
    let centre = client(&network).exams(&partner());
    let start = UNIX_EPOCH + 20_000 * DAY;
    let run = |checkpoint: &Checkpoint, now: SystemTime| {
        centre
            .changes(checkpoint)
            .page_size(10)
            .now(now)
            .horizon(2 * DAY)
    };
    let (.., checkpoint) = read(run(&Checkpoint::default(), start)).await;
    for (days, pages) in [(2, 5), (3, 1)] {
        let before = requests_to(&network, LIST).len();
        read(run(&checkpoint, start + days * DAY)).await;
        assert_eq!(requests_to(&network, LIST).len() - before, pages);
    }
}

#[tokio::test(start_paused = true)]
async fn it_prints_nothing_of_an_exam() {
    let centre = client(&Server::new(3, Vec::new()).network()).exams(&partner());
    let mut changes = centre.changes(&Checkpoint::default()).known(["EXAMPLE"]);
    assert_eq!(format!("{changes:?}"), "Changes { .. }");
    let change = changes.next().await.unwrap().unwrap();
    assert!(!format!("{change:?}").contains("version"), "{change:?}");
    let printed = format!("{changes:?}");
    assert!(
        printed.starts_with("Changes { cursor: Cursor { offset: 1"),
        "{printed}"
    );
}
