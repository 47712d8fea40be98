//! The vendors as sandboxes, a job for each kind, and what the vendors' books say of them.

use std::time::Duration;

use common_http::{HttpOptions, RetryPolicy};
use erp_files_client::ErpFilesClient;
use erp_files_client::files::OnConflict;
use examples::courier::decision::Repeat;
use examples::courier::{Courier, Job, NewJob, State, Task, Vendors, WorkOptions};
use gensoft_client::GensoftClient;
use medreader_client::MedReaderClient;
use sqlx::any::AnyPoolOptions;

pub const ORDER: &str = r#"{"pedido": "EXEMPLO-MARKER-17"}"#;
pub const REPORT: &str = "%PDF-1.7 EXEMPLO-MARKER report";
pub const FILE: &str = "%PDF-1.7 EXEMPLO-MARKER file";
pub const SCAN: &str = "%PDF-1.7 EXEMPLO-MARKER scan";
const NAME: &str = "MARKER.pdf";

/// The operation that a fault is most harmful to, for each job.
pub const OPERATIONS: [&str; 4] = [
    "gensoft.attendances.send",
    "gensoft.reports.upload",
    "erp.files.finalize",
    "medreader.prescriptions.upload",
];

/// The addresses and secrets with which another process finds the sandboxes.
const SETTINGS: [&str; 8] = [
    "TOWN_GENSOFT",
    "TOWN_GENSOFT_KEY",
    "TOWN_ERP",
    "TOWN_ERP_TOKEN",
    "TOWN_MEDREADER",
    "TOWN_TENANT",
    "TOWN_EMAIL",
    "TOWN_PASSWORD",
];

pub struct Town {
    pub gensoft: gensoft_client::sandbox::Sandbox,
    pub erp: erp_files_client::sandbox::Sandbox,
    pub medreader: medreader_client::sandbox::Sandbox,
    pub folder: String,
}

impl Town {
    pub async fn start() -> Self {
        let medreader = medreader_client::sandbox::Sandbox::start().await.unwrap();
        Self {
            gensoft: gensoft_client::sandbox::Sandbox::start().await.unwrap(),
            erp: erp_files_client::sandbox::Sandbox::start().await.unwrap(),
            folder: medreader.folder("Exemplo").unwrap(),
            medreader,
        }
    }

    /// The settings for [`vendors`] in another process.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let settings = &self.medreader.settings;
        let values = [
            self.gensoft.url(),
            self.gensoft.api_key(),
            self.erp.url(),
            self.erp.access_token(),
            self.medreader.url(),
            &settings.tenant_id,
            &settings.email,
            &settings.password,
        ];
        let pairs = SETTINGS.into_iter().zip(values.map(str::to_owned));
        pairs
            .chain([("TOWN_FOLDER", self.folder.clone())])
            .collect()
    }

    pub fn vendors(&self) -> Vendors {
        let environment = self.environment();
        vendors(|name| {
            let (_, value) = environment.iter().find(|(key, _)| *key == name).unwrap();
            value.clone()
        })
    }

    /// How often the job of this key is in its vendor's books.
    fn arrivals(&self, key: &str) -> usize {
        match key {
            "order" => {
                let orders = self.gensoft.attendances();
                orders.iter().filter(|order| order.text == ORDER).count()
            }
            "report" => {
                let versions = self.gensoft.report_versions("10");
                assert!(versions.iter().all(|version| version.pdf == REPORT));
                versions.len()
            }
            "file" => {
                let files = self.erp.files("7", "12");
                assert!(files.iter().all(|file| file.name == NAME));
                let content = |id: &str| self.erp.stored_bytes(id).unwrap();
                assert!(files.iter().all(|file| content(&file.id) == FILE));
                files.len()
            }
            _ => {
                let uploads = self.medreader.uploads();
                uploads
                    .iter()
                    .filter(|upload| upload.content == SCAN)
                    .count()
            }
        }
    }

    /// Checks the rule: a job arrived exactly once, or it is in doubt and arrived at most once.
    ///
    /// An upload that replaces itself may have arrived more often.
    #[track_caller]
    pub fn has_each_once(&self, jobs: &[Job], context: &str) {
        let keys: Vec<_> = jobs.iter().map(|job| job.key.as_str()).collect();
        assert_eq!(keys, ["order", "report", "file", "scan"], "{context}");
        for job in jobs {
            let arrived = self.arrivals(&job.key);
            let right = match (job.state, job.kind.repeat()) {
                (State::Done, Repeat::Freely) => arrived >= 1,
                (State::Done, _) => arrived == 1,
                (State::Doubt, Repeat::Never) => arrived <= 1,
                _ => false,
            };
            assert!(right, "{context}: arrived {arrived} times: {job:?}");
            assert_eq!(job.receipt.is_some(), job.state == State::Done);
        }
    }
}

/// Clients of the sandboxes that do not wait long for anything.
pub fn vendors(setting: impl Fn(&str) -> String) -> Vendors {
    let [gensoft, key, erp, token, medreader, tenant, email, password] = SETTINGS.map(setting);
    let short = Duration::from_millis(5);
    let retry = RetryPolicy::default().base(short).throttle_base(short);
    let http = HttpOptions::default()
        .retry(retry.cap(short).throttle_floor(short))
        .head_timeout(Duration::from_secs(1))
        .idle_timeout(Duration::from_secs(1));
    let gensoft = GensoftClient::builder().base_url(gensoft).api_key(key);
    let erp = ErpFilesClient::builder().base_url(erp).access_token(token);
    let medreader = MedReaderClient::builder().base_url(medreader);
    let medreader = medreader.tenant(tenant).credentials(email, password);
    Vendors::default()
        .gensoft(gensoft.http(http.clone()).build().unwrap())
        .erp(erp.http(http.clone()).build().unwrap())
        .medreader(medreader.http(http).build().unwrap())
}

/// A job of each kind. The report waits for the order.
pub fn jobs(folder: &str) -> Vec<NewJob> {
    let report = Task::GensoftReport {
        execution: "10".to_owned(),
    };
    let file = Task::ErpFile {
        patient: "7".to_owned(),
        analysis: "12".to_owned(),
        name: NAME.to_owned(),
        on_conflict: OnConflict::Error,
    };
    let scan = Task::MedreaderPrescription {
        folder: folder.to_owned(),
        name: NAME.to_owned(),
    };
    vec![
        NewJob::new("order", Task::GensoftAttendance, ORDER).unwrap(),
        NewJob::new("report", report, REPORT).unwrap(),
        NewJob::new("file", file, FILE).unwrap(),
        NewJob::new("scan", scan, SCAN).unwrap(),
    ]
}

pub fn until_idle() -> WorkOptions {
    WorkOptions {
        until_idle: true,
        look: Duration::from_millis(10),
        ..WorkOptions::default()
    }
}

/// Lets all leases and pauses pass.
pub async fn let_time_pass(url: &str) {
    sqlx::any::install_default_drivers();
    let pool = AnyPoolOptions::new().connect(url).await.unwrap();
    let sql = "UPDATE courier_jobs SET due = 0, lease_until = 0 WHERE state <> 'done'";
    sqlx::query(sql).execute(&pool).await.unwrap();
    pool.close().await;
}

/// Two workers at once, on connections of their own, until nothing is left to be sent.
pub async fn finish(url: &str, vendors: &Vendors) -> Vec<Job> {
    let mut jobs = Vec::new();
    for _ in 0..20 {
        let (one, other) = (open(url).await, open(url).await);
        let_time_pass(url).await;
        let ended = tokio::join!(
            one.work(vendors, until_idle(), std::future::pending()),
            other.work(vendors, until_idle(), std::future::pending()),
        );
        ended.0.unwrap();
        ended.1.unwrap();
        jobs = one.jobs().await.unwrap();
        one.close().await;
        other.close().await;
        let is_open = |job: &Job| matches!(job.state, State::Waiting | State::Sending);
        if !jobs.iter().any(is_open) {
            return jobs;
        }
    }
    unreachable!("some jobs are never finished: {jobs:#?}")
}

pub async fn open(url: &str) -> Courier {
    Courier::open(url).await.unwrap()
}
