//! Who may read the database, what is left in it, and what is printed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::run::{Desk, Run};

fn files(desk: &Desk) -> Vec<(String, u32, Vec<u8>)> {
    let entries = fs::read_dir(desk.path()).unwrap();
    let entries = entries.map(|entry| entry.unwrap());
    let ours = entries.filter(|entry| {
        entry
            .file_name()
            .to_str()
            .unwrap()
            .starts_with("courier.db")
    });
    ours.map(|entry| {
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        let name = entry.file_name().into_string().unwrap();
        (name, mode, fs::read(entry.path()).unwrap())
    })
    .collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn only_its_user_reads_the_database() {
    let desk = Desk::new();
    let script = "umask 000; exec \"$0\" \"$@\"";
    let order = desk.file("order.json", "{}");
    let mut command = desk.command(&[]);
    let program = command.get_program().to_owned();
    command = crate::program::clean(Command::new("sh"), &[]);
    command
        .current_dir(desk.path())
        .args(["-c", script])
        .arg(program);
    command
        .args(["enqueue", "--key", "k", "gensoft-attendance"])
        .arg(order);
    Run::of(&mut command).is(0);
    let files = files(&desk);
    assert!(!files.is_empty());
    for (name, mode, _) in files {
        assert_eq!(mode, 0o600, "{name}");
    }
}

#[test]
fn contents_are_gone_once_they_have_arrived() {
    let desk = Desk::new();
    desk.file("MARKER-7.pdf", "%PDF-1.7 MARKER");
    let file = [
        "enqueue",
        "--key",
        "file",
        "erp-file",
        "--patient",
        "MARKER",
        "--analysis",
    ];
    let mut file = file.to_vec();
    file.extend(["MARKER", "MARKER-7.pdf"]);
    desk.run(&file).is(0);
    desk.order("order").is(0);
    assert!(
        files(&desk)
            .iter()
            .any(|(_, _, bytes)| contains(bytes, "MARKER"))
    );
    desk.run(&["work", "--until-idle"]).is(0);
    desk.order("settled").is(0);
    desk.run(&["settle", "settled", "--arrived"]).is(0);
    for (name, _, bytes) in files(&desk) {
        assert!(!contains(&bytes, "MARKER"), "{name}");
    }
}

#[test]
fn nothing_personal_is_printed() {
    let desk = Desk::new();
    desk.file("MARKER.pdf", "%PDF-1.7 MARKER");
    desk.file("MARKER.txt", "MARKER");
    let file = [
        "erp-file",
        "--patient",
        "MARKER",
        "--analysis",
        "MARKER",
        "MARKER.pdf",
    ];
    let mut all = vec!["enqueue", "--key", "file"];
    all.extend(file);
    let mut odd = all.clone();
    odd[2] = "odd";
    let id = odd.iter_mut().rfind(|arg| **arg == "MARKER").unwrap();
    *id = "MARKER/";
    let scan = [
        "enqueue",
        "--key",
        "scan",
        "medreader-prescription",
        "--folder",
        "MARKER",
    ];
    let (mut good, mut bad) = (scan.to_vec(), scan.to_vec());
    good.push("MARKER.pdf");
    bad.push("MARKER.txt");
    for json in [&[][..], &["--json"]] {
        for args in [
            &all[..],
            &odd,
            &good,
            &bad,
            &[
                "enqueue",
                "--key",
                "absent",
                "gensoft-attendance",
                "MARKER-absent",
            ],
            &["work", "--until-idle"],
            &["status"],
            &["settle", "scan", "--not-arrived"],
        ] {
            let mut command = desk.command(args);
            let run = Run::of(command.args(json).env("RUST_LOG", "trace"));
            for text in [&run.stdout, &run.stderr] {
                assert!(!text.contains("MARKER"), "{args:?}: {text}");
            }
        }
    }
    assert_eq!(desk.state("file"), "done");
    assert_eq!(desk.jobs().len(), 2, "an id with a slash is not taken");
}
