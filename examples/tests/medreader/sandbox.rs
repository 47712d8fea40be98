//! Without settings, the program uses the project's sandbox.

use serde_json::Value;

use crate::run::{Prescription, Run, clean};
use crate::vendor::FOLDER;

fn run(args: &[&str]) -> Value {
    let run = Run::of(&mut clean(args)).is(0);
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    assert!(run.stderr.contains("sandbox"), "{run:?}");
    run.json()
}

#[test]
fn says_so_and_answers_each_command() {
    let file = Prescription::pdf();
    let file = file.as_str();
    let created = run(&["folder-create", "Pacientes Exemplo", "--json"]);
    assert_eq!(created["folder_name"], "pacientes-exemplo");
    assert_eq!(run(&["folder-show", FOLDER, "--json"])["id"], FOLDER);
    let uploaded = run(&["--json", "upload", "--folder", FOLDER, file]);
    assert_eq!(uploaded["folder_id"], FOLDER);
    let listed = run(&["results", "--folder", FOLDER, "--json"]);
    assert_eq!(listed["results"], Value::Array(Vec::new()));
    assert!(run(&["config-get", "--json"]).is_object());
    let set = run(&["config-set", "--webhook-user", "EXAMPLE-USER", "--json"]);
    assert_eq!(set["webhook_user"], "EXAMPLE-USER");
    let processed = run(&["process", "--folder", FOLDER, file, "--json"]);
    assert_eq!(processed["status"], "completed");
}
