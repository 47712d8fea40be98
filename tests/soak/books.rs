//! The sandboxes with their books, and what the clients say about each call.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use common_http::sandbox::{Fault, SandboxError};
use http::StatusCode;

/// The sandboxes of all vendors.
pub(crate) struct Vendors {
    biologix: biologix_client::sandbox::Sandbox,
    medreader: medreader_client::sandbox::Sandbox,
    gensoft: gensoft_client::sandbox::Sandbox,
    erp: erp_files_client::sandbox::Sandbox,
}

impl Vendors {
    pub(crate) async fn start() -> Self {
        Self {
            biologix: biologix_client::sandbox::Sandbox::start().await.unwrap(),
            medreader: medreader_client::sandbox::Sandbox::start().await.unwrap(),
            gensoft: gensoft_client::sandbox::Sandbox::start().await.unwrap(),
            erp: erp_files_client::sandbox::Sandbox::start().await.unwrap(),
        }
    }

    /// What the clients need to know.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let (biologix, medreader) = (&self.biologix.settings, &self.medreader.settings);
        let erp = &self.erp.settings;
        let done = self.biologix.exam_ids().into_iter().find_map(|id| {
            let exam: serde_json::Value =
                serde_json::from_str(&self.biologix.exam_json(&id)?).ok()?;
            (exam["status"] == 6).then(|| exam["examKey"].as_str().map(str::to_owned))?
        });
        vec![
            ("BIOLOGIX_URL", self.biologix.url().to_owned()),
            ("BIOLOGIX_USER", biologix.username.clone()),
            ("BIOLOGIX_SECRET", biologix.password.clone()),
            ("BIOLOGIX_PARTNER", biologix.partner_id.clone()),
            ("BIOLOGIX_REPORT", done.unwrap()),
            ("MEDREADER_URL", self.medreader.url().to_owned()),
            ("MEDREADER_TENANT", medreader.tenant_id.clone()),
            ("MEDREADER_USER", medreader.email.clone()),
            ("MEDREADER_SECRET", medreader.password.clone()),
            (
                "MEDREADER_FOLDER",
                self.medreader.folder("Pacientes").unwrap(),
            ),
            ("GENSOFT_URL", self.gensoft.url().to_owned()),
            ("GENSOFT_USER", String::new()),
            ("GENSOFT_SECRET", self.gensoft.api_key().to_owned()),
            ("ERP_URL", self.erp.url().to_owned()),
            ("ERP_TOKEN_URL", self.erp.token_url().to_owned()),
            ("ERP_USER", erp.client_id.clone()),
            ("ERP_SECRET", erp.client_secret.clone()),
        ]
    }

    /// Queues a fault after each hundredth call, for each operation in turn, and forgets what the
    /// logs have.
    pub(crate) fn disturb(&self, calls: usize) {
        if calls.is_multiple_of(100) {
            let number = calls / 100;
            let operation = DISTURBED[number % DISTURBED.len()];
            let fault = fault(number / DISTURBED.len());
            self.fail_next(operation, fault).unwrap();
        }
        if calls.is_multiple_of(10_000) {
            self.biologix.clear_requests();
            self.medreader.clear_requests();
            self.gensoft.clear_requests();
            self.erp.clear_requests();
        }
    }

    fn fail_next(&self, kind: &str, fault: Fault) -> Result<(), SandboxError> {
        match kind.split('.').next() {
            Some("biologix") => self.biologix.fail_next(kind, fault),
            Some("medreader") => self.medreader.fail_next(kind, fault),
            Some("gensoft") => self.gensoft.fail_next(kind, fault),
            _ => self.erp.fail_next(kind, fault),
        }
    }

    /// How often each effect happened, by the number of its call.
    fn effects(&self, kind: &str, numbers: &[usize]) -> HashMap<usize, usize> {
        let mut times = HashMap::new();
        let mut count = |number: usize| *times.entry(number).or_default() += 1;
        match kind {
            "gensoft.attendances.send" => {
                for order in self.gensoft.attendances() {
                    count(order.json["numero"].as_u64().unwrap() as usize);
                }
            }
            "medreader.prescriptions.upload" => {
                for upload in self.medreader.uploads() {
                    count(upload.file_name.trim_end_matches(".pdf").parse().unwrap());
                }
            }
            "erp.files.finalize" => {
                for &number in numbers {
                    for _ in self.erp.files("7", &number.to_string()) {
                        count(number);
                    }
                }
            }
            _ => {}
        }
        times
    }
}

/// The operations that the calls need, but for the logins.
const DISTURBED: [&str; 10] = [
    "biologix.exams.list",
    "biologix.reports.get",
    "medreader.configuration.get",
    "medreader.prescriptions.upload",
    "gensoft.attendances.send",
    "gensoft.reports.upload",
    "erp.files.initialize",
    "erp.files.transfer",
    "erp.files.finalize",
    "erp.files.list",
];

fn fault(number: usize) -> Fault {
    let soon = Some("0".to_owned());
    match number % 9 {
        0 => Fault::ResetBeforeEffect,
        1 => Fault::ResetAfterRequest,
        2 => Fault::CutBody { after: 1 },
        3 => Fault::Throttled { retry_after: soon },
        4 => Fault::Unavailable { retry_after: None },
        5 => Fault::BadJson,
        6 => Fault::Garbage,
        7 => Fault::Unavailable { retry_after: soon },
        _ => Fault::status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// How each call ended, as the clients say.
#[derive(Default)]
pub(crate) struct Books(BTreeMap<String, Vec<(usize, String)>>, usize);

impl Books {
    pub(crate) fn note(&mut self, kind: &str, number: usize, end: &str) {
        let kind = self.0.entry(kind.to_owned()).or_default();
        kind.push((number, end.to_owned()));
        self.1 += 1;
    }

    pub(crate) fn len(&self) -> usize {
        self.1
    }

    /// Compares what the clients say with what the vendors have.
    pub(crate) fn compare(&self, vendors: &Vendors) {
        for kind in [
            "gensoft.attendances.send",
            "medreader.prescriptions.upload",
            "erp.files.finalize",
        ] {
            let ends = &self.0[kind];
            let numbers: Vec<_> = ends.iter().map(|(number, _)| *number).collect();
            let times = vendors.effects(kind, &numbers);
            for (number, end) in ends {
                let times = times.get(number).copied().unwrap_or_default();
                let is_right = match end.as_str() {
                    "done" => times == 1,
                    "unsent" | "refused" => times == 0,
                    _ => times <= 1,
                };
                assert!(
                    is_right,
                    "{kind} {number}: {end}, and it happened {times} times"
                );
            }
            let known: HashSet<_> = numbers.into_iter().collect();
            assert!(times.keys().all(|number| known.contains(number)), "{kind}");
        }
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, ends) in &self.0 {
            let mut counts = BTreeMap::<&str, usize>::new();
            for (_, end) in ends {
                *counts.entry(end).or_default() += 1;
            }
            writeln!(f, "{kind}: {counts:?}")?;
        }
        Ok(())
    }
}
