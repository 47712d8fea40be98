//! What was found at a vendor, as text and as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write};
use std::mem;

use common_http::{Cause, Error};
use examples::failure::{self, Failure};
use examples::{advice, output};
use serde::Serialize;

use crate::network;
use crate::unknown::Unknown;

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Ok,
    Warn,
    Fail,
    Skipped,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
            Self::Skipped => "skip",
        }
    }
}

#[derive(Serialize)]
struct Check {
    check: &'static str,
    status: Status,
    cause: Option<&'static str>,
    /// What was found, and what to do.
    detail: String,
}

/// What was found at one vendor.
#[derive(Serialize)]
pub(crate) struct Report {
    /// The checks in their order.
    #[serde(skip)]
    plan: Vec<&'static str>,
    checks: Vec<Check>,
    readings: BTreeMap<&'static str, Forms>,
    pub(crate) unknown: Unknown,
}

/// The forms in which something came, usually one.
#[derive(Default)]
struct Forms(BTreeSet<&'static str>);

impl Serialize for Forms {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl Forms {
    fn text(&self) -> String {
        let forms: Vec<_> = self.0.iter().copied().collect();
        forms.join("+")
    }
}

impl Report {
    /// A report whose checks are those of all vendors, and then a vendor's own.
    pub(crate) fn new(own: &[&'static str]) -> Self {
        Self {
            plan: [&["settings"][..], &network::CHECKS, own].concat(),
            checks: Vec::new(),
            readings: BTreeMap::new(),
            unknown: Unknown::default(),
        }
    }

    fn add(&mut self, check: &'static str, status: Status, cause: Option<Cause>, detail: String) {
        self.checks.push(Check {
            check,
            status,
            cause: cause.map(Cause::as_str),
            detail,
        });
    }

    pub(crate) fn ok(&mut self, check: &'static str, found: impl Display) {
        self.add(check, Status::Ok, None, found.to_string());
    }

    pub(crate) fn skip(&mut self, check: &'static str, why: impl Display) {
        self.add(check, Status::Skipped, None, why.to_string());
    }

    pub(crate) fn warn(&mut self, check: &'static str, found: impl Display, advice: &str) {
        self.add(check, Status::Warn, None, format!("{found}; {advice}"));
    }

    pub(crate) fn fail(&mut self, check: &'static str, found: impl Display, advice: &str) {
        self.add(check, Status::Fail, None, format!("{found}; {advice}"));
    }

    /// A host name that leads nowhere.
    pub(crate) fn no_address(&mut self, check: &'static str, detail: impl Display) {
        self.add(check, Status::Fail, Some(Cause::Dns), detail.to_string());
    }

    /// A call that failed, with this advice or else that for all vendors.
    pub(crate) fn error(&mut self, check: &'static str, error: &Error, advice: Option<&str>) {
        self.failed(check, Status::Fail, error, advice);
    }

    /// A call that failed although nothing depends on it.
    pub(crate) fn minor(&mut self, check: &'static str, error: &Error, advice: Option<&str>) {
        self.failed(check, Status::Warn, error, advice);
    }

    /// Notes an error's code, if it is one that the clients do not know.
    pub(crate) fn code(&mut self, error: &Error) {
        let is_unknown = error.code() != error.printable_code();
        self.unknown.code("errors.code", is_unknown);
    }

    fn failed(&mut self, check: &'static str, status: Status, error: &Error, advice: Option<&str>) {
        self.code(error);
        let line = failure::line(error);
        let advice = advice.map(str::to_owned).or_else(|| advice::of(error));
        let detail = match advice {
            Some(advice) => format!("{line}; {advice}"),
            None => line,
        };
        self.add(check, status, error.cause(), detail);
    }

    /// Ends with settings that are wrong.
    pub(crate) fn unusable(mut self, failure: &Failure) -> Self {
        let advice = failure.advice().unwrap_or("--help lists the settings");
        self.fail("settings", failure.line(), advice);
        self.finish()
    }

    /// Notes the form in which something came, if it has one.
    pub(crate) fn reading(&mut self, name: &'static str, form: impl Into<Option<&'static str>>) {
        if let Some(form) = form.into() {
            self.readings.entry(name).or_default().0.insert(form);
        }
    }

    /// Puts the checks in order. Those that were not made were not because of the last failure.
    pub(crate) fn finish(mut self) -> Self {
        let mut checks = self.checks.iter().rev();
        let failed = checks.find(|check| check.status == Status::Fail);
        let why = match failed {
            Some(check) => format!("needs `{}`", check.check),
            None => "needs an earlier check".to_owned(),
        };
        let plan = mem::take(&mut self.plan);
        for name in &plan {
            if self.checks.iter().all(|check| check.check != *name) {
                self.skip(name, &why);
            }
        }
        let place = |check: &Check| plan.iter().position(|name| *name == check.check);
        self.checks.sort_by_key(place);
        self
    }

    fn has_failed(&self) -> bool {
        self.checks.iter().any(|check| check.status == Status::Fail)
    }

    fn lines(&self, text: &mut String) {
        for check in &self.checks {
            let (status, detail) = (check.status.word(), output::one_line(&check.detail));
            let _ = writeln!(text, "  {status:<4}  {:<13}  {detail}", check.check);
        }
        let readings = self.readings.iter();
        let readings: Vec<_> = readings
            .map(|(name, forms)| format!("{name}={}", forms.text()))
            .collect();
        let unknown: Vec<_> = self.unknown.iter().collect();
        for (label, items) in [
            ("  readings             ", readings.join(", ")),
            ("  unknown              ", unknown.join(", ")),
        ] {
            if !items.is_empty() {
                let _ = writeln!(text, "{label}{items}");
            }
        }
    }
}

/// The reports of all vendors that were checked.
#[derive(Serialize)]
pub(crate) struct Reports {
    vendors: BTreeMap<&'static str, Report>,
    /// The order in which they are printed.
    #[serde(skip)]
    order: Vec<&'static str>,
}

impl Reports {
    pub(crate) fn new<const N: usize>(reports: [(&'static str, Option<Report>); N]) -> Self {
        let there = reports
            .into_iter()
            .filter_map(|(name, report)| Some((name, report?)));
        let (order, reports): (Vec<_>, Vec<_>) = there.unzip();
        Self {
            vendors: order.iter().copied().zip(reports).collect(),
            order,
        }
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.vendors.values().any(Report::has_failed)
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for name in &self.order {
            let _ = writeln!(text, "{name}");
            if let Some(report) = self.vendors.get(name) {
                report.lines(&mut text);
            }
        }
        text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_checked_needed_the_last_that_failed() {
        let mut report = Report::new(&["login", "scope"]);
        report.ok("settings", "complete");
        report.ok("connection", "answers");
        report.fail("clock", "EXAMPLE", "EXAMPLE");
        report.fail("login", "EXAMPLE", "EXAMPLE");
        report.skip("tls", "plain http");
        report.skip("name", "EXAMPLE");
        let report = report.finish();
        let checks: Vec<_> = report
            .checks
            .iter()
            .map(|check| (check.check, check.status.word(), check.detail.as_str()))
            .collect();
        assert_eq!(
            checks,
            [
                ("settings", "ok", "complete"),
                ("name", "skip", "EXAMPLE"),
                ("connection", "ok", "answers"),
                ("tls", "skip", "plain http"),
                ("clock", "FAIL", "EXAMPLE; EXAMPLE"),
                ("login", "FAIL", "EXAMPLE; EXAMPLE"),
                ("scope", "skip", "needs `login`")
            ]
        );
        assert!(report.has_failed());
    }
}
