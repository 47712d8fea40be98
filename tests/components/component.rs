//! Programs of others: found, started on free ports with their data in a temporary folder, and ended by their process ids.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::{Instant, interval};

/// Where programs are, below the folder of the installed.
const PROGRAMS: [&str; 2] = ["npm/node_modules/.bin", "venv/bin"];

/// Against components that hang; nothing is measured by it.
const START_LIMIT: Duration = Duration::from_secs(180);

/// What `tests/components/install` has installed, or the folder that `COMPONENTS_DIR` names.
fn folder() -> PathBuf {
    let named = env::var_os("COMPONENTS_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("components"))
}

/// Where programs are looked for: among the installed, along the `PATH`, and where Debian keeps servers.
fn search_path() -> Vec<PathBuf> {
    let installed = PROGRAMS.map(|programs| folder().join(programs));
    let path = env::var_os("PATH").unwrap_or_default();
    let path = installed.into_iter().chain(env::split_paths(&path));
    path.chain(["/usr/sbin".into()]).collect()
}

/// The program of this name.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let mut programs = search_path().into_iter().map(|folder| folder.join(name));
    let found = programs.find(|program| program.is_file());
    found.or_else(|| missing(name))
}

/// The file of an npm package.
pub(crate) fn npm_file(path: &str) -> Option<PathBuf> {
    let file = folder().join("npm/node_modules").join(path);
    if file.is_file() {
        return Some(file);
    }
    missing(path)
}

/// Says loudly that the test is skipped, or fails it.
fn missing<T>(what: &str) -> Option<T> {
    let how = "install it with `tests/components/install`";
    if env::var_os("REQUIRE_COMPONENTS").is_some_and(|required| required == "1") {
        panic!("{what} is missing, and REQUIRE_COMPONENTS is 1: {how}");
    }
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Past the macros, whose output the test runner keeps to itself when a test passes.
    let line = format!("\nSKIPPED {test}: {what} is missing; {how}\n");
    let _ = io::stderr().write_all(line.as_bytes());
    None
}

/// A running component. Dropping it ends it.
pub(crate) struct Running<const N: usize> {
    child: Child,
    pub(crate) ports: [u16; N],
    pub(crate) folder: TempDir,
}

impl<const N: usize> Running<N> {
    /// Starts what `command` makes of a folder and free ports, and waits until it `is_ready`.
    pub(crate) async fn start(
        command: impl Fn(&Path, [u16; N]) -> Command,
        is_ready: impl AsyncFn([u16; N]) -> bool,
    ) -> Self {
        let mut output = String::new();
        // A port that was free a moment ago may be taken by now, and then the component ends at once.
        for _ in 0..3 {
            let folder = tempfile::tempdir().unwrap();
            let ports = free_ports();
            let log = File::create(folder.path().join("output.txt")).unwrap();
            let child = command(folder.path(), ports)
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap();
            let mut running = Self {
                child,
                ports,
                folder,
            };
            if running.gets_ready(&is_ready).await {
                return running;
            }
            output = running.output();
        }
        panic!("it ended at once, three times; the last time it said:\n{output}");
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

    /// What it wrote to stdout and stderr.
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

/// Whether somebody listens on this port.
pub(crate) async fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_ok()
}

/// Ports on which nobody listens, each given out once by this process. They lie below those that systems hand out by
/// themselves (32768 and up): there a server of another test could take one before the component does, and be taken for it.
fn free_ports<const N: usize>() -> [u16; N] {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    [(); N].map(|()| {
        loop {
            // Test runners that give each test a process begin at different places.
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

/// A command without the settings of whoever runs the tests, which could lead the component elsewhere.
pub(crate) fn bare_command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    // Azurite looks for its interpreter along the path.
    let path = env::join_paths(search_path()).unwrap();
    command.env_clear().env("PATH", path);
    command
}
