//! The settings on stdout.

use std::process::Command;

use crate::program::Run;
use crate::serving::{ANY, NAMES, Sandboxes, Serving, sandbox};

#[test]
fn each_setting_once_and_nothing_else() {
    let sandboxes = Sandboxes::start();
    let names: Vec<_> = sandboxes
        .settings
        .iter()
        .map(|setting| &setting.0[..])
        .collect();
    assert_eq!(names, NAMES);
    for (name, value) in &sandboxes.settings {
        // Values need no quoting, so a shell and other readers get the same value.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._/:@".contains(c);
        assert!(
            !value.is_empty() && value.chars().all(plain),
            "{name}={value}"
        );
    }
    sandboxes.serving.signal("TERM");
    let run = sandboxes.serving.end().is(0);
    assert_eq!((run.stdout, run.stderr), (String::new(), String::new()));
}

#[test]
fn a_shell_reads_the_lines() {
    let sandboxes = Sandboxes::start();
    let lines = sandboxes.settings.iter();
    let lines: Vec<_> = lines
        .map(|(name, value)| format!("export {name}={value}"))
        .collect();
    let mut shell = Command::new("sh");
    shell.args(["-c", "eval \"$1\"; env", "sh", &lines.join("\n")]);
    let environment = Run::of(&mut shell).is(0).stdout;
    for (name, value) in &sandboxes.settings {
        let line = format!("{name}={value}");
        assert!(environment.lines().any(|known| known == line), "{line}");
    }
}

#[test]
fn as_one_json_document() {
    let mut serving = Serving::start(&mut sandbox(&[&ANY[..], &["--json"]].concat()));
    let line = serving.line();
    let document: serde_json::Value = serde_json::from_str(&line).unwrap();
    let settings = document["settings"].as_object().unwrap();
    assert_eq!(settings.len(), NAMES.len());
    for name in NAMES {
        assert!(settings[name].is_string(), "{name}");
    }
    serving.signal("INT");
    assert_eq!(serving.end().is(0).stdout, "");
}

#[test]
fn a_stdout_that_nobody_reads_ends_it() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else { return };
    let run = Run::of(sandbox(&ANY).stdout(full)).is(1);
    assert!(
        run.stderr.starts_with("error: stdout cannot be written"),
        "{}",
        run.stderr
    );
}
