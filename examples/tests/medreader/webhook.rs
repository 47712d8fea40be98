//! `webhook`: receives results.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, ChildStdout, Command};
use std::time::{Duration, Instant};

use crate::run::clean;

/// `webhook-user:EXAMPLE-PASSWORD`
const RIGHT: &str = "Basic d2ViaG9vay11c2VyOkVYQU1QTEUtUEFTU1dPUkQ=";
/// `webhook-user:MARKER`
const WRONG: &str = "Basic d2ViaG9vay11c2VyOk1BUktFUg==";

/// The program while it listens.
struct Webhook {
    child: Child,
    address: String,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: BufReader<ChildStderr>,
}

impl Webhook {
    fn start() -> Self {
        Self::of(clean(&["webhook", "--listen", "127.0.0.1:0", "--json"]))
    }

    fn of(mut command: Command) -> Self {
        let mut child = command
            .env("MEDREADER_WEBHOOK_USER", "webhook-user")
            .env("MEDREADER_WEBHOOK_PASSWORD", "EXAMPLE-PASSWORD")
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").unwrap();
        Self {
            child,
            address: address.to_owned(),
            stdout,
            stderr,
        }
    }

    /// Sends a request with these lines after the request line, and returns the status.
    fn send(&self, head: &str, body: &[u8]) -> u16 {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n{head}\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn deliver(&self, credentials: &str, body: &[u8]) -> u16 {
        self.send(&format!("Authorization: {credentials}\r\n"), body)
    }

    fn line(&mut self) -> String {
        self.stdout.next().unwrap().unwrap()
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        let status = kill
            .args(["-s", name, &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for the end, and returns the exit status and the rest of stdout and stderr.
    fn ended(mut self) -> (Option<i32>, Vec<String>, String) {
        let rest = self.stdout.map(Result::unwrap).collect();
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap().code(), rest, stderr)
    }
}

#[test]
fn each_payload_is_printed_once_and_at_once() {
    let mut webhook = Webhook::start();
    let first = b"{\n \"id\": \"EXAMPLE-1\", \"score\" : 95.50 }";
    assert_eq!(webhook.deliver(RIGHT, first), 200);
    // The line is printed while the program still runs.
    assert_eq!(webhook.line(), r#"{"id":"EXAMPLE-1","score":95.50}"#);
    assert_eq!(webhook.deliver(RIGHT, first), 200);
    // The same id with another body.
    let changed = br#"{"id":"EXAMPLE-1","score":1}"#;
    assert_eq!(webhook.deliver(RIGHT, changed), 200);
    assert_eq!(webhook.line(), r#"{"id":"EXAMPLE-1","score":1}"#);
    webhook.signal("TERM");
    assert_eq!(webhook.ended(), (Some(0), Vec::new(), String::new()));
}

#[test]
fn an_odd_byte_does_not_cost_the_event() {
    let mut webhook = Webhook::start();
    for (body, line) in [
        (r#"{"id":"A","n":"\ud83d"}"#, r#"{"id":"A","n":"\ud83d"}"#),
        (r#"{"id":"B", "id":"A"}"#, r#"{"id":"B","id":"A"}"#),
        (r#"{"id":17}"#, r#"{"id":17}"#),
        (
            "\u{feff}{\"id\":\"A\",\"n\":\"a\nb\"}",
            r#"{"id":"A","n":"a\nb"}"#,
        ),
        // The line is JSON for everybody, and its numbers are as they came.
        (
            r#"{"id":"A","n":NaN, "m":1.50}"#,
            r#"{"id":"A","n":null,"m":1.50}"#,
        ),
        (
            "{\"id\":\"A\",\n\"a\tb\":\"x\ny\0\u{b}\u{1b}\"}",
            r#"{"id":"A","a\tb":"x\ny\u0000\u000b\u001b"}"#,
        ),
    ] {
        assert_eq!(webhook.deliver(RIGHT, body.as_bytes()), 200, "{body}");
        assert_eq!(webhook.line(), line);
    }
    let deep = format!(
        "{{\"id\":\"A\",\"n\":{}{}}}",
        "[".repeat(20_000),
        "]".repeat(20_000)
    );
    assert_eq!(webhook.deliver(RIGHT, deep.as_bytes()), 200);
    assert_eq!(webhook.line(), deep);
    webhook.signal("TERM");
    assert_eq!(webhook.ended(), (Some(0), Vec::new(), String::new()));
}

/// Opens a connection and sends this much of a request.
fn unfinished(webhook: &Webhook, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&webhook.address).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[test]
fn what_one_peer_leaves_unfinished_keeps_nobody_out() {
    let mut webhook = Webhook::start();
    let body = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: {RIGHT}\r\nContent-Length: 9\r\n\r\n{{"
    );
    let starts = ["", "POST / HTTP/1.1\r\nHost: loc", &body];
    let mut open = Vec::new();
    for start in starts.iter().cycle().take(1100) {
        open.push(unfinished(&webhook, start));
    }
    let event = br#"{"id":"EXAMPLE-1"}"#;
    assert_eq!(webhook.deliver(RIGHT, event), 200);
    assert_eq!(webhook.line().as_bytes(), event);
    // There are 1,024 at most: the oldest was ended, with a reset or without.
    assert!(!matches!(open[0].read(&mut [0]), Ok(1..)));
    webhook.child.kill().unwrap();
    webhook.ended();
}

#[test]
fn a_head_that_does_not_come_ends_its_connection() {
    let mut webhook = Webhook::start();
    let began = Instant::now();
    let mut silent = unfinished(&webhook, "");
    let mut half = unfinished(&webhook, "POST / HTTP/1.1\r\nHost: loc");
    let mut second = unfinished(&webhook, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for stream in [&mut silent, &mut half, &mut second] {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert!(began.elapsed() >= Duration::from_secs(9));
    }
    assert!(began.elapsed() < Duration::from_secs(60));
    assert_eq!(webhook.deliver(RIGHT, br#"{"id":"EXAMPLE-1"}"#), 200);
    assert_eq!(webhook.line(), r#"{"id":"EXAMPLE-1"}"#);
    webhook.signal("TERM");
    assert_eq!(webhook.ended(), (Some(0), Vec::new(), String::new()));
}

#[test]
fn the_log_says_nothing_of_what_came() {
    let mut command = clean(&["webhook", "--listen", "127.0.0.1:0", "--json"]);
    command.env("RUST_LOG", "trace");
    let mut webhook = Webhook::of(command);
    let body = br#"{"id":"EXAMPLE-1","prescription_confidence_notes":"MARKER"}"#;
    assert_eq!(webhook.deliver(RIGHT, body), 200);
    assert!(webhook.line().contains("MARKER"));
    assert_eq!(webhook.deliver(WRONG, body), 401);
    assert_eq!(webhook.deliver(RIGHT, br#"{"MARKER":"MARKER"}"#), 400);
    webhook.signal("TERM");
    let (code, rest, log) = webhook.ended();
    assert_eq!((code, rest), (Some(0), Vec::new()));
    for secret in [
        "MARKER",
        "EXAMPLE-PASSWORD",
        &RIGHT["Basic ".len()..],
        &WRONG["Basic ".len()..],
    ] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn what_is_refused_is_not_printed() {
    let webhook = Webhook::start();
    let payload = br#"{"id":"MARKER"}"#;
    assert_eq!(webhook.send("", payload), 401);
    assert_eq!(webhook.deliver(WRONG, payload), 401);
    // Credentials are checked first.
    assert_eq!(webhook.deliver(WRONG, b"MARKER"), 401);
    for body in [&b"MARKER"[..], b"", b"{}", b"[]", br#"{"id":""}"#] {
        assert_eq!(webhook.deliver(RIGHT, body), 400);
    }
    let mut large = payload.to_vec();
    large.resize(1024 * 1024, b' ');
    large.push(b' ');
    assert_eq!(webhook.deliver(RIGHT, &large), 413);
    webhook.signal("INT");
    assert_eq!(webhook.ended(), (Some(0), Vec::new(), String::new()));
}

#[test]
fn a_sender_who_says_nothing_more_does_not_keep_it() {
    let webhook = Webhook::start();
    let mut stream = TcpStream::connect(&webhook.address).unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: {RIGHT}\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The program asks for the body, so the delivery has begun.
    let mut asked = [0; 12];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100");
    webhook.signal("TERM");
    assert_eq!(webhook.ended().0, Some(0));
}

/// Starts the program with this stdout, or with one that nobody reads. Returns why it ended.
fn ended_by_its_stdout(stdout: Option<File>) -> String {
    let mut command = clean(&["webhook", "--listen", "127.0.0.1:0"]);
    if let Some(stdout) = stdout {
        command.stdout(stdout);
    }
    let mut child = command
        .env("MEDREADER_WEBHOOK_USER", "webhook-user")
        .env("MEDREADER_WEBHOOK_PASSWORD", "EXAMPLE-PASSWORD")
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on ").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {RIGHT}\r\nContent-Length: 18\r\n\r\n{{\"id\":\"EXAMPLE-1\"}}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let mut said = String::new();
    stderr.read_to_string(&mut said).unwrap();
    said
}

#[test]
fn without_a_reader_nothing_is_accepted_and_it_ends() {
    let said = ended_by_its_stdout(None);
    assert!(said.contains("broken pipe"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_nothing_is_accepted_and_it_ends() {
    let said = ended_by_its_stdout(Some(File::create("/dev/full").unwrap()));
    assert!(said.contains("no storage space"), "{said}");
}
