//! The commands as a user calls them, and the documents that they print.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;

use serde_json::{Value, json};

use crate::run::{Desk, Run};

#[track_caller]
fn failed(run: Run, code: i32, kind: &str) -> Run {
    let run = run.is(code);
    assert_eq!(run.json()["error"]["kind"], kind, "{}", run.stdout);
    run
}

#[test]
fn two_commands_deliver_an_order() {
    let desk = Desk::new();
    desk.order("order-17").is(0);
    let run = desk.run(&["work", "--until-idle"]).is(0);
    assert!(run.stdout.contains("1 done"), "{}", run.stdout);
    assert!(run.stderr.contains("sandboxes answer"), "{}", run.stderr);
    let text = desk.run(&["status"]).is(0).stdout;
    assert!(text.contains("done     order-17"), "{text}");
    assert!(text.contains("sha256 "), "{text}");
}

#[test]
fn each_kind_has_a_receipt() {
    let desk = Desk::new();
    desk.file("MARKER.pdf", "%PDF-1.7 EXEMPLO");
    desk.order("order").is(0);
    for (key, args) in [
        ("report", &["gensoft-report", "--execution", "10"][..]),
        ("file", &["erp-file", "--patient", "7", "--analysis", "12"]),
        (
            "scan",
            &[
                "medreader-prescription",
                "--folder",
                "00000000-0000-4000-8000-000000000001",
            ],
        ),
    ] {
        let mut all = vec!["enqueue", "--json", "--key", key];
        all.extend(args);
        all.push("MARKER.pdf");
        let new = desk.run(&all).is(0).json();
        assert_eq!(new["new"], true);
        assert_eq!(new["job"]["state"], "waiting");
    }
    let worked = desk.run(&["--json", "work", "--until-idle"]).is(0).json();
    let expected = json!({"done": 4, "refused": 0, "doubt": 0, "later": 0});
    assert_eq!(worked, expected);
    let status = desk.run(&["status", "--json"]).is(0).json();
    let counts = json!({"waiting": 0, "sending": 0, "done": 4, "refused": 0, "doubt": 0});
    assert_eq!(status["counts"], counts);
    let jobs = status["jobs"].as_array().unwrap();
    let kinds: Vec<_> = jobs
        .iter()
        .map(|job| job["kind"].as_str().unwrap())
        .collect();
    let expected = [
        "gensoft-attendance",
        "gensoft-report",
        "erp-file",
        "medreader-prescription",
    ];
    assert_eq!(kinds, expected);
    for job in jobs {
        assert_eq!(job["attempts"], 1);
        assert_eq!(job["error"], Value::Null);
        let receipt = &job["receipt"];
        assert_eq!(receipt["sha256"].as_str().unwrap().len(), 64);
        assert!(receipt["bytes"].as_u64().unwrap() > 10);
        assert!(receipt["at"].as_str().unwrap().ends_with('Z'));
        // Nobody must take this for a delivery.
        assert_eq!(receipt["outcome"], "sandbox");
    }
    assert_eq!(jobs[0]["receipt"]["remote_id"], Value::Null);
    assert!(jobs[2]["receipt"]["remote_id"].is_string());
    assert!(jobs[3]["receipt"]["remote_id"].is_string());
}

#[test]
fn a_key_has_one_job() {
    let desk = Desk::new();
    desk.order("order-17").is(0);
    let again = desk.order("order-17").is(0);
    assert!(again.stdout.contains("there already"), "{}", again.stdout);
    desk.file("other.json", "{}");
    let other = [
        "enqueue",
        "--json",
        "--key",
        "order-17",
        "gensoft-attendance",
        "other.json",
    ];
    let run = failed(desk.run(&other), 1, "conflict");
    assert_eq!(run.json()["error"]["code"], "key_exists");
    assert_eq!(desk.jobs().len(), 1);
    desk.run(&["work", "--until-idle"]).is(0);
    // Also when its content is gone.
    let again = desk.order("order-17").is(0);
    assert!(again.stdout.contains("already: done"), "{}", again.stdout);
    failed(desk.run(&other), 1, "conflict");
}

/// Also if the job that it waits for is done so long ago that its receipt is gone.
#[test]
fn the_same_job_once_more_is_no_error() {
    let desk = Desk::new();
    desk.order("first").is(0);
    desk.run(&["work", "--until-idle"]).is(0);
    let second = [
        "enqueue",
        "--key",
        "second",
        "--after",
        "first",
        "gensoft-attendance",
        "order.json",
    ];
    desk.run(&second).is(0);
    // Without a client of its vendor the second one is left waiting.
    let mut work = desk.command(&["work", "--until-idle", "--keep-receipts", "0"]);
    work.env("ERP_BASE_URL", "http://127.0.0.1:9");
    Run::of(work.env("ERP_ACCESS_TOKEN", "EXAMPLE"));
    assert_eq!(desk.jobs().len(), 1);
    let again = desk.run(&second).is(0);
    assert!(again.stdout.contains("there already"), "{}", again.stdout);
}

/// What is being sent is sent to its end, and the rest waits.
#[cfg(unix)]
#[test]
fn work_that_is_stopped_before_it_is_idle_says_so() {
    for (name, status) in [("INT", 130), ("TERM", 143)] {
        let desk = Desk::new();
        desk.order("first").is(0);
        desk.order("second").is(0);
        let vendor = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", vendor.local_addr().unwrap());
        let mut work = desk.command(&["work", "--until-idle", "--json", "--concurrency", "1"]);
        work.env("GENSOFT_BASE_URL", url)
            .env("GENSOFT_API_KEY", "EXAMPLE");
        let mut work = work.spawn().unwrap();
        let (mut connection, _) = vendor.accept().unwrap();
        let signal = ["-s", name, &work.id().to_string()];
        assert!(
            Command::new("kill")
                .args(signal)
                .status()
                .unwrap()
                .success()
        );
        let mut said = BufReader::new(work.stderr.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().contains("stops once")));
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
        let mut request = [0; 4096];
        let mut read = 0;
        while !request[..read].ends_with(b"MARKER\"}") {
            read += connection.read(&mut request[read..]).unwrap();
        }
        connection.write_all(answer).unwrap();
        drop(connection);
        let ended = work.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(status));
        let document: Value = serde_json::from_slice(&ended.stdout).unwrap();
        assert_eq!(document["done"], 1);
        assert_eq!(
            (desk.state("first"), desk.state("second")),
            ("done".into(), "waiting".into())
        );
    }
}

#[test]
fn what_cannot_be_delivered_is_not_taken() {
    let desk = Desk::new();
    desk.file("a.txt", "EXEMPLO");
    for args in [
        &["--key", "k", "gensoft-attendance", "a.txt"][..],
        &["--key", "k", "gensoft-report", "--execution", "1", "a.txt"],
        &[
            "--key",
            "k",
            "medreader-prescription",
            "--folder",
            "1",
            "a.txt",
        ],
        &[
            "--key",
            "",
            "erp-file",
            "--patient",
            "1",
            "--analysis",
            "1",
            "a.txt",
        ],
    ] {
        let mut all = vec!["enqueue", "--json"];
        all.extend(args);
        failed(desk.run(&all), 2, "invalid_input");
    }
    desk.file("r.pdf", "%PDF-1.7 EXEMPLO");
    for id in ["", ".", "..", "a/b", r"a\b"] {
        let erp = ["erp-file", "--patient", id, "--analysis", "1", "r.pdf"];
        for args in [
            &["gensoft-report", "--execution", id, "r.pdf"][..],
            &["medreader-prescription", "--folder", id, "r.pdf"],
            &erp,
        ] {
            let mut all = vec!["enqueue", "--json", "--key", "k"];
            all.extend(args);
            failed(desk.run(&all), 2, "invalid_input");
        }
    }
    // A large one is not even read.
    let large = File::create(desk.path().join("large.pdf")).unwrap();
    large.set_len(1 << 40).unwrap();
    let args = ["--execution", "1", "large.pdf"];
    let mut large = vec!["enqueue", "--json", "--key", "k", "gensoft-report"];
    large.extend(args);
    failed(desk.run(&large), 2, "invalid_input");
    let absent = [
        "enqueue",
        "--json",
        "--key",
        "k",
        "gensoft-attendance",
        "absent",
    ];
    failed(desk.run(&absent), 1, "local_io");
    assert!(!desk.path().join("courier.db").exists());
    let unknown = [
        "enqueue",
        "--json",
        "--key",
        "k",
        "--after",
        "order",
        "gensoft-attendance",
    ];
    desk.file("b.json", "{}");
    let mut unknown = unknown.to_vec();
    unknown.push("b.json");
    failed(desk.run(&unknown), 1, "not_found");
    assert_eq!(desk.jobs().len(), 0);
}

#[test]
fn wrong_addresses_of_a_database_are_wrong_settings() {
    let desk = Desk::new();
    for (url, code, kind) in [
        ("mysql://localhost/courier", 2, "config"),
        ("sqlite::memory:", 2, "config"),
        ("", 2, "config"),
        ("sqlite://absent/courier.db", 1, "local_io"),
        (
            "postgres://EXAMPLE:SECRET@127.0.0.1:1/courier",
            1,
            "local_io",
        ),
    ] {
        let mut command = desk.command(&["status", "--json"]);
        let run = Run::of(command.env("COURIER_DATABASE_URL", url));
        let run = failed(run, code, kind);
        assert!(!run.stderr.contains("SECRET"), "{}", run.stderr);
    }
    desk.file(
        "courier.db",
        "no database, but a text that is long enough to be read as one",
    );
    let run = failed(desk.run(&["status", "--json"]), 1, "local_io");
    assert!(run.stderr.contains("not an SQLite"), "{}", run.stderr);
    assert!(!run.stderr.contains("TLS"), "{}", run.stderr);
}

/// Where it is can be in the environment too.
#[test]
fn a_database_elsewhere_needs_tls() {
    let desk = Desk::new();
    for name in ["PGHOST", "PGHOSTADDR"] {
        let mut command = desk.command(&["status", "--json"]);
        let url = "postgres:///courier?sslmode=disable";
        let command = command
            .env("COURIER_DATABASE_URL", url)
            .env(name, "192.0.2.2");
        failed(Run::of(command), 2, "config");
    }
}

#[test]
fn a_database_may_have_any_name() {
    let desk = Desk::new();
    for name in [
        "Día 1.DB",
        "a:b.db",
        "[1].db",
        "100%25.db",
        "x#1.db",
        "./y.db",
    ] {
        let command = || {
            let mut command = desk.command(&["status"]);
            command.env("COURIER_DATABASE_URL", format!("sqlite://{name}"));
            command
        };
        Run::of(&mut command()).is(0);
        let path = desk.path().join(name.replace("%25", "%"));
        assert!(path.metadata().unwrap().len() > 0, "{name}");
    }
}

#[test]
fn receipts_are_kept_as_long_as_is_said() {
    let desk = Desk::new();
    desk.order("order-17").is(0);
    let work = |days: &str| {
        desk.run(&["work", "--until-idle", "--keep-receipts", days])
            .is(0)
    };
    work("1");
    work("1");
    assert_eq!(desk.jobs().len(), 1);
    work("0");
    assert_eq!(desk.jobs().len(), 0);
}

#[test]
fn settling_needs_one_answer_and_a_job_that_is_open() {
    let desk = Desk::new();
    desk.order("order-17").is(0);
    assert_eq!(desk.run(&["settle", "order-17"]).code, Some(2));
    let both = ["settle", "order-17", "--arrived", "--not-arrived"];
    assert_eq!(desk.run(&both).code, Some(2));
    failed(
        desk.run(&["settle", "x", "--arrived", "--json"]),
        1,
        "not_found",
    );
    // It need not be sent any more.
    let settled = desk
        .run(&["settle", "order-17", "--arrived", "--json"])
        .is(0)
        .json();
    assert_eq!(settled["job"]["state"], "done");
    assert_eq!(settled["job"]["receipt"]["outcome"], "settled");
    desk.run(&["settle", "order-17", "--arrived"]).is(0);
    let changed = desk.run(&["settle", "order-17", "--not-arrived", "--json"]);
    failed(changed, 1, "conflict");
}

#[test]
fn the_help_fits_and_names_the_settings() {
    let desk = Desk::new();
    let help = desk.run(&["--help"]).is(0).stdout;
    assert!(help.contains("COURIER_DATABASE_URL"), "{help}");
    for command in ["enqueue", "work", "status", "settle"] {
        assert!(help.contains(command));
        desk.run(&[command, "--help"]).is(0);
    }
}
