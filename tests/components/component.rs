//! Finds, starts and ends third-party programs.
//!
//! They get free ports and a temporary folder for their data, and are ended by their process ids.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, interval};

use crate::support::soon;

/// Held by tests that keep the machine busy, so that they run one after the other.
pub(crate) static BUSY: Mutex<()> = Mutex::const_new(());

/// The folders of programs, relative to the installation folder.
const PROGRAMS: [&str; 2] = ["npm/node_modules/.bin", "venv/bin"];

/// A limit for components that hang. No test depends on how long starting takes.
const START_LIMIT: Duration = Duration::from_secs(180);

/// The folder where `tests/components/install` installs, or `COMPONENTS_DIR` if it is set.
fn folder() -> PathBuf {
    let named = env::var_os("COMPONENTS_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("components"))
}

/// Where to search for programs: the installation folder, the `PATH`, and Debian's folders for
/// servers, of which Postgres has one for each version.
fn search_path() -> Vec<PathBuf> {
    let installed = PROGRAMS.map(|programs| folder().join(programs));
    let path = env::var_os("PATH").unwrap_or_default();
    let path = installed.into_iter().chain(env::split_paths(&path));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let postgres = versions.flatten().map(|version| version.path().join("bin"));
    path.chain(["/usr/sbin".into()]).chain(postgres).collect()
}

/// Finds the program with this name.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let mut programs = search_path().into_iter().map(|folder| folder.join(name));
    let found = programs.find(|program| program.is_file());
    found.or_else(|| missing(name))
}

/// Finds the Python that has the packages from PyPI.
pub(crate) fn python() -> Option<PathBuf> {
    let file = folder().join("venv/bin/python");
    if file.is_file() {
        return Some(file);
    }
    missing("its Python")
}

/// Finds a file of an npm package.
pub(crate) fn npm_file(path: &str) -> Option<PathBuf> {
    let file = folder().join("npm/node_modules").join(path);
    if file.is_file() {
        return Some(file);
    }
    missing(path)
}

/// Reports that the test is skipped, or fails it.
fn missing<T>(what: &str) -> Option<T> {
    let how = "install it with `tests/components/install`";
    if env::var_os("REQUIRE_COMPONENTS").is_some_and(|required| required == "1") {
        panic!("{what} is missing, and REQUIRE_COMPONENTS is 1: {how}");
    }
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Not by the print macros: the test runner hides their output if a test passes.
    let line = format!("\nSKIPPED {test}: {what} is missing; {how}\n");
    let _ = io::stderr().write_all(line.as_bytes());
    None
}

/// A running component. It ends when this is dropped.
pub(crate) struct Running<const N: usize> {
    child: Child,
    pub(crate) ports: [u16; N],
    pub(crate) folder: TempDir,
}

impl<const N: usize> Running<N> {
    /// Starts the `command` made for a folder and free ports, and waits until it `is_ready`.
    pub(crate) async fn start(
        command: impl Fn(&Path, [u16; N]) -> Command,
        is_ready: impl AsyncFn([u16; N]) -> bool,
    ) -> Self {
        let mut output = String::new();
        // A port that was free a moment ago may be in use by now. Then the component ends
        // immediately.
        for _ in 0..3 {
            let folder = tempfile::tempdir().unwrap();
            let ports = free_ports();
            let mut running = Self {
                child: spawn(command(folder.path(), ports), folder.path()),
                ports,
                folder,
            };
            if running.gets_ready(&is_ready).await {
                return running;
            }
            output = running.output();
        }
        panic!("it ended immediately, three times; the last output:\n{output}");
    }

    /// Starts it again after it has ended, with its folder and its ports.
    pub(crate) async fn again(
        &mut self,
        command: impl Fn(&Path, [u16; N]) -> Command,
        is_ready: impl AsyncFn([u16; N]) -> bool,
    ) {
        self.child = spawn(command(self.folder.path(), self.ports), self.folder.path());
        let is_running = self.gets_ready(&is_ready).await;
        assert!(is_running, "it ended immediately:\n{}", self.output());
    }

    async fn gets_ready(&mut self, is_ready: &impl AsyncFn([u16; N]) -> bool) -> bool {
        let start = Instant::now();
        let mut tick = interval(Duration::from_millis(25));
        while self.child.try_wait().unwrap().is_none() {
            if is_ready(self.ports).await {
                return true;
            }
            let output = || self.output();
            assert!(start.elapsed() < START_LIMIT, "not ready:\n{}", output());
            tick.tick().await;
        }
        false
    }

    /// Sends it a signal, for example `HUP`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Asks it with this signal to end, with the processes that it started, and waits for that.
    pub(crate) fn end(&mut self, signal: &str) {
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-s", signal, &id]).status();
        let _ = self.child.wait();
    }

    /// The component's output on stdout and stderr.
    fn output(&self) -> String {
        let output = fs::read(self.folder.path().join("output.txt")).unwrap();
        String::from_utf8_lossy(&output).into_owned()
    }
}

impl<const N: usize> Drop for Running<N> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a component that writes its output into the folder.
fn spawn(mut command: Command, folder: &Path) -> Child {
    let log = File::create(folder.join("output.txt")).unwrap();
    command
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// Runs a component to its end.
pub(crate) async fn run(command: Command) -> Output {
    let mut command = tokio::process::Command::from(command);
    command.stdin(Stdio::null()).kill_on_drop(true);
    soon(command.output()).await.unwrap()
}

/// Whether a server listens on this port.
pub(crate) async fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_ok()
}

/// Free ports, each returned only once by this process.
///
/// They are below the range from which systems assign ports (32768 and up). A server of another
/// test could take one of those before the component does, and be mistaken for it.
fn free_ports<const N: usize>() -> [u16; N] {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    [(); N].map(|()| {
        loop {
            // Test runners that give each test its own process begin at different ports.
            let start = process::id().wrapping_mul(101);
            let tried = TRIED.fetch_add(1, Ordering::Relaxed);
            let port = 12_000 + start.wrapping_add(tried) % 20_000;
            let port = u16::try_from(port).unwrap();
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return port;
            }
        }
    })
}

/// A command without the environment of the user who runs the tests, which could change its
/// behaviour.
pub(crate) fn bare_command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    // Azurite finds its interpreter through the `PATH`.
    let path = env::join_paths(search_path()).unwrap();
    command.env_clear().env("PATH", path);
    command
}
