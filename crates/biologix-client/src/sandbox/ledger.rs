//! The exams that the centre has, in order, and what was done to them.

use std::collections::HashMap;

use common_http::sandbox::SandboxError;

use serde_json::Value;

use crate::sandbox::exam::{Recipe, exam_id, number_in_id, number_in_key};
use crate::sandbox::own::{OwnExam, OwnExams};

/// Exams by number. Only the numbers and the changes are kept: exams are made again for each read.
pub(super) struct Ledger {
    recipe: Recipe,
    /// The numbers in the list, oldest first, so that issuing is a push.
    listed: Vec<u32>,
    /// The highest number given so far.
    last: u32,
    marks: HashMap<u32, Mark>,
    own: OwnExams,
}

/// What was done to an exam.
#[derive(Default, Clone, Copy)]
struct Mark {
    changes: u32,
    spoiled: bool,
}

impl Ledger {
    pub(super) fn new(seed: u64, drift: bool, exams: usize) -> Self {
        let mut ledger = Self {
            recipe: Recipe { seed, drift },
            listed: Vec::with_capacity(exams),
            last: 0,
            marks: HashMap::new(),
            own: OwnExams::default(),
        };
        ledger.issue(exams);
        ledger
    }

    pub(super) fn issue(&mut self, count: usize) {
        for _ in 0..count {
            self.last = self.last.saturating_add(1);
            // The test may have put an exam of that id.
            while self.own.number(&exam_id(self.last)).is_some() {
                self.last += 1;
            }
            self.listed.push(self.last);
        }
    }

    /// Lists a test's own exam: in the place of the exam of its id, else as the newest.
    pub(super) fn put(&mut self, exam: Value) -> Result<(), SandboxError> {
        let exam = OwnExam::read(exam)?;
        let number = match self.place(&exam.id) {
            Ok((_, number)) => number,
            Err(_) => {
                self.last = self.last.saturating_add(1);
                self.listed.push(self.last);
                self.last
            }
        };
        self.marks.remove(&number);
        self.own.put(number, exam);
        Ok(())
    }

    pub(super) fn total(&self) -> usize {
        self.listed.len()
    }

    /// An exam's place in `listed`, and its number.
    fn place(&self, id: &str) -> Result<(usize, u32), SandboxError> {
        let made = || number_in_id(id).filter(|number| self.own.get(*number).is_none());
        self.own
            .number(id)
            .or_else(made)
            .and_then(|number| Some((self.listed.binary_search(&number).ok()?, number)))
            .ok_or_else(|| SandboxError::unknown_item("exam", id))
    }

    pub(super) fn remove(&mut self, id: &str) -> Result<(), SandboxError> {
        let (place, _) = self.place(id)?;
        self.listed.remove(place);
        Ok(())
    }

    pub(super) fn remove_newest(&mut self, count: usize) {
        let rest = self.listed.len().saturating_sub(count);
        self.listed.truncate(rest);
    }

    pub(super) fn change(&mut self, id: &str) -> Result<(), SandboxError> {
        let (_, number) = self.place(id)?;
        let mark = self.marks.entry(number).or_default();
        mark.changes += 1;
        mark.spoiled = false;
        let changes = mark.changes;
        if let Some(own) = self.own.get_mut(number) {
            own.change(number, changes);
        }
        Ok(())
    }

    pub(super) fn spoil(&mut self, id: &str) -> Result<(), SandboxError> {
        let (_, number) = self.place(id)?;
        self.marks.entry(number).or_default().spoiled = true;
        Ok(())
    }

    fn mark(&self, number: u32) -> Mark {
        self.marks.get(&number).copied().unwrap_or_default()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        let readable = self
            .listed
            .iter()
            .rev()
            .filter(|number| !self.mark(**number).spoiled);
        readable.map(|number| self.id(*number)).collect()
    }

    fn id(&self, number: u32) -> String {
        let own = self.own.get(number);
        own.map_or_else(|| exam_id(number), |own| own.id.clone())
    }

    fn text_of(&self, number: u32) -> String {
        let mark = self.mark(number);
        if mark.spoiled {
            spoiled(number)
        } else if let Some(own) = self.own.get(number) {
            own.text()
        } else {
            self.recipe.exam(number, mark.changes).text
        }
    }

    pub(super) fn text(&self, id: &str) -> Option<String> {
        let (_, number) = self.place(id).ok()?;
        Some(self.text_of(number))
    }

    /// A page of the list: a bare JSON array, newest first.
    pub(super) fn page(&self, offset: usize, limit: usize) -> String {
        let numbers = self.listed.iter().rev().skip(offset).take(limit);
        let texts: Vec<String> = numbers.map(|number| self.text_of(*number)).collect();
        format!("[{}]", texts.join(","))
    }

    /// The id of the listed and finished exam that has this key.
    pub(super) fn finished(&self, key: &str) -> Option<String> {
        let is_listed =
            |number: &u32| !self.mark(*number).spoiled && self.listed.binary_search(number).is_ok();
        if let Some(number) = self.own.finished(key).find(is_listed) {
            return Some(self.id(number));
        }
        let number = number_in_key(key).filter(is_listed)?;
        if self.own.get(number).is_some() {
            return None;
        }
        let exam = self.recipe.exam(number, self.mark(number).changes);
        (exam.is_done && exam.key.as_deref() == Some(key)).then(|| exam_id(number))
    }
}

/// Something that is not readable as an exam.
fn spoiled(number: u32) -> String {
    match number % 3 {
        0 => format!("\"EXAMPLE SPOILED {number}\""),
        1 => format!("{{\"status\":6,\"type\":1,\"spoiled\":{number}}}"),
        _ => format!("[{number},null]"),
    }
}
