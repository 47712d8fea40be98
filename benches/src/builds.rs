//! The rows of builds: crates and CPU time of a cold release build.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::measure::scratch;
use crate::process::cpu_of_children;
use crate::sides::Name::{self, Connection, Ours, Plain, Retrying};
use crate::table::{count, row};

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

const PLAIN: &str = r#"
reqwest = { version = "0.13", features = ["json"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
"#;
const RETRYING: &str = r#"
reqwest-middleware = "0.5"
reqwest-retry = "0.9"
"#;
/// Without TLS.
const HYPER: &str = r#"
http-body-util = "0.1"
hyper = { version = "1", features = ["client", "http1"] }
hyper-util = { version = "0.1", features = ["client-legacy", "http1", "tokio"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
"#;
const TOKIO: &str = r#"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
"#;

pub(crate) fn print() {
    let folder = scratch(&std::env::temp_dir());
    let clients = ["biologix-client", "medreader-client", "gensoft-client"];
    let ours = |number: usize| {
        let lines = clients[..number]
            .iter()
            .map(|name| format!("{name} = {{ path = \"{WORKSPACE}/crates/{name}\" }}\n"));
        TOKIO.to_owned() + &lines.collect::<String>()
    };
    let build = |name: &str, dependencies: &str| build(&folder.path().join(name), dependencies);
    let first: BTreeMap<Name, Build> = [
        (Plain, build("plain", PLAIN)),
        (Retrying, build("retrying", &format!("{PLAIN}{RETRYING}"))),
        (Connection, build("hyper", HYPER)),
        (Ours, build("ours", &ours(1))),
    ]
    .into();
    let each = |figure: fn(&Build) -> f64| {
        let figure = |(name, build): (&Name, &Build)| (*name, figure(build));
        first.iter().map(figure).collect::<BTreeMap<_, _>>()
    };
    row(
        "cold release build of one client: crates",
        &each(|build| build.crates),
        count,
    );
    row(
        "cold release build of one client: CPU",
        &each(|build| build.cpu),
        whole_seconds,
    );
    for (number, which) in [(2, "second"), (3, "third")] {
        let more = BTreeMap::from([(Ours, build("ours", &ours(number)).cpu)]);
        row(
            &format!("the same with a {which} client: CPU more"),
            &more,
            whole_seconds,
        );
    }
}

fn whole_seconds(seconds: f64) -> String {
    format!("{seconds:.0} s")
}

struct Build {
    crates: f64,
    cpu: f64,
}

/// Builds an empty program with these dependencies, in the versions of this workspace.
///
/// In a folder that was built before, it builds what is new.
fn build(folder: &Path, dependencies: &str) -> Build {
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]{dependencies}"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/main.rs"), "fn main() {}\n").unwrap();
    fs::copy(format!("{WORKSPACE}/Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let cargo = |command: &str| {
        let mut cargo = Command::new("cargo");
        cargo.arg(command).current_dir(folder);
        cargo.env("CARGO_TARGET_DIR", folder.join("target"));
        cargo
    };
    // Downloads are not counted.
    assert!(cargo("fetch").arg("--quiet").status().unwrap().success());
    eprintln!("building {} ...", folder.display());
    let cpu = cpu_of_children();
    let output = cargo("build").arg("--release").output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let compiled = text
        .lines()
        .filter(|line| line.trim_start().starts_with("Compiling"));
    Build {
        // All but the program itself.
        crates: compiled.count() as f64 - 1.0,
        cpu: (cpu_of_children() - cpu).as_secs_f64(),
    }
}
