//! Tests that what the programs print fits their terminal, with the vendors' sandboxes.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[path = "support/program.rs"]
#[allow(dead_code, reason = "the programs' own tests use the rest")]
mod program;
#[path = "support/terminal.rs"]
mod terminal;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use console::measure_text_width;

use self::terminal::Terminal;

const WIDTHS: [usize; 2] = [80, 40];

const PROGRAMS: [(&str, &[&str]); 9] = [
    (env!("CARGO_BIN_EXE_tour"), &[]),
    (env!("CARGO_BIN_EXE_biologix-archive"), &[]),
    (
        env!("CARGO_BIN_EXE_erp-files"),
        &["upload", "list", "send", "delete"],
    ),
    (env!("CARGO_BIN_EXE_gensoft"), &["attendance", "report"]),
    (
        env!("CARGO_BIN_EXE_medreader"),
        &[
            "folder-create",
            "folder-show",
            "upload",
            "result",
            "results",
            "config-get",
            "config-set",
            "process",
            "webhook",
        ],
    ),
    (env!("CARGO_BIN_EXE_doctor"), &[]),
    (
        env!("CARGO_BIN_EXE_courier"),
        &["enqueue", "work", "status", "settle"],
    ),
    (env!("CARGO_BIN_EXE_sandbox"), &[]),
    (env!("CARGO_BIN_EXE_telemetry"), &[]),
];

/// A program that finds no vendor in its environment.
fn command(path: &str, args: &[&str]) -> Command {
    let addresses = [
        "BIOLOGIX_BASE_URL",
        "MEDREADER_BASE_URL",
        "ERP_BASE_URL",
        "GENSOFT_BASE_URL",
    ];
    let mut command = program::clean(Command::new(path), &addresses);
    command.args(args);
    command
}

/// Checks the lines that a terminal shows. A word that is longer than a line cannot be broken.
#[track_caller]
fn fits(columns: usize, command: &Command, status: i32) -> String {
    let (shown, code) = Terminal::start_in(columns, command).end();
    assert_eq!(code, Some(status), "{command:?}\n{shown}");
    for line in shown.split(['\n', '\r']) {
        let is_word = !line.trim().contains(' ');
        assert!(
            is_word || measure_text_width(line) <= columns,
            "{columns}: {line:?}\n{command:?}"
        );
    }
    shown
}

#[test]
fn help() {
    for columns in WIDTHS {
        for (path, subcommands) in PROGRAMS {
            let shown = fits(columns, &command(path, &["--help"]), 0);
            assert!(shown.contains("Usage:"), "{shown}");
            fits(columns, &command(path, &["--no-such-option"]), 2);
            for subcommand in subcommands {
                fits(columns, &command(path, &[subcommand, "--help"]), 0);
                fits(columns, &command(path, &[subcommand, "-h"]), 0);
            }
        }
    }
}

/// Help that goes into a file has the usual width, and no colours.
#[test]
fn help_without_a_terminal() {
    for (path, _) in PROGRAMS {
        let output = command(path, &["--help"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains("Usage:") && !text.contains('\u{1b}'),
            "{text}"
        );
        let longest = text.lines().map(measure_text_width).max();
        assert!(longest <= Some(80), "{text}");
    }
}

#[test]
fn the_tour() {
    for columns in WIDTHS {
        let shown = fits(columns, &command(PROGRAMS[0].0, &[]), 0);
        assert!(shown.contains("Summary"), "{shown}");
    }
    let output = command(PROGRAMS[0].0, &[]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.lines().map(measure_text_width).max() <= Some(80),
        "{text}"
    );
}

#[test]
fn results_failures_and_bars() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let order = file("order.json", r#"{"patient":"Paciente Ficticio"}"#);
    let report = file(
        "a-report-with-a-name.pdf",
        &"%PDF-1.7 EXAMPLE".repeat(100_000),
    );
    let [
        _,
        archive,
        erp,
        gensoft,
        medreader,
        doctor,
        _,
        sandbox,
        telemetry,
    ] = PROGRAMS.map(|(path, _)| path);
    let of = ["--patient", "7", "--analysis", "12"];
    let args = |args: &[&str]| -> Vec<String> { args.iter().map(ToString::to_string).collect() };
    let with = |subcommand: &str, more: &[&str]| args(&[&[subcommand], &of[..], more].concat());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let cases: [(&str, Vec<String>, i32); 10] = [
        (doctor, Vec::new(), 0),
        (erp, with("upload", &[&report, &order]), 0),
        (erp, with("list", &[]), 0),
        (erp, with("delete", &["--file", "1"]), 1),
        (gensoft, args(&["attendance", &order]), 0),
        (gensoft, args(&["report", "--execution", "10", &report]), 0),
        (medreader, args(&["folder-create", "Pacientes Exemplo"]), 0),
        (medreader, args(&["result", "no-such-prescription"]), 1),
        (sandbox, args(&["--biologix", &port]), 1),
        (telemetry, Vec::new(), 0),
    ];
    for columns in WIDTHS {
        for (path, args, status) in &cases {
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            fits(columns, &command(path, &args), *status);
        }
        let out = Path::new(folder.path()).join(columns.to_string());
        let out = out.to_str().unwrap();
        fits(columns, &command(archive, &["--out", out]), 0);
    }
}
