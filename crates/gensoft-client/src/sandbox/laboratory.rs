//! What the sandbox holds: the attendances and the reports that came.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use bytes::Bytes;
use common_http::sandbox::{SandboxClock, lock};
use serde_json::Value;

use super::builder::Settings;

/// An attendance that was taken. `Debug` shows nothing of its content.
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

impl fmt::Debug for ReceivedAttendance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceivedAttendance")
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// A version of an execution's report. `Debug` shows neither its content nor its name.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportVersion {
    /// The file.
    pub pdf: Bytes,
    /// The file's name, where one was sent.
    pub file_name: Option<String>,
    /// The form's field that it came in; none where it was the body itself.
    pub field: Option<String>,
    /// When it came, by the sandbox's clock.
    pub received: SystemTime,
}

impl fmt::Debug for ReportVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportVersion")
            .field("bytes", &self.pdf.len())
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

/// A laboratory as the sandbox holds it: the attendances that it took, and the reports of its executions. Clones are the
/// same laboratory.
#[derive(Clone)]
pub struct Laboratory(Arc<Inner>);

struct Inner {
    settings: Settings,
    clock: SandboxClock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    attendances: Vec<ReceivedAttendance>,
    reports: HashMap<String, Vec<ReportVersion>>,
    key_is_revoked: bool,
}

impl Laboratory {
    pub(super) fn new(settings: Settings, clock: SandboxClock) -> Self {
        Self(Arc::new(Inner {
            settings,
            clock,
            state: Mutex::default(),
        }))
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(super) fn key_is_revoked(&self) -> bool {
        lock(&self.0.state).key_is_revoked
    }

    pub(super) fn take_attendance(&self, json: Value, text: &Bytes) {
        let received = self.0.clock.now();
        lock(&self.0.state).attendances.push(ReceivedAttendance {
            json,
            text: String::from_utf8_lossy(text).into_owned(),
            received,
        });
    }

    pub(super) fn take_report(
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
            received: self.0.clock.now(),
        };
        let mut state = lock(&self.0.state);
        let versions = state.reports.entry(execution.to_owned()).or_default();
        versions.push(version);
    }

    /// The attendances that were taken, oldest first. What was refused is not among them.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::{attendances::AttendanceBody, sandbox::Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// # let order = AttendanceBody::of(&serde_json::json!({ "campo": "valor ficticio" }));
    /// let laboratory = sandbox.laboratory().clone(); // for another task of the test
    /// sandbox.client().send_attendance(order).send().await?;
    /// assert_eq!(laboratory.attendances().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn attendances(&self) -> Vec<ReceivedAttendance> {
        lock(&self.0.state).attendances.clone()
    }

    /// The versions of an execution's report, the one that counts last; none where there is no report.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// let laboratory = sandbox.laboratory();
    /// assert!(laboratory.report_versions("10").is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn report_versions(&self, execution: &str) -> Vec<ReportVersion> {
        let state = lock(&self.0.state);
        state.reports.get(execution).cloned().unwrap_or_default()
    }

    /// Takes the API key back: from now on every call is answered 401.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use gensoft_client::sandbox::{REPORTS_UPLOAD, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// // In the middle of a night's reports.
    /// sandbox.on_request(REPORTS_UPLOAD, 3, |laboratory| laboratory.revoke_api_key())?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn revoke_api_key(&self) {
        lock(&self.0.state).key_is_revoked = true;
    }
}

impl fmt::Debug for Laboratory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Laboratory")
            .field("attendances", &lock(&self.0.state).attendances.len())
            .finish_non_exhaustive()
    }
}
