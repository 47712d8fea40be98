//! What the sandbox holds: the attendances and the reports that were sent.

use std::collections::HashMap;
use std::io;
use std::sync::Mutex;
use std::time::SystemTime;

use bytes::Bytes;
use common_http::safe_debug;
use common_http::sandbox::{Host, SandboxClock, lock};
use serde_json::Value;

use crate::sandbox::settings::Settings;

/// An attendance that was accepted. `Debug` shows nothing of its content.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ReceivedAttendance {
    /// The attendance.
    pub json: Value,
    /// Its text, byte for byte.
    pub text: String,
    /// When it came, by the sandbox's clock.
    pub received: SystemTime,
}

safe_debug!(ReceivedAttendance { received });

/// A version of an execution's report. `Debug` shows neither its content nor its name.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportVersion {
    /// The file.
    pub pdf: Bytes,
    /// The file's name, if one was sent.
    pub file_name: Option<String>,
    /// The form's field that it came in. `None` if it was the body itself.
    pub field: Option<String>,
    /// When it came, by the sandbox's clock.
    pub received: SystemTime,
}

safe_debug!(ReportVersion { field, received });

/// A laboratory: the attendances that it accepted, and the reports of its executions.
pub struct Laboratory {
    pub(super) settings: Settings,
    pub(super) url: String,
    clock: SandboxClock,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    attendances: Vec<ReceivedAttendance>,
    reports: HashMap<String, Vec<ReportVersion>>,
    key_is_revoked: bool,
}

safe_debug!(Laboratory { settings });

impl Laboratory {
    pub(super) fn at(settings: Settings, host: Host) -> io::Result<Self> {
        settings.check()?;
        Ok(Self {
            settings,
            url: host.urls.concat(),
            clock: host.clock,
            kept: Mutex::default(),
        })
    }

    pub(super) fn key_is_revoked(&self) -> bool {
        lock(&self.kept).key_is_revoked
    }

    pub(super) fn keep_attendance(&self, json: Value, text: &Bytes) {
        let attendance = ReceivedAttendance {
            json,
            text: String::from_utf8_lossy(text).into_owned(),
            received: self.clock.now(),
        };
        lock(&self.kept).attendances.push(attendance);
    }

    pub(super) fn keep_report(
        &self,
        execution: &str,
        pdf: Bytes,
        file_name: Option<String>,
        field: Option<String>,
    ) {
        let version = ReportVersion {
            pdf,
            file_name,
            field,
            received: self.clock.now(),
        };
        let mut kept = lock(&self.kept);
        let versions = kept.reports.entry(execution.to_owned()).or_default();
        versions.push(version);
    }

    /// The API key that is accepted, for example for the settings of the program under test.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.settings.api_key
    }

    /// The attendances that were accepted, oldest first.
    #[must_use]
    pub fn attendances(&self) -> Vec<ReceivedAttendance> {
        lock(&self.kept).attendances.clone()
    }

    /// The versions of an execution's report, oldest first: the last one counts.
    #[must_use]
    pub fn report_versions(&self, execution: &str) -> Vec<ReportVersion> {
        let kept = lock(&self.kept);
        kept.reports.get(execution).cloned().unwrap_or_default()
    }

    /// Revokes the API key: from now on every call is answered 401.
    pub fn revoke_api_key(&self) {
        lock(&self.kept).key_is_revoked = true;
    }
}
