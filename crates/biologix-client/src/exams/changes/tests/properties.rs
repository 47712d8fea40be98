//! Whatever happens between and during runs, what they gave is the list.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;

use super::super::Checkpoint;
use super::list::{Exam, List, Run, day};

/// What happens to the list. Places are in thousandths.
#[derive(Debug, Clone)]
enum Event {
    Issue(u32),
    /// An open exam changes, and may be finished by that.
    Proceed(usize),
    /// Any exam changes.
    Change(usize),
    Remove(usize),
}

/// A night.
#[derive(Debug, Clone)]
struct Night {
    before: Vec<Event>,
    /// Before each page.
    during: Vec<Vec<Event>>,
    /// The program ends before it has saved the checkpoint.
    crashes: bool,
    page: usize,
}

/// What may happen beside exams being issued and proceeding.
#[derive(Clone, Copy, PartialEq)]
enum Other {
    Nothing,
    Removals,
    RemovalsAndChanges,
}

fn event(other: Other) -> impl Strategy<Value = Event> {
    let place = || 0..1000_usize;
    let weight = |other: bool| u32::from(other) * 2;
    prop_oneof![
        3 => (1..15_u32).prop_map(Event::Issue),
        3 => place().prop_map(Event::Proceed),
        weight(other != Other::Nothing) => place().prop_map(Event::Remove),
        weight(other == Other::RemovalsAndChanges) => place().prop_map(Event::Change),
    ]
}

fn nights(other: Other) -> impl Strategy<Value = Vec<Night>> {
    let events = move |most| prop::collection::vec(event(other), 0..most);
    let night = (
        events(12),
        prop::collection::vec(events(3), 0..6),
        prop::bool::weighted(0.2),
        1..8_usize,
    );
    let night = night.prop_map(|(before, during, crashes, page)| Night {
        before,
        during,
        crashes,
        page,
    });
    prop::collection::vec(night, 0..9)
}

impl List {
    fn happen(&mut self, event: &Event) {
        let count = self.exams.len();
        let open: Vec<_> = (0..count)
            .filter(|place| self.exams[*place].is_open())
            .collect();
        let begun = self.now - day(1);
        match *event {
            Event::Issue(exams) => self.issue(exams),
            Event::Proceed(place) => {
                if let Some(place) = open.get(place * open.len() / 1000) {
                    let exam = &mut self.exams[*place];
                    exam.version += 1;
                    exam.status = [1, 3, 4, 6, 2, 5, 7][exam.version as usize % 7];
                    exam.start = exam.start.or(Some(begun));
                }
            }
            Event::Change(_) | Event::Remove(_) if count == 0 => {}
            Event::Change(place) => self.exams[place * count / 1000].version += 1,
            Event::Remove(place) => drop(self.exams.remove(place * count / 1000)),
        }
    }

    /// What the list is, by id.
    fn content(&self) -> BTreeMap<String, String> {
        self.exams
            .iter()
            .map(|exam| (exam.id(), exam.json()))
            .collect()
    }
}

/// What a program has kept of the runs.
#[derive(Default)]
struct Mirror {
    exams: BTreeMap<String, String>,
    checkpoint: Checkpoint,
}

impl Mirror {
    fn ids(&self) -> Vec<String> {
        self.exams.keys().cloned().collect()
    }

    fn keep(&mut self, run: Run, crashes: bool) {
        let mut before: HashMap<String, String> = HashMap::new();
        for text in run.given {
            let exam: serde_json::Value = serde_json::from_str(&text).unwrap();
            let id = exam["examId"].as_str().unwrap().to_owned();
            let again = before.insert(id.clone(), text.clone());
            assert_ne!(again.as_ref(), Some(&text), "given twice");
            self.exams.insert(id, text);
        }
        for id in &run.gone {
            self.exams.remove(id);
        }
        if !crashes {
            let saved = serde_json::to_string(&run.checkpoint).unwrap();
            self.checkpoint = serde_json::from_str(&saved).unwrap();
        }
    }
}

fn live(length: u32, nights: &[Night]) -> (List, Mirror) {
    let mut list = List::done(length);
    for exam in list.exams.iter_mut().step_by(5) {
        exam.status = 1;
    }
    let mut mirror = Mirror::default();
    for night in nights {
        list.page = night.page;
        night.before.iter().for_each(|event| list.happen(event));
        let run = list.run_while(mirror.checkpoint.clone(), &mirror.ids(), |list, page| {
            let events = night.during.get(page);
            events
                .into_iter()
                .flatten()
                .for_each(|event| list.happen(event));
        });
        assert_bounded(&list.exams, &run);
        mirror.keep(run, night.crashes);
        list.now += day(1);
    }
    (list, mirror)
}

/// A checkpoint has no more than the exams as far as the last open one, and ten pages' worth. An
/// exam may be in it and be gone.
fn assert_bounded(exams: &[Exam], run: &Run) {
    let open = run
        .checkpoint
        .entries
        .iter()
        .rposition(|entry| entry.since.is_some());
    let open = open.map_or(0, |place| place + 1);
    assert!(
        run.checkpoint.entries.len() <= open + 10 * 8,
        "{}",
        exams.len()
    );
}

/// A run during which nothing happens.
fn calm_run(list: &mut List, mirror: &mut Mirror) -> usize {
    let run = list.run(mirror.checkpoint.clone(), &mirror.ids());
    let given = run.given.len();
    mirror.keep(run, false);
    given
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn after_any_run_it_is_what_was_given(
        length in 0..60_u32, nights in nights(Other::Nothing)
    ) {
        let (mut list, mut mirror) = live(length, &nights);
        calm_run(&mut list, &mut mirror);
        prop_assert_eq!(&mirror.exams, &list.content());
        mirror.checkpoint.full = Some(list.seconds());
        prop_assert_eq!(calm_run(&mut list, &mut mirror), 0, "given again");
    }

    #[test]
    fn after_any_run_all_of_it_was_given_whatever_was_removed(
        length in 0..60_u32, nights in nights(Other::Removals)
    ) {
        let (mut list, mut mirror) = live(length, &nights);
        calm_run(&mut list, &mut mirror);
        for (id, text) in list.content() {
            prop_assert_eq!(mirror.exams.get(&id), Some(&text));
        }
    }

    #[test]
    fn after_a_full_run_it_is_what_was_given_whatever_happened(
        length in 0..60_u32, nights in nights(Other::RemovalsAndChanges)
    ) {
        let (mut list, mut mirror) = live(length, &nights);
        mirror.checkpoint.full = None;
        calm_run(&mut list, &mut mirror);
        prop_assert_eq!(&mirror.exams, &list.content());
    }
}
