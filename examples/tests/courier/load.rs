//! Many jobs: how fast they go, and that memory stays flat. By hand: see CONTRIBUTING.

use std::env;
use std::fs;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use examples::courier::{NewJob, State, Task};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::run::Desk;
use crate::town::open;

const JOBS: usize = 10_000;

/// A vendor that keeps nothing, and answers after a time.
struct Vendor {
    url: String,
    received: watch::Receiver<usize>,
}

impl Vendor {
    async fn start(latency: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (count, received) = watch::channel(0);
        let count = Arc::new(count);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&count), latency));
            }
        });
        Self { url, received }
    }

    async fn has(&self, count: usize) {
        let mut received = self.received.clone();
        received.wait_for(|number| *number >= count).await.unwrap();
    }
}

async fn serve(mut stream: TcpStream, count: Arc<watch::Sender<usize>>, latency: Duration) {
    let (from, mut to) = stream.split();
    let mut from = BufReader::new(from);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if from.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        from.read_exact(&mut vec![0; length]).await.unwrap();
        if !latency.is_zero() {
            sleep(latency).await;
        }
        count.send_modify(|count| *count += 1);
        let answer =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
        if to.write_all(answer).await.is_err() {
            return;
        }
    }
}

fn resident_mib(worker: &Child) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", worker.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

/// Hands in the jobs, sends them with so many workers, and prints how that went.
async fn run(url: &str, workers: usize, latency: Duration) {
    let (desk, vendor) = (Desk::new(), Vendor::start(latency).await);
    let courier = open(url).await;
    let run = fastrand::u64(..);
    let start = Instant::now();
    for number in 0..JOBS {
        let text = format!(r#"{{"n": {number}, "fill": "{}"}}"#, "x".repeat(1000));
        let key = format!("{run:x}-{number}");
        let job = NewJob::new(key, Task::GensoftAttendance, text).unwrap();
        courier.enqueue(&job).await.unwrap();
    }
    let enqueued = start.elapsed();
    let start = Instant::now();
    let work = || {
        let mut command = desk.command(&["work", "--until-idle", "--concurrency", "8"]);
        command
            .env("COURIER_DATABASE_URL", url)
            .env("GENSOFT_BASE_URL", &vendor.url)
            .env("GENSOFT_API_KEY", "EXAMPLE-KEY")
            .stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let mut all: Vec<_> = (0..workers).map(|_| work()).collect();
    let mut memory = Vec::new();
    for thousand in 1..=9 {
        vendor.has(thousand * 1000).await;
        memory.extend(resident_mib(&all[0]));
    }
    for worker in &mut all {
        assert!(worker.wait().unwrap().success());
    }
    let took = start.elapsed();
    let rate = |took: Duration| JOBS as f64 / took.as_secs_f64();
    println!(
        "{workers} worker(s), {latency:?} latency: handed in {:.0}/s, sent {:.0}/s, MiB {:.1?}",
        rate(enqueued),
        rate(took),
        memory
    );
    assert_eq!(*vendor.received.borrow(), JOBS);
    let jobs = courier.jobs().await.unwrap();
    let ours = jobs
        .iter()
        .filter(|job| job.key.starts_with(&format!("{run:x}-")));
    assert_eq!(ours.filter(|job| job.state == State::Done).count(), JOBS);
    if let [_, second, .., last] = memory[..] {
        assert!(last < second + 8.0, "memory grows: {memory:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes: see CONTRIBUTING"]
async fn ten_thousand_jobs() {
    let desk = Desk::new();
    let (url, most) = match env::var("COURIER_DATABASE_URL") {
        Ok(url) => (url, 2),
        Err(_) => (desk.url(), 1),
    };
    for latency in [0, 50] {
        for workers in 1..=most {
            run(&url, workers, Duration::from_millis(latency)).await;
        }
    }
}
