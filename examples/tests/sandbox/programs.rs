//! Every other program, run with the printed settings.
//!
//! The sandboxes keep their state from one run to the next.

use std::fs;

use serde_json::json;

use crate::program::Run;
use crate::serving::{Sandboxes, clean};

const PDF: &str = "%PDF-1.7 EXAMPLE";

#[test]
fn biologix_archive() {
    let sandboxes = Sandboxes::start();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let program = env!("CARGO_BIN_EXE_biologix-archive");
    let first = sandboxes.run(program, &["--out", out]);
    assert_eq!(
        (&first["exams"], &first["rejected"]),
        (&json!(250), &json!(0))
    );
    let saved = first["reports"]["saved"].as_u64().unwrap();
    assert!(saved > 0, "{first}");
    let again = sandboxes.run(program, &["--out", out]);
    assert_eq!(again["reports"]["present"], saved);
}

/// The settings of the other three clients are read by the other programs.
#[test]
fn the_first_example_in_readme() {
    let block = |text: &str| {
        let code = text.split("```rust,no_run\n").nth(1).unwrap();
        code.split("```").next().unwrap().to_owned()
    };
    let readme = block(include_str!("../../../README.md"));
    let program = include_str!("../../src/bin/exams.rs");
    assert!(
        program.ends_with(&readme),
        "examples/src/bin/exams.rs is not the first example in README.md:\n{readme}"
    );

    let sandboxes = Sandboxes::start();
    let mut command = clean(env!("CARGO_BIN_EXE_exams"));
    let settings = sandboxes.settings.iter().map(|(name, value)| (name, value));
    let run = Run::of(command.envs(settings)).is(0);
    assert_eq!((run.stdout.lines().count(), &*run.stderr), (250, ""));
    let first = run.stdout.lines().next().unwrap();
    assert!(first.contains(" Some("), "{first}");

    let run = Run::of(&mut clean(env!("CARGO_BIN_EXE_exams"))).is(1);
    assert!(
        run.stderr.contains("BIOLOGIX_PASSWORD is not set"),
        "{}",
        run.stderr
    );
}

#[test]
fn erp_files() {
    let sandboxes = Sandboxes::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exemplo.pdf");
    fs::write(&file, PDF).unwrap();
    let run = |command: &str, args: &[&str]| {
        let of = [command, "--patient", "7", "--analysis", "12"];
        sandboxes.run(env!("CARGO_BIN_EXE_erp-files"), &[&of[..], args].concat())
    };
    let uploaded = run("upload", &[file.to_str().unwrap()]);
    assert_eq!(uploaded["files"][0]["outcome"], "uploaded");
    let id = uploaded["files"][0]["file_id"].as_str().unwrap();
    assert_eq!(run("send", &["--file", id]), json!({"ok": true}));
    let listed = run("list", &[]);
    assert_eq!(listed["files"][0]["name"], "exemplo.pdf");
    assert_eq!(listed["files"][0]["is_send"], true);
    assert_eq!(run("delete", &["--file", id]), json!({"ok": true}));
    assert_eq!(run("list", &[]), json!({"files": []}));
}

#[test]
fn medreader() {
    let sandboxes = Sandboxes::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("receita.pdf");
    fs::write(&file, PDF).unwrap();
    let run = |args: &[&str]| sandboxes.run(env!("CARGO_BIN_EXE_medreader"), args);
    let created = run(&["folder-create", "Pacientes Exemplo"]);
    let id = created["id"].as_str().unwrap();
    let result = run(&["process", "--folder", id, file.to_str().unwrap()]);
    assert_eq!(result["status"], "completed");
    let results = run(&["results", "--folder", id]);
    assert_eq!(results["results"][0]["id"], result["id"]);
    assert_eq!(
        run(&["folder-show", id])["folder_name"],
        "pacientes-exemplo"
    );
    let settings = run(&["config-get"]);
    assert_eq!(settings["webhook_url"], serde_json::Value::Null);
    assert_eq!(
        settings["webhook_user"],
        sandboxes.setting("MEDREADER_WEBHOOK_USER")
    );
}

#[test]
fn gensoft() {
    let sandboxes = Sandboxes::start();
    let folder = tempfile::tempdir().unwrap();
    let order = folder.path().join("exemplo.json");
    fs::write(&order, r#"{"numero": "EXEMPLO-1"}"#).unwrap();
    let laudo = folder.path().join("exemplo.pdf");
    fs::write(&laudo, PDF).unwrap();
    let run = |args: &[&str]| sandboxes.run(env!("CARGO_BIN_EXE_gensoft"), args);
    let sent = run(&["attendance", order.to_str().unwrap()]);
    assert_eq!(sent["status"], 200);
    let uploaded = run(&["report", "--execution", "10", laudo.to_str().unwrap()]);
    assert_eq!(uploaded["status"], 200);
}
