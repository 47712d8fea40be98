//! A fake Gensoft server that accepts every request, and the program with its settings.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};

use tempfile::TempDir;

use crate::program::{self, Run};
use crate::server::{Answer, Request, Server};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_gensoft");
pub const KEY: &str = "EXAMPLE-KEY";
pub const PDF: &[u8] = b"%PDF-1.7\nEXAMPLE\n%%EOF\n";

/// A received request.
pub struct Received {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    /// A header by its name in lower case, empty if absent.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }
}

pub struct Laboratory {
    pub server: Server,
    received: Arc<Mutex<Vec<Received>>>,
    folder: TempDir,
}

impl Laboratory {
    /// A laboratory that always gives this answer.
    pub fn answering(answer: Answer) -> Self {
        Self::with(move |_| answer.clone())
    }

    pub fn with(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        let server = Server::start(move |request| {
            log.lock().unwrap().push(Received {
                method: request.method.clone(),
                path: request.path.clone(),
                headers: request.headers.clone(),
                body: request.body.clone(),
            });
            answer(request)
        });
        Self {
            server,
            received,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn received(&self) -> MutexGuard<'_, Vec<Received>> {
        self.received.lock().unwrap()
    }

    /// A file with this content.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub fn command(&self) -> Command {
        let mut command = clean(Command::new(PROGRAM));
        command
            .env("GENSOFT_BASE_URL", &self.server.url)
            .env("GENSOFT_API_KEY", KEY);
        command
    }

    /// Sends a file with this content as an attendance.
    pub fn attendance(&self, args: &[&str], content: impl AsRef<[u8]>) -> Run {
        let file = self.file("attendance.json", content);
        Run::of(self.command().arg("attendance").args(args).arg(file))
    }

    /// Uploads a file with this content as the report of execution 10.
    pub fn report(&self, args: &[&str], content: impl AsRef<[u8]>) -> Run {
        let file = self.file("laudo.pdf", content);
        let mut command = self.command();
        command.args(["report", "--execution", "10"]);
        Run::of(command.args(args).arg(file))
    }
}

/// A command in an environment without Gensoft settings.
pub fn clean(command: Command) -> Command {
    let settings = [
        "GENSOFT_BASE_URL",
        "GENSOFT_API_KEY",
        "GENSOFT_AUTH_PREFIX",
        "ACCEPT_HTML",
    ];
    program::clean(command, &settings)
}
