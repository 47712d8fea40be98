//! Runs the program, and reads its report.

use std::process::Command;

use serde_json::Value;

use crate::program::{self, Run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_doctor");
const SETTINGS: [&str; 23] = [
    "BIOLOGIX_BASE_URL",
    "BIOLOGIX_USERNAME",
    "BIOLOGIX_PASSWORD",
    "BIOLOGIX_PARTNER_ID",
    "MEDREADER_BASE_URL",
    "MEDREADER_TENANT_ID",
    "MEDREADER_EMAIL",
    "MEDREADER_PASSWORD",
    "MEDREADER_WEBHOOK_USER",
    "MEDREADER_WEBHOOK_PASSWORD",
    "ERP_BASE_URL",
    "ERP_ACCESS_TOKEN",
    "ERP_CLIENT_ID",
    "ERP_CLIENT_SECRET",
    "ERP_SCOPE",
    "ERP_TOKEN_URL",
    "ERP_PATIENT",
    "ERP_ANALYSIS",
    "GENSOFT_BASE_URL",
    "GENSOFT_API_KEY",
    "GENSOFT_AUTH_PREFIX",
    "HTTP_PROXY",
    "HTTPS_PROXY",
];

/// The settings of a vendor.
pub type Settings<'a> = Vec<(&'a str, &'a str)>;

/// The program with these settings only.
pub fn doctor(settings: &[(&str, &str)]) -> Command {
    let mut command = program::clean(Command::new(PROGRAM), &SETTINGS);
    command.env("NO_PROXY", "*").envs(settings.iter().copied());
    command
}

/// The report in JSON.
pub fn report(settings: &[(&str, &str)], code: i32) -> Report {
    Report(Run::of(doctor(settings).arg("--json")).is(code).json())
}

pub struct Report(pub Value);

impl Report {
    /// A check of a vendor: its status, its cause and its detail.
    #[track_caller]
    pub fn check(&self, vendor: &str, name: &str) -> (&str, Option<&str>, &str) {
        let checks = self.0["vendors"][vendor]["checks"].as_array().unwrap();
        let found = checks.iter().find(|check| check["check"] == name).unwrap();
        let detail = found["detail"].as_str().unwrap();
        (
            found["status"].as_str().unwrap(),
            found["cause"].as_str(),
            detail,
        )
    }

    #[track_caller]
    pub fn is(&self, vendor: &str, name: &str, status: &str, detail: &str) {
        let found = self.check(vendor, name);
        assert!(found.0 == status && found.2.contains(detail), "{found:?}");
    }

    /// The checks of a vendor with this status.
    pub fn with(&self, vendor: &str, status: &str) -> Vec<&str> {
        let checks = self.0["vendors"][vendor]["checks"].as_array().unwrap();
        let with = checks.iter().filter(|check| check["status"] == status);
        with.map(|check| check["check"].as_str().unwrap()).collect()
    }

    pub fn reading(&self, vendor: &str, name: &str) -> Option<&str> {
        self.0["vendors"][vendor]["readings"][name].as_str()
    }

    pub fn unknown(&self, vendor: &str) -> Vec<&str> {
        let unknown = self.0["vendors"][vendor]["unknown"].as_array().unwrap();
        unknown.iter().map(|path| path.as_str().unwrap()).collect()
    }
}

/// The settings that lead to a sandbox of Biologix.
pub fn biologix(sandbox: &biologix_client::sandbox::Sandbox) -> Settings<'_> {
    vec![
        ("BIOLOGIX_BASE_URL", sandbox.url()),
        ("BIOLOGIX_USERNAME", &sandbox.settings.username),
        ("BIOLOGIX_PASSWORD", &sandbox.settings.password),
        ("BIOLOGIX_PARTNER_ID", &sandbox.settings.partner_id),
    ]
}

/// The settings that lead to a sandbox of MedReader.
pub fn medreader(sandbox: &medreader_client::sandbox::Sandbox) -> Settings<'_> {
    vec![
        ("MEDREADER_BASE_URL", sandbox.url()),
        ("MEDREADER_TENANT_ID", &sandbox.settings.tenant_id),
        ("MEDREADER_EMAIL", &sandbox.settings.email),
        ("MEDREADER_PASSWORD", &sandbox.settings.password),
    ]
}

/// The settings that lead to a sandbox of the ERP, and to an analysis in it.
pub fn erp(sandbox: &erp_files_client::sandbox::Sandbox) -> Settings<'_> {
    vec![
        ("ERP_BASE_URL", sandbox.url()),
        ("ERP_TOKEN_URL", sandbox.token_url()),
        ("ERP_CLIENT_ID", &sandbox.settings.client_id),
        ("ERP_CLIENT_SECRET", &sandbox.settings.client_secret),
        ("ERP_PATIENT", "7"),
        ("ERP_ANALYSIS", "12"),
    ]
}

/// The settings that lead to a sandbox of Gensoft.
pub fn gensoft(sandbox: &gensoft_client::sandbox::Sandbox) -> Settings<'_> {
    vec![
        ("GENSOFT_BASE_URL", sandbox.url()),
        ("GENSOFT_API_KEY", sandbox.api_key()),
    ]
}
