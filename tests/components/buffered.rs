//! Reports from Biologix through an nginx that buffers them.

use biologix_client::sandbox::{Fault, Sandbox, Settings};
use biologix_client::{BiologixClient, ExamKey};

use crate::proxy::Proxy;
use crate::support::soon;

/// More than nginx's buffers hold, and more than those of the sockets.
const REPORT: usize = 24 << 20;

/// nginx, the sandbox, a client whose requests go through nginx, and the key of a report.
struct Behind {
    sandbox: Sandbox,
    _proxy: Proxy<1>,
    client: BiologixClient,
    key: ExamKey,
}

impl Behind {
    /// `how` completes the line `listen`; `settings` say how nginx buffers.
    async fn start(how: &str, settings: &str) -> Option<Self> {
        let report = Settings {
            report_bytes: REPORT,
            ..Settings::default()
        };
        let sandbox = Sandbox::with(report).await.unwrap();
        let url = sandbox.url();
        let proxy = Proxy::start(|[port]| {
            format!(
                "server {{
                     listen 127.0.0.1:{port} {how};
                     proxy_buffering on;
                     {settings}
                     location / {{ proxy_pass {url}; }}
                 }}"
            )
        });
        let proxy = proxy.await?;
        let builder = sandbox.client_builder().http(proxy.trusting());
        let client = builder.base_url(proxy.url()).build().unwrap();
        let partner = sandbox.settings.partner_id.as_str().into();
        let page = soon(client.exams(&partner).list().send()).await.unwrap();
        let mut exams = page.items.iter().filter_map(|exam| exam.value());
        let key = exams.find_map(|exam| exam.report_key()).unwrap();
        Some(Self {
            sandbox,
            _proxy: proxy,
            client,
            key,
        })
    }

    /// The report as the client gets it.
    async fn report(&self) -> bytes::Bytes {
        let report = soon(self.client.reports().get(&self.key).send()).await;
        soon(report.unwrap().bytes()).await.unwrap()
    }
}

const HOW: [(&str, &str); 4] = [
    ("ssl http2", ""),
    ("ssl http2", "proxy_max_temp_file_size 0;"),
    ("ssl", ""),
    ("ssl", "proxy_max_temp_file_size 0;"),
];

/// nginx reads the report at its own speed, may keep some of it in a file, and ends its answer
/// early if the vendor breaks off. What came by then is not a report.
#[tokio::test]
async fn a_report_is_whole_or_fetched_again() {
    for (how, settings) in HOW {
        let Some(behind) = Behind::start(how, settings).await else {
            return;
        };
        let whole = behind.report().await;
        assert!(whole.len() >= REPORT && whole.starts_with(b"%PDF-"));
        let cut = Fault::CutBody { after: REPORT / 2 };
        behind
            .sandbox
            .fail_next("biologix.reports.get", cut)
            .unwrap();
        assert!(behind.report().await == whole, "{how} {settings}");
        assert_eq!(behind.sandbox.count("biologix.reports.get"), 3, "{how}");
    }
}
