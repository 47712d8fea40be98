//! Runs a program whose stderr is a terminal, which `script` provides, and reads what it writes.

use std::io::Read;
use std::process::{Child, ChildStdout, Command, Stdio};

pub struct Terminal {
    child: Child,
    output: ChildStdout,
    seen: String,
}

#[allow(dead_code, reason = "each program's tests need a part of it")]
impl Terminal {
    /// Starts the program of this command, with its arguments and settings.
    pub fn start(command: &Command) -> Self {
        Self::run(command, "exec")
    }

    /// Starts it on a terminal of this width.
    pub fn start_in(columns: usize, command: &Command) -> Self {
        Self::run(command, &format!("stty cols {columns} rows 50 && exec"))
    }

    fn run(command: &Command, exec: &str) -> Self {
        let quoted = |text: &std::ffi::OsStr| format!("'{}'", text.to_str().unwrap());
        let mut line = vec![exec.to_owned(), quoted(command.get_program())];
        line.extend(command.get_args().map(quoted));
        let mut script = Command::new("script");
        script.env("TERM", "xterm").args([
            "--quiet",
            "--return",
            "--command",
            &line.join(" "),
            "/dev/null",
        ]);
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        let mut child = script
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.stdout.take().unwrap();
        Self {
            child,
            output,
            seen: String::new(),
        }
    }

    /// Waits until this text appears, after the text of the previous wait.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        let mut block = [0; 1024];
        loop {
            if let Some(place) = self.seen.find(text) {
                self.seen.drain(..place + text.len());
                return;
            }
            let length = self.output.read(&mut block).unwrap();
            assert!(length > 0, "{text:?} is not in {:?}", self.seen);
            self.seen += &String::from_utf8_lossy(&block[..length]);
        }
    }

    /// Waits for the end, and returns the rest of the output and the exit status.
    pub fn end(mut self) -> (String, Option<i32>) {
        let mut rest = Vec::new();
        self.output.read_to_end(&mut rest).unwrap();
        let status = self.child.wait().unwrap();
        let seen = self.seen + &String::from_utf8_lossy(&rest);
        (seen, status.code())
    }
}
