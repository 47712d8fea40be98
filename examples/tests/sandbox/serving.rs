//! The program while it serves.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use crate::program::{self, Run};

/// The printed settings, in their order.
pub const NAMES: [&str; 16] = [
    "BIOLOGIX_BASE_URL",
    "BIOLOGIX_USERNAME",
    "BIOLOGIX_PASSWORD",
    "BIOLOGIX_PARTNER_ID",
    "MEDREADER_BASE_URL",
    "MEDREADER_TENANT_ID",
    "MEDREADER_EMAIL",
    "MEDREADER_PASSWORD",
    "MEDREADER_WEBHOOK_USER",
    "MEDREADER_WEBHOOK_PASSWORD",
    "ERP_BASE_URL",
    "ERP_TOKEN_URL",
    "ERP_CLIENT_ID",
    "ERP_CLIENT_SECRET",
    "GENSOFT_BASE_URL",
    "GENSOFT_API_KEY",
];
/// The arguments for a free port for each vendor.
pub const ANY: [&str; 8] = [
    "--biologix",
    "0",
    "--medreader",
    "0",
    "--erp-files",
    "0",
    "--gensoft",
    "0",
];

/// A program in an environment without vendor settings.
pub fn clean(program: &str) -> Command {
    let others = [
        "ERP_ACCESS_TOKEN",
        "ERP_SCOPE",
        "GENSOFT_AUTH_PREFIX",
        "MEDREADER_SET_S3_SECRET_ACCESS_KEY",
        "MEDREADER_SET_WEBHOOK_PASSWORD",
    ];
    let mut command = program::clean(Command::new(program), &[&NAMES[..], &others].concat());
    command.stdin(Stdio::null());
    command
}

pub fn sandbox(args: &[&str]) -> Command {
    let mut command = clean(env!("CARGO_BIN_EXE_sandbox"));
    command.args(args);
    command
}

/// A running process of the program.
pub struct Serving {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
}

impl Serving {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        Self {
            stdout: BufReader::new(child.stdout.take().unwrap()),
            stderr: BufReader::new(child.stderr.take().unwrap()),
            child,
        }
    }

    /// The next line on stdout, empty at its end.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The next line on stderr, empty at its end.
    pub fn note(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args(["-s", name, &self.child.id().to_string()]);
        assert!(kill.status().unwrap().success());
    }

    /// Waits for the end, and returns the exit status and the rest of the output.
    pub fn end(mut self) -> Run {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.stderr.read_to_string(&mut stderr).unwrap();
        Run {
            code: self.child.wait().unwrap().code(),
            stdout,
            stderr,
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Ends the process if the test failed. Otherwise it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The four sandboxes, and the settings that they printed.
pub struct Sandboxes {
    pub serving: Serving,
    pub settings: Vec<(String, String)>,
}

impl Sandboxes {
    pub fn start() -> Self {
        Self::on(&ANY).map_err(|run| run.stderr).unwrap()
    }

    /// Starts it on these ports, or returns how it ended instead.
    pub fn on(args: &[&str]) -> Result<Self, Run> {
        let mut serving = Serving::start(&mut sandbox(args));
        let mut settings = Vec::new();
        while settings.len() < NAMES.len() {
            let line = serving.line();
            let Some(setting) = line.strip_prefix("export ") else {
                return Err(serving.end());
            };
            let (name, value) = setting.split_once('=').unwrap();
            settings.push((name.to_owned(), value.to_owned()));
        }
        assert!(serving.note().starts_with("serving on 127.0.0.1 "));
        Ok(Self { serving, settings })
    }

    pub fn setting(&self, name: &str) -> &str {
        let mut settings = self.settings.iter();
        &settings.find(|setting| setting.0 == name).unwrap().1
    }

    /// The host and port of a vendor.
    pub fn host(&self, name: &str) -> &str {
        self.setting(name).strip_prefix("http://").unwrap()
    }

    /// A program of the project with the printed settings and `--json`.
    pub fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = clean(program);
        let settings = self.settings.iter().map(|(name, value)| (name, value));
        command.envs(settings).args(args).arg("--json");
        command
    }

    /// Runs a program, checks that it succeeds without its own sandbox, and returns its JSON
    /// output.
    #[track_caller]
    pub fn run(&self, program: &str, args: &[&str]) -> serde_json::Value {
        let run = Run::of(&mut self.command(program, args)).is(0);
        assert_eq!(run.stderr, "");
        run.json()
    }
}
