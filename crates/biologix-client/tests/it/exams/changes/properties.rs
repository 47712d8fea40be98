//! Whatever is issued, changed and removed in a sandbox between and during runs, what came is the
//! list.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use biologix_client::exams::{Checkpoint, Exams};
use biologix_client::sandbox::{Centre, Sandbox, Settings};
use proptest::prelude::*;

use super::read;
use crate::support::DAY;

const OPERATION: &str = "biologix.exams.list";
/// The first exams are of 2030, three in an hour.
const START: Duration = Duration::from_secs(1_900_000_000);

/// What happens to the list. Places are in thousandths.
#[derive(Debug, Clone)]
enum Event {
    Issue(usize),
    Put(u8, i64),
    /// An open exam is done.
    Done(usize),
    Change(usize),
    Remove(usize),
}

/// A run, after what happens before it, with what happens before each of its pages.
#[derive(Debug, Clone)]
struct Night {
    events: Vec<(usize, Event)>,
    page_size: u32,
    crashes: bool,
}

fn nights(removals: bool) -> impl Strategy<Value = Vec<Night>> {
    let place = || 0..1000_usize;
    let other = if removals { 2 } else { 0 };
    let event = prop_oneof![
        3 => (1..9_usize).prop_map(Event::Issue),
        2 => (any::<u8>(), 0..8_i64).prop_map(|(id, status)| Event::Put(id, status)),
        3 => place().prop_map(Event::Done),
        other => place().prop_map(Event::Change),
        other => place().prop_map(Event::Remove),
    ];
    let events = prop::collection::vec((0..4_usize, event), 0..8);
    let night = (events, 2..20_u32, prop::bool::weighted(0.2));
    let night = night.prop_map(|(events, page_size, crashes)| Night {
        events,
        page_size,
        crashes,
    });
    prop::collection::vec(night, 1..6)
}

fn happen(centre: &Centre, event: &Event) {
    let mut ids = centre.exam_ids();
    let is_open = |id: &String| {
        let exam: serde_json::Value = centre.exam_json(id).unwrap().parse().unwrap();
        matches!(exam["status"].as_i64(), Some(0 | 1 | 3 | 4))
    };
    let place = match *event {
        Event::Issue(exams) => return centre.issue_exams(exams),
        Event::Put(id, status) => {
            let id = format!("EXAMPLE-{id}");
            // A finished exam stays as it is.
            if !ids.contains(&id) || is_open(&id) {
                let exam = serde_json::json!({ "examId": id, "status": status });
                centre.put_exam(exam).unwrap();
            }
            return;
        }
        Event::Done(place) => {
            ids.retain(is_open);
            place
        }
        Event::Change(place) | Event::Remove(place) => place,
    };
    if let Some(id) = ids.get(place * ids.len() / 1000) {
        let acted = match event {
            Event::Remove(_) => centre.remove_exam(id),
            _ => centre.change_exam(id),
        };
        acted.unwrap();
    }
}

#[derive(Default)]
struct Mirror {
    exams: BTreeMap<String, String>,
    checkpoint: Checkpoint,
}

impl Mirror {
    async fn run(&mut self, centre: &Exams, night: &Night, now: SystemTime) {
        let changes = centre.changes(&self.checkpoint).known(self.exams.keys());
        let changes = changes.page_size(night.page_size).now(now);
        let (listed, gone, checkpoint) = read(changes).await;
        for text in listed {
            let exam: serde_json::Value = text.parse().unwrap();
            let id = exam["examId"].as_str().unwrap().to_owned();
            self.exams.insert(id, text);
        }
        for id in gone {
            self.exams.remove(&id).unwrap();
        }
        if !night.crashes {
            self.checkpoint = checkpoint;
        }
    }
}

async fn check(exams: usize, nights: &[Night], full: bool) {
    let settings = Settings {
        exams,
        ..Settings::default()
    };
    let sandbox = Sandbox::with(settings).await.unwrap();
    let centre = sandbox
        .client()
        .exams(&sandbox.settings.partner_id.as_str().into());
    let mut mirror = Mirror::default();
    let mut now = UNIX_EPOCH + START;
    for night in nights {
        for (page, event) in night.events.clone() {
            if page == 0 {
                happen(&sandbox, &event);
            } else {
                let action = move |centre: &Centre| happen(centre, &event);
                sandbox.on_request(OPERATION, page, action).unwrap();
            }
        }
        mirror.run(&centre, night, now).await;
        now += DAY;
    }
    // What has not happened yet happens now.
    for _ in 0..4 {
        centre.list().page_size(1).await.unwrap();
    }
    if full {
        now += 7 * DAY;
    }
    let calm = Night {
        events: Vec::new(),
        page_size: 7,
        crashes: false,
    };
    mirror.run(&centre, &calm, now).await;
    let exam = |id: String| (id.clone(), sandbox.exam_json(&id).unwrap());
    let list: BTreeMap<_, _> = sandbox.exam_ids().into_iter().map(exam).collect();
    assert_eq!(mirror.exams, list);
}

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(future);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn what_came_is_the_list(exams in 0..40_usize, nights in nights(false)) {
        block_on(check(exams, &nights, false));
    }

    #[test]
    fn whatever_was_removed_what_came_is_the_list_after_a_full_run(
        exams in 0..40_usize, nights in nights(true)
    ) {
        block_on(check(exams, &nights, true));
    }
}
