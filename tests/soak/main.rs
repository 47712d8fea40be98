//! Many calls of mixed kinds with faults: nothing is lost or doubled, and memory stays flat.
//!
//! A short run is a test like the others. The long one, a million calls, takes a few minutes:
//!
//! ```sh
//! cargo test --release -p e2e --test soak -- --ignored --nocapture a_million_calls
//! ```
//!
//! The clients are in a process of their own (`calls.rs`), which tells this one how each call ended.
//! The sandboxes are here: they have the books with which that is compared (`books.rs`).

#![cfg(all(test, target_os = "linux"))]

mod books;
mod calls;

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use self::books::{Books, Vendors};

#[tokio::test(flavor = "multi_thread")]
async fn a_few_thousand_calls() {
    soak(4_000).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn a_million_calls() {
    soak(1_000_000).await;
}

async fn soak(calls: usize) {
    let vendors = Vendors::start().await;
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args([
            "calls::of_one_process",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .envs(vendors.environment())
        .env("SOAK_CALLS", calls.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut books = Books::default();
    let mut resident = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["call", kind, number, end] => {
                books.note(kind, number.parse().unwrap(), end);
                vendors.disturb(books.len());
            }
            ["resident", kib] => resident.push(kib.parse::<u64>().unwrap()),
            _ => {}
        }
    }
    assert!(process.wait().await.unwrap().success());
    assert_eq!(books.len(), calls);
    books.compare(&vendors);
    println!("{books}");
    println!("KiB after each tenth: {resident:?}");

    assert_eq!(resident.len(), 10);
    // All has been done at least once after the second tenth.
    let grown = resident[9].saturating_sub(resident[1]);
    assert!(
        grown < 4_096,
        "{grown} KiB more than after {} calls",
        calls / 5
    );
}
