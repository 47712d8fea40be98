//! Processes that use one folder at once, and processes that are killed.
//!
//! A process is a run of this binary, which executes one of the ignored tests below.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use biologix_client::sandbox::Sandbox;
use biologix_client::{BiologixClient, PartnerId};
use common_http::{FolderStore, Secret, Store, StoreKey};
use futures_util::future::join_all;
use testing::contract::text;

use crate::support::{child, eager, soon};

const PROCESSES: usize = 4;
const KEYS: usize = 100;
/// More than a disk writes at once.
const LENGTH: usize = 1 << 20;

fn setting(name: &str) -> String {
    env::var(name).unwrap()
}

fn key(name: &str) -> StoreKey {
    StoreKey::of(&["testing", "processes", name])
}

/// Runs a test of this binary in several processes at once.
async fn in_processes(test: &str, environment: &[(&str, &str)]) {
    let numbers: Vec<_> = (0..PROCESSES).map(|number| number.to_string()).collect();
    join_all(numbers.iter().map(async |number| {
        let environment = [environment, &[("NUMBER", number.as_str())]].concat();
        child::run(test, "", &environment).await;
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_with_one_folder_make_one_login() {
    let (sandbox, folder) = (
        Sandbox::start().await.unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let environment = [
        ("FOLDER", folder.path().to_str().unwrap()),
        ("URL", sandbox.url()),
        ("PARTNER", sandbox.settings.partner_id.as_str()),
        ("USER", sandbox.settings.username.as_str()),
        ("PASSWORD", sandbox.settings.password.as_str()),
    ];
    in_processes("processes::a_process_that_lists", &environment).await;
    assert_eq!(sandbox.sessions_opened(), 1);
    // A restart needs no login.
    in_processes("processes::a_process_that_lists", &environment).await;
    assert_eq!(sandbox.sessions_opened(), 1);
    assert_eq!(sandbox.count("biologix.exams.list"), 2 * PROCESSES);
}

#[tokio::test]
#[ignore = "started by `processes_with_one_folder_make_one_login`"]
async fn a_process_that_lists() {
    let client = BiologixClient::builder()
        .base_url(setting("URL"))
        .credentials(setting("USER"), setting("PASSWORD"))
        .store(&Arc::new(FolderStore::new(setting("FOLDER"))))
        .http(eager())
        .build()
        .unwrap();
    let partner = PartnerId::from(setting("PARTNER"));
    soon(client.exams(&partner).list().send()).await.unwrap();
}

#[tokio::test]
async fn one_of_several_processes_puts_if_absent() {
    let folder = tempfile::tempdir().unwrap();
    let environment = [("FOLDER", folder.path().to_str().unwrap())];
    in_processes("processes::a_process_that_puts_if_absent", &environment).await;
    let store = FolderStore::new(folder.path().join("store"));
    let mut won = Vec::new();
    for number in 0..PROCESSES {
        let names = fs::read_to_string(folder.path().join(number.to_string())).unwrap();
        for name in names.lines() {
            let value = text(&store, &key(name)).await;
            assert_eq!(value, Some(number.to_string()), "the value is the winner's");
            won.push(name.to_owned());
        }
    }
    assert_eq!(won.len(), KEYS);
    assert_eq!(won.iter().collect::<HashSet<_>>().len(), KEYS);
}

#[tokio::test]
#[ignore = "started by `one_of_several_processes_puts_if_absent`"]
async fn a_process_that_puts_if_absent() {
    let folder = PathBuf::from(setting("FOLDER"));
    let store = FolderStore::new(folder.join("store"));
    let number = setting("NUMBER");
    let mut won = String::new();
    for name in 0..KEYS {
        let (key, value) = (key(&name.to_string()), Secret::from(number.as_str()));
        if store.put_if_absent(&key, &value, None).await.unwrap() {
            won += &format!("{name}\n");
        }
    }
    fs::write(folder.join(number), won).unwrap();
}

/// Starts a process that writes without end, and kills it after it wrote this many values.
fn kill_a_writer(folder: &Path, after: usize) {
    let mut writer = Command::new(env::current_exe().unwrap())
        .args([
            "processes::a_process_that_writes",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env("FOLDER", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    let written = lines
        .map_while(Result::ok)
        .filter(|line| line.ends_with("written"));
    assert_eq!(
        written.take(after).count(),
        after,
        "the writer ended by itself"
    );
    writer.kill().unwrap();
    writer.wait().unwrap();
}

#[tokio::test]
async fn a_process_that_is_killed_leaves_no_half_value() {
    let folder = tempfile::tempdir().unwrap();
    let (store, key) = (FolderStore::new(folder.path()), key("killed"));
    for round in 1..=12 {
        kill_a_writer(folder.path(), round % 4 + 1);
        let value = text(&store, &key).await.unwrap();
        let first = value.as_bytes()[0];
        assert!(value.bytes().all(|byte| byte == first));
        assert_eq!(value.len(), LENGTH);
        // The lock is free, and nothing is left of the value that was being written.
        let own = Secret::from("x".repeat(LENGTH));
        store.put(&key, &own, None).await.unwrap();
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, [".lock", key.as_str()]);
    }
}

#[tokio::test]
#[ignore = "started by `a_process_that_is_killed_leaves_no_half_value`"]
async fn a_process_that_writes() {
    let store = FolderStore::new(setting("FOLDER"));
    for letter in ["a", "b", "c"].into_iter().cycle() {
        let value = Secret::from(letter.repeat(LENGTH));
        store.put(&key("killed"), &value, None).await.unwrap();
        println!("written");
    }
}
