//! The exams that a test has put into the list itself.

use std::collections::HashMap;

use common_http::sandbox::SandboxError;
use serde_json::{Map, Value, json};

/// A test's own exams, each under a number as the list has it, which need not be that in its id.
#[derive(Default)]
pub(super) struct OwnExams {
    exams: HashMap<u32, OwnExam>,
    numbers: HashMap<String, u32>,
}

/// A test's own exam.
pub(super) struct OwnExam {
    pub(super) id: String,
    json: Map<String, Value>,
}

impl OwnExams {
    pub(super) fn put(&mut self, number: u32, exam: OwnExam) {
        self.numbers.insert(exam.id.clone(), number);
        self.exams.insert(number, exam);
    }

    pub(super) fn get(&self, number: u32) -> Option<&OwnExam> {
        self.exams.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut OwnExam> {
        self.exams.get_mut(&number)
    }

    /// The number under which the exam of this id is.
    pub(super) fn number(&self, id: &str) -> Option<u32> {
        self.numbers.get(id).copied()
    }

    /// The numbers of the finished exams that have this key.
    pub(super) fn finished<'a>(&'a self, key: &'a str) -> impl Iterator<Item = u32> + 'a {
        let has_key = move |exam: &OwnExam| exam.key() == Some(key) && exam.is_done();
        let exams = self.exams.iter();
        exams.filter_map(move |(number, exam)| has_key(exam).then_some(*number))
    }
}

impl OwnExam {
    pub(super) fn read(exam: Value) -> Result<Self, SandboxError> {
        let Value::Object(json) = exam else {
            return Err(SandboxError::invalid_item("exam", "it is not an object"));
        };
        match json.get("examId").and_then(Value::as_str) {
            Some(id) if !id.is_empty() => Ok(Self {
                id: id.to_owned(),
                json,
            }),
            _ => Err(SandboxError::invalid_item("exam", "it has no `examId`")),
        }
    }

    pub(super) fn text(&self) -> String {
        Value::from(self.json.clone()).to_string()
    }

    /// Makes it DONE, with a key and this many revisions of its study's text.
    pub(super) fn change(&mut self, number: u32, changes: u32) {
        if self.key().is_none() {
            let key = format!("EXAMPLEKEY{number}");
            self.json.insert("examKey".to_owned(), key.into());
        }
        self.json.insert("status".to_owned(), 6.into());
        let study = json!({ "report": format!("Texto de exemplo, revisao {changes}") });
        self.json.insert("partnerSleepStudy".to_owned(), study);
    }

    /// The key as programs in production use it: without white space around it.
    fn key(&self) -> Option<&str> {
        let key = self.json.get("examKey")?.as_str()?.trim();
        (!key.is_empty()).then_some(key)
    }

    fn is_done(&self) -> bool {
        self.json.get("status").and_then(Value::as_f64) == Some(6.0)
    }
}
