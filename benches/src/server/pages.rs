//! Pages of a list of any length, cut from a thousand prepared exams.

use std::fmt::Write;

use biologix_client::sandbox::{Sandbox, Settings};

const EXAMS: usize = 1_000;

/// The exams that all lists repeat, each time under other ids.
pub(crate) struct Pages {
    all: Vec<Template>,
    done: Vec<Template>,
}

/// An exam's JSON text, around its id.
struct Template {
    before: String,
    after: String,
}

impl Template {
    fn new(text: &str, id: &str) -> Self {
        let (before, after) = text.split_once(id).unwrap();
        Self {
            before: before.to_owned(),
            after: after.to_owned(),
        }
    }
}

impl Pages {
    /// Takes the exams from the sandbox.
    pub(crate) async fn prepare() -> Self {
        let settings = Settings {
            exams: EXAMS,
            ..Settings::default()
        };
        let sandbox = Sandbox::with(settings).await.unwrap();
        let (mut all, mut done) = (Vec::new(), Vec::new());
        for id in sandbox.exam_ids() {
            let text = sandbox.exam_json(&id).unwrap();
            let exam: serde_json::Value = serde_json::from_str(&text).unwrap();
            let has_report = exam["status"] == 6
                && exam["examKey"].as_str().is_some_and(|key| {
                    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric())
                });
            if has_report {
                done.push(Template::new(&text, &id));
            }
            all.push(Template::new(&text, &id));
        }
        assert!(all.len() == EXAMS && !done.is_empty());
        Self { all, done }
    }

    /// The total and a page of a centre's list.
    ///
    /// The centre's id says what its list has: `tiny` one exam with nothing but an id, a number that
    /// many exams, `done-` and a number that many exams with a report.
    pub(crate) fn page(&self, partner: &str, offset: usize, limit: usize) -> (usize, String) {
        if partner == "tiny" {
            return (1, r#"[{"examId":"0000001BB"}]"#.to_owned());
        }
        let (templates, total) = match partner.strip_prefix("done-") {
            Some(total) => (&self.done, total),
            None => (&self.all, partner),
        };
        let total: usize = total.parse().unwrap();
        let mut page = String::with_capacity(limit * 2048);
        page.push('[');
        for number in offset..total.min(offset + limit) {
            if number > offset {
                page.push(',');
            }
            let Template { before, after } = &templates[number % templates.len()];
            write!(page, "{before}{number:07}BB{after}").unwrap();
        }
        page.push(']');
        (total, page)
    }
}
