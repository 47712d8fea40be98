//! The process with the clients.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use biologix_client::{BiologixClient, ExamKey, PartnerId};
use common_http::{Body, Delivery, HttpOptions, Result};
use erp_files_client::{ClientCredentials, ErpFilesClient};
use gensoft_client::GensoftClient;
use medreader_client::prescriptions::PrescriptionFile;
use medreader_client::{FolderId, MedReaderClient};
use serde_json::json;
use testing::memory::resident_kib;
use testing::retry::eager_policy;
use tokio::task::JoinSet;

const AT_ONCE: usize = 32;
const PDF: &[u8] = b"%PDF-1.7 EXAMPLE\n%%EOF\n";

struct Clients {
    biologix: BiologixClient,
    medreader: MedReaderClient,
    gensoft: GensoftClient,
    erp: ErpFilesClient,
    partner: PartnerId,
    report: ExamKey,
    folder: FolderId,
}

/// A value that the process of the sandboxes passed on.
fn given(name: &str) -> String {
    std::env::var(name).unwrap()
}

impl Clients {
    fn new() -> Result<Self> {
        let policy = eager_policy().throttle_floor(Duration::from_millis(1));
        let http = HttpOptions::default()
            .retry(policy)
            .head_timeout(Duration::from_secs(5))
            .idle_timeout(Duration::from_secs(5));
        let secret = |vendor: &str| {
            (
                given(&format!("{vendor}_USER")),
                given(&format!("{vendor}_SECRET")),
            )
        };
        let (user, password) = secret("BIOLOGIX");
        let biologix = BiologixClient::builder().base_url(given("BIOLOGIX_URL"));
        let biologix = biologix
            .credentials(user, password)
            .http(http.clone())
            .build()?;
        let (user, password) = secret("MEDREADER");
        let medreader = MedReaderClient::builder()
            .base_url(given("MEDREADER_URL"))
            .tenant(given("MEDREADER_TENANT"))
            .credentials(user, password)
            .http(http.clone())
            .build()?;
        let (_, key) = secret("GENSOFT");
        let gensoft = GensoftClient::builder().base_url(given("GENSOFT_URL"));
        let gensoft = gensoft.api_key(key).http(http.clone()).build()?;
        let (id, secret) = secret("ERP");
        let credentials = ClientCredentials::new(id, secret).token_url(given("ERP_TOKEN_URL"));
        let erp = ErpFilesClient::builder().base_url(given("ERP_URL"));
        let erp = erp.credentials(credentials).http(http).build()?;
        Ok(Self {
            biologix,
            medreader,
            gensoft,
            erp,
            partner: given("BIOLOGIX_PARTNER").into(),
            report: given("BIOLOGIX_REPORT").into(),
            folder: given("MEDREADER_FOLDER").into(),
        })
    }

    /// Makes call `number`, and returns its kind and how it ended.
    async fn call(&self, number: usize) -> (&'static str, Result<()>) {
        match number % 50 {
            0..18 => ("gensoft.attendances.send", self.order(number).await),
            18..24 => ("gensoft.reports.upload", self.report(number).await),
            24..38 => ("biologix.exams.list", self.exams().await),
            38..44 => ("biologix.reports.get", self.pdf().await),
            44 => ("erp.files.finalize", self.file(number).await),
            45 => ("erp.files.list", self.files(number).await),
            46 | 47 => ("medreader.configuration.get", self.configuration().await),
            _ => (
                "medreader.prescriptions.upload",
                self.prescription(number).await,
            ),
        }
    }

    async fn order(&self, number: usize) -> Result<()> {
        let order = json!({ "numero": number, "paciente": "EXEMPLO" });
        self.gensoft.attendances().send(&order).await.map(drop)
    }

    async fn report(&self, number: usize) -> Result<()> {
        let upload = self
            .gensoft
            .reports()
            .upload(&number.to_string().into(), Body::from(PDF));
        upload.await.map(drop)
    }

    async fn exams(&self) -> Result<()> {
        let page = self
            .biologix
            .exams(&self.partner)
            .list()
            .page_size(10)
            .await?;
        assert_eq!(page.items.len(), 10);
        Ok(())
    }

    async fn pdf(&self) -> Result<()> {
        let pdf = self
            .biologix
            .reports()
            .get(&self.report)
            .await?
            .bytes()
            .await?;
        assert!(pdf.starts_with(b"%PDF-") && pdf.ends_with(b"%%EOF\n"));
        Ok(())
    }

    async fn file(&self, number: usize) -> Result<()> {
        let files = self.erp.files(&7.into(), &number.to_string().into());
        files.upload("exemplo.pdf", Body::from(PDF)).await.map(drop)
    }

    async fn files(&self, number: usize) -> Result<()> {
        let files = self.erp.files(&7.into(), &number.to_string().into());
        assert!(files.list().await?.is_empty());
        Ok(())
    }

    async fn configuration(&self) -> Result<()> {
        self.medreader.configuration().get().await.map(drop)
    }

    async fn prescription(&self, number: usize) -> Result<()> {
        let file = PrescriptionFile::from_bytes(format!("{number}.pdf"), PDF);
        self.medreader
            .prescriptions()
            .upload(&self.folder, file)
            .await
            .map(drop)
    }
}

/// One word for what a call's end says about its effect.
fn end(kind: &str, result: &Result<()>) -> &'static str {
    let Err(error) = result else { return "done" };
    let is_success = error.status().is_some_and(|status| status.is_success());
    match error.delivery() {
        Delivery::NotSent => "unsent",
        // The vendor did what was asked, and its answer could not be read.
        Delivery::Answered if is_success && error.operation() == Some(kind) => "done",
        Delivery::Answered => "refused",
        Delivery::Unknown => "unknown",
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the other tests"]
async fn of_one_process() {
    let calls: usize = given("SOAK_CALLS").parse().unwrap();
    static CLIENTS: OnceLock<Clients> = OnceLock::new();
    let clients = CLIENTS.get_or_init(|| Clients::new().unwrap());
    let (next, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (next, ended) = (Arc::clone(&next), Arc::clone(&ended));
        workers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= calls {
                    return;
                }
                let (kind, result) = clients.call(number).await;
                println!("call {kind} {number} {}", end(kind, &result));
                if (ended.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(calls / 10) {
                    println!("resident {}", resident_kib());
                }
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
}
