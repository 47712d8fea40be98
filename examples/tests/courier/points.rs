//! Kills a worker at each of its steps, and at each request that it makes, and starts it again.
//!
//! The worker is this test program, run again as a child. A first run lists the points.

use std::env;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common_http::sandbox::Fault;
use examples::courier::{Steps, WorkOptions};
use futures_util::stream::{self, StreamExt};
use tokio::time::timeout;

use crate::town::{OPERATIONS, Town, finish, jobs, open, until_idle, vendors};

/// How many cases run at once. Most of the time they wait for the faults.
const AT_ONCE: usize = 4;

const URL: &str = "COURIER_TEST_URL";
const LOG: &str = "COURIER_TEST_STEPS";
const LAST: &str = "COURIER_TEST_LAST_STEP";

/// The child: hands the jobs in, sends them, and dies at the step that it is told.
#[tokio::test]
#[ignore = "started by the tests of this file"]
async fn child() {
    let Ok(url) = env::var(URL) else { return };
    let last: usize = env::var(LAST).unwrap().parse().unwrap();
    let log = env::var(LOG).unwrap();
    let log = fs::OpenOptions::new().create(true).append(true).open(log);
    let (log, count) = (log.unwrap(), AtomicUsize::new(0));
    let at = move |step: &str| {
        (&log).write_all(format!("{step}\n").as_bytes()).unwrap();
        if count.fetch_add(1, Ordering::SeqCst) == last {
            process::abort();
        }
    };
    let at = Arc::new(at);
    let courier = open(&url).await;
    for job in jobs(&env::var("TOWN_FOLDER").unwrap()) {
        at("to be handed in");
        courier.enqueue(&job).await.unwrap();
        at("handed in");
    }
    let vendors = vendors(|name| env::var(name).unwrap());
    let options = WorkOptions {
        concurrency: 1,
        // However slow it is, the steps are the same.
        lease: Duration::from_secs(3600),
        steps: Steps::new(move |step| at(step)),
        ..until_idle()
    };
    let work = courier.work(&vendors, options, std::future::pending());
    work.await.unwrap();
}

/// Starts the child. It dies before the step with the number `last` is over.
fn start(town: &Town, url: &str, log: &Path, last: usize) -> Child {
    let (_, module) = module_path!().split_once("::").unwrap();
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            &format!("{module}::child"),
        ])
        .envs(town.environment())
        .env(URL, url)
        .env(LOG, log)
        .env(LAST, last.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().unwrap()
}

async fn ended(child: Child) -> ExitStatus {
    let mut child = child;
    let wait = tokio::task::spawn_blocking(move || child.wait().unwrap());
    timeout(Duration::from_secs(120), wait)
        .await
        .unwrap()
        .unwrap()
}

fn lines(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Where the jobs of a run are: each run gets an empty database.
pub trait Databases {
    /// The address of an empty database.
    async fn empty(&self) -> String;
}

/// A run that is killed, and the runs after it.
struct Case<'a, D> {
    databases: &'a D,
    fault: Option<&'a Fault>,
}

impl<D: Databases> Case<'_, D> {
    async fn town(&self) -> Town {
        let town = Town::start().await;
        if let Some(fault) = self.fault {
            let fail = |result: Result<(), _>| result.unwrap();
            let [order, report, file, scan] = OPERATIONS;
            fail(town.gensoft.fail_next(order, fault.clone()));
            fail(town.gensoft.fail_next(report, fault.clone()));
            fail(town.erp.fail_next(file, fault.clone()));
            fail(town.medreader.fail_next(scan, fault.clone()));
        }
        town
    }

    /// Hands the jobs in again, as their program would, and sends them with two workers.
    async fn is_finished(&self, town: &Town, url: &str, context: &str) {
        let courier = open(url).await;
        for job in jobs(&town.folder) {
            courier.enqueue(&job).await.unwrap();
        }
        courier.close().await;
        let jobs = finish(url, &town.vendors()).await;
        town.has_each_once(&jobs, &format!("{:?}, {context}", self.fault));
    }

    /// A run that nobody kills, and its steps.
    async fn steps(&self) -> Vec<String> {
        let (town, url) = (self.town().await, self.databases.empty().await);
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("steps");
        let status = ended(start(&town, &url, &log, usize::MAX)).await;
        assert!(status.success(), "{status}");
        self.is_finished(&town, &url, "not killed").await;
        lines(&log)
    }

    /// Returns whether there was such a step: after a fault, a pause may change their number.
    async fn killed_at(&self, number: usize) -> bool {
        let (town, url) = (self.town().await, self.databases.empty().await);
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("steps");
        let status = ended(start(&town, &url, &log, number)).await;
        let steps = lines(&log);
        assert_eq!(status.success(), steps.len() <= number, "{status}");
        let step = steps.get(number).map_or("none", String::as_str);
        let context = format!("killed at step {number}, {step}");
        self.is_finished(&town, &url, &context).await;
        !status.success()
    }

    /// Kills it when this request has come, just before it is acted on.
    async fn killed_at_request(&self, operation: &'static str, nth: usize) {
        let (town, url) = (self.town().await, self.databases.empty().await);
        let folder = tempfile::tempdir().unwrap();
        let child = Arc::new(Mutex::new(None::<Child>));
        let victim = Arc::clone(&child);
        let kill = move || {
            let mut child = victim.lock().unwrap();
            child.as_mut().unwrap().kill().unwrap();
        };
        match operation.split('.').next().unwrap() {
            "gensoft" => town.gensoft.on_request(operation, nth, move |_| kill()),
            "erp" => town.erp.on_request(operation, nth, move |_| kill()),
            _ => town.medreader.on_request(operation, nth, move |_| kill()),
        }
        .unwrap();
        {
            // Until it is in its place, nobody can kill it.
            let mut place = child.lock().unwrap();
            *place = Some(start(&town, &url, &folder.path().join("steps"), usize::MAX));
        }
        let acted_on = async {
            match operation.split('.').next().unwrap() {
                "gensoft" => town.gensoft.wait_for(operation, nth).await,
                "erp" => town.erp.wait_for(operation, nth).await,
                _ => town.medreader.wait_for(operation, nth).await,
            }
        };
        timeout(Duration::from_secs(120), acted_on)
            .await
            .unwrap()
            .unwrap();
        let killed = child.lock().unwrap().take().unwrap();
        assert!(!ended(killed).await.success());
        let context = format!("killed at request {nth} of {operation}");
        self.is_finished(&town, &url, &context).await;
    }
}

/// Each step and each request, without a fault.
pub async fn at_each_point(databases: &impl Databases) {
    let case = Case {
        databases,
        fault: None,
    };
    let steps = case.steps().await;
    assert!(steps.len() > 35, "{steps:?}");
    let each = stream::iter(0..steps.len());
    let killed = |number| {
        let killed = case.killed_at(number);
        async move { assert!(killed.await, "no step {number}") }
    };
    each.for_each_concurrent(AT_ONCE, killed).await;
    for (operation, count) in [
        ("gensoft.attendances.send", 1),
        ("gensoft.reports.upload", 1),
        ("erp.files.initialize", 1),
        ("erp.files.transfer", 1),
        ("erp.files.finalize", 1),
        ("erp.files.list", 1),
        ("medreader.sessions.open", 1),
        ("medreader.prescriptions.upload", 1),
    ] {
        for nth in 1..=count {
            case.killed_at_request(operation, nth).await;
        }
    }
}

/// Each fault, at one step in `every`: another part of the steps for each fault.
pub async fn under_each_fault(databases: &impl Databases, every: usize) {
    let faults = faults();
    let points = AtomicUsize::new(0);
    let under = async |index: usize| {
        let case = Case {
            databases,
            fault: Some(&faults[index]),
        };
        let steps = case.steps().await;
        for number in (index % every..steps.len()).step_by(every) {
            let killed = usize::from(case.killed_at(number).await);
            points.fetch_add(killed, Ordering::Relaxed);
        }
    };
    let each = stream::iter(0..faults.len());
    each.for_each_concurrent(AT_ONCE, under).await;
    let points = points.into_inner();
    assert!(points >= faults.len());
    println!("killed at {points} points, under {} faults", faults.len());
}

/// All that the sandboxes can play.
pub fn faults() -> Vec<Fault> {
    let soon = Some("1".to_owned());
    let status = |status: u16| Fault::status(status.try_into().unwrap());
    vec![
        Fault::ResetBeforeEffect,
        Fault::ResetAfterRequest,
        Fault::StallHead,
        Fault::StallBody { after: 1 },
        Fault::CutBody { after: 1 },
        status(500),
        status(502),
        Fault::Throttled { retry_after: None },
        Fault::Throttled {
            retry_after: soon.clone(),
        },
        Fault::Unavailable { retry_after: None },
        Fault::Unavailable { retry_after: soon },
        Fault::BadJson,
        Fault::Garbage,
        Fault::Drift,
        Fault::ContentEncoding,
    ]
}
