//! A piece of work, done by one side in a process of its own.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use biologix_client::HttpOptions;
use biologix_client::exams::Exam;
use bytes::Bytes;
use clap::{Args, ValueEnum};
use common_http::Answer;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use crate::measure::scratch;
use crate::process::{self, Core};
use crate::program;
use crate::server::{self, Server, control};
use crate::sides::{
    ByHand, Connections, Name, Ours, PAGE, PlainExam, Pool, Reqwest, Retrying, Side, biologix,
    reqwest_client, retrying_client,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Task {
    /// A small authenticated GET, decoded. The count is requests.
    Get,
    /// Decodes a page of 1,000 exams, without a network. The count is pages.
    Decode,
    /// A page of 100 exams through the call. The count is pages.
    Page,
    /// Goes through a whole list. The count is exams.
    List,
    /// Builds clients from clones of one set of options. The count is clients.
    Client,
    /// Saves reports of 200 KiB. The count is reports.
    Reports,
    /// Goes through a list, then saves the report of each exam. The count is exams.
    Archive,
    /// Uploads a file. The count is bytes.
    Upload,
    /// Uploads a file in a form. The count is bytes.
    Form,
    /// Saves a large report. The count is bytes.
    Download,
    /// GETs, all at once, on a session that has expired. The count is tasks.
    Expired,
}

/// What to do, who does it, and how often.
#[derive(Args, Clone, Debug)]
pub(crate) struct Work {
    pub(crate) task: Task,
    pub(crate) side: Name,
    #[arg(long)]
    pub(crate) count: u64,
    /// How many requests are in flight at a time
    #[arg(long, default_value_t = 1)]
    pub(crate) at_once: usize,
    /// Base URL of a server that runs already
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Folder of the files that are sent and received
    #[arg(long, default_value = ".")]
    pub(crate) folder: PathBuf,
}

/// What it costs.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Seconds.
    pub(crate) wall: f64,
    /// Seconds.
    pub(crate) cpu: f64,
    /// The most memory of the process, in bytes.
    pub(crate) peak: f64,
    /// How much of it came with the work.
    pub(crate) grown: f64,
}

/// Does the work in this process.
pub(crate) fn run(work: &Work) -> Cost {
    let own = work.url.is_none().then(Server::start);
    let url = work.url.clone();
    let url = url.unwrap_or_else(|| own.as_ref().unwrap().url(0));
    process::pin(Core::Client);
    process::allow_many_files();
    match work.task {
        Task::Decode => decode(work, &control(&url, "/page").into()),
        Task::Client => build(work, &url),
        _ => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(dispatch(work, &url))
        }
    }
}

async fn dispatch(work: &Work, url: &str) -> Cost {
    match work.side {
        Name::Ours => perform(work, url, Ours::start(url).await).await,
        Name::Plain => perform(work, url, ByHand::start(Reqwest::new(url, false)).await).await,
        Name::Synced => perform(work, url, ByHand::start(Reqwest::new(url, true)).await).await,
        Name::Retrying => perform(work, url, ByHand::start(Retrying::new(url)).await).await,
        Name::Connection => {
            let connections = Connections::open(url, work.at_once).await;
            perform(work, url, ByHand::start(connections).await).await
        }
        Name::Pool => perform(work, url, ByHand::start(Pool::new(url)).await).await,
        Name::Program => program::archive(work, url),
    }
}

async fn perform(work: &Work, url: &str, side: impl Side) -> Cost {
    let count = work.count;
    let entries = usize::try_from(count).unwrap();
    let small = async |worker| assert_eq!(side.exams(worker, "tiny", 0, 1).await, 1);
    let file = work.folder.join(format!("{count}.pdf"));
    match work.task {
        Task::Get => {
            let get = async |worker, _| small(worker).await;
            workers(work.at_once, count / 10, get).await;
            let start = Start::now();
            workers(work.at_once, count, get).await;
            start.cost()
        }
        Task::Page => {
            small(0).await;
            let start = Start::now();
            for _ in 0..count {
                assert_eq!(side.exams(0, "1000", 0, PAGE).await, PAGE);
            }
            start.cost()
        }
        Task::List => {
            small(0).await;
            let start = Start::now();
            assert_eq!(side.list(&count.to_string(), entries).await, entries);
            start.cost()
        }
        Task::Reports | Task::Archive => {
            let folder = scratch(&work.folder);
            let report = async |worker, number| {
                let target = folder.path().join(format!("report-{number}.pdf"));
                let length = side.download(worker, "EXAMPLEKEY", &target).await;
                assert_eq!(length, 200 << 10);
            };
            workers(work.at_once, work.at_once as u64, report).await;
            let start = Start::now();
            if work.task == Task::Archive {
                let partner = format!("done-{count}");
                assert_eq!(side.list(&partner, entries).await, entries);
            }
            workers(work.at_once, count, report).await;
            start.cost()
        }
        Task::Upload | Task::Form => {
            let start = Start::now();
            let received = side.upload(&file, work.task == Task::Form).await;
            assert!(received >= count && received < count + 1024);
            start.cost()
        }
        Task::Download => {
            let folder = scratch(&work.folder);
            let target = folder.path().join("received.pdf");
            let start = Start::now();
            let length = side.download(0, &count.to_string(), &target).await;
            assert_eq!(length, count);
            start.cost()
        }
        Task::Expired => {
            // A session that was never accepted is not renewed.
            small(0).await;
            let before = server::logins(url);
            control(url, "/expire");
            let start = Start::now();
            join_all((0..entries).map(&small)).await;
            let cost = start.cost();
            assert_eq!(server::logins(url) - before, 1, "logins");
            cost
        }
        Task::Decode | Task::Client => unreachable!("they need no server"),
    }
}

/// Does something so many times, with so many workers.
async fn workers(at_once: usize, count: u64, act: impl AsyncFn(usize, u64)) {
    let next = Cell::new(0);
    join_all((0..at_once).map(async |worker| {
        while next.get() < count {
            let number = next.replace(next.get() + 1);
            act(worker, number).await;
        }
    }))
    .await;
}

fn decode(work: &Work, page: &Bytes) -> Cost {
    let ours = || {
        let answer = Answer::from(http::Response::new(page.clone()));
        let items = answer.items::<Exam>().unwrap();
        items.iter().filter_map(|item| item.value()).count()
    };
    let plain = || {
        serde_json::from_slice::<Vec<PlainExam>>(page)
            .unwrap()
            .len()
    };
    let decode = || match work.side {
        Name::Ours => ours(),
        _ => plain(),
    };
    assert_eq!(decode(), 1_000);
    let start = Start::now();
    for _ in 0..work.count {
        assert_eq!(decode(), 1_000);
    }
    start.cost()
}

/// Builds clients, and keeps them all.
fn build(work: &Work, url: &str) -> Cost {
    let count = usize::try_from(work.count).unwrap();
    let options = HttpOptions::default();
    let ours = || biologix(&options).base_url(url).build().unwrap();
    match work.side {
        Name::Ours => keep(count, ours),
        Name::Retrying => keep(count, retrying_client),
        _ => keep(count, reqwest_client),
    }
}

fn keep<T>(count: usize, build: impl Fn() -> T) -> Cost {
    let _first = build();
    let start = Start::now();
    let clients: Vec<T> = std::iter::repeat_with(build).take(count).collect();
    let cost = start.cost();
    assert_eq!(clients.len(), count);
    cost
}

struct Start {
    wall: Instant,
    cpu: Duration,
    peak: u64,
}

impl Start {
    fn now() -> Self {
        Self {
            peak: process::peak_memory(),
            cpu: process::cpu(),
            wall: Instant::now(),
        }
    }

    fn cost(&self) -> Cost {
        let (wall, cpu) = (self.wall.elapsed(), process::cpu() - self.cpu);
        let peak = process::peak_memory();
        Cost {
            wall: wall.as_secs_f64(),
            cpu: cpu.as_secs_f64(),
            peak: peak as f64,
            grown: (peak - self.peak) as f64,
        }
    }
}
