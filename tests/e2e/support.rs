//! Helpers that keep the tests short.

pub(crate) mod certificates;
#[cfg(unix)]
pub(crate) mod child;
pub(crate) mod front;

use std::time::Duration;

use biologix_client::sandbox::{Sandbox, Settings};
use biologix_client::{BiologixClient, ExamKey, Item, PartnerId};
use common_http::{HttpOptions, Result, RetryPolicy};
use testing::retry;
pub(crate) use testing::time::soon;

/// The size of a report. It takes several reads from a socket, so it can break off in the middle.
pub(crate) const REPORT: usize = 300_000;

/// The default attempts, without any pauses between them.
pub(crate) fn eager_policy() -> RetryPolicy {
    retry::eager_policy().throttle_floor(Duration::from_millis(1))
}

/// The default settings, without the pauses between attempts.
pub(crate) fn eager() -> HttpOptions {
    HttpOptions::default()
        .retry(eager_policy())
        // The platform's roots are not needed on the loopback interface, and slow to load for
        // hundreds of clients.
        .only_own_roots(true)
}

/// A sandbox with large reports.
pub(crate) async fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with(Settings {
        report_bytes: REPORT,
        ..Settings::default()
    })
    .await;
    sandbox.expect("a free port")
}

/// A client of the sandbox with its own session and retry budget.
pub(crate) fn client(sandbox: &Sandbox, http: HttpOptions) -> BiologixClient {
    let builder = sandbox.client_builder().http(http);
    builder.build().expect("valid settings")
}

pub(crate) fn partner(sandbox: &Sandbox) -> PartnerId {
    PartnerId::from(&sandbox.settings.partner_id)
}

/// The key of a report that the sandbox has.
pub(crate) fn report_key(sandbox: &Sandbox) -> ExamKey {
    let key = sandbox.exam_ids().iter().find_map(|id| {
        let exam: serde_json::Value = serde_json::from_str(&sandbox.exam_json(id)?).ok()?;
        let key = exam["examKey"].as_str()?;
        (exam["status"] == 6 && key.starts_with("EXAMPLEKEY")).then(|| ExamKey::from(key))
    });
    key.expect("one of the exams is finished and has a key")
}

/// The operations of Biologix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Login,
    List,
    Report,
}

impl Op {
    pub(crate) const ALL: [Self; 3] = [Self::Login, Self::List, Self::Report];

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Login => "biologix.sessions.open",
            Self::List => "biologix.exams.list",
            Self::Report => "biologix.reports.get",
        }
    }

    /// How often a call is sent if every attempt fails with a retryable fault.
    pub(crate) fn attempts(self) -> u32 {
        match self {
            Self::Login | Self::Report => 3,
            Self::List => 4,
        }
    }

    /// Makes the call and checks its value.
    pub(crate) async fn call(self, client: &BiologixClient, sandbox: &Sandbox) -> Result<()> {
        match self {
            Self::Login => {
                let session = soon(client.sessions().open().send()).await?;
                assert_eq!(session.user_id, "0000001AA");
            }
            Self::List => {
                let page = soon(client.exams(&partner(sandbox)).list().send()).await?;
                let ids: Vec<_> = page.items.iter().filter_map(Item::value).collect();
                let ids: Vec<_> = ids.iter().map(|exam| exam.exam_id.as_str()).collect();
                assert_eq!(ids, sandbox.exam_ids()[..100]);
                assert_eq!(page.total, Some(250));
            }
            Self::Report => {
                let report = client.reports().get(&report_key(sandbox));
                let pdf = soon(async { report.send().await?.bytes().await }).await?;
                assert!(pdf.len() >= REPORT);
                assert!(pdf.starts_with(b"%PDF-") && pdf.ends_with(b"%%EOF\n"));
            }
        }
        Ok(())
    }
}
