//! The server of the comparisons: a process of its own that sends prepared bytes.

mod pages;
mod serve;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

pub(crate) use self::pages::Pages;
pub(crate) use self::serve::serve;

/// A running server. It ends when this is dropped.
pub(crate) struct Server {
    process: Child,
    url: String,
}

impl Server {
    /// Starts this program again as a server.
    pub(crate) fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        let url = url.trim_end().to_owned();
        assert!(url.starts_with("http://"), "the server did not start");
        Self { process, url }
    }

    /// The base URL of a server that is this many milliseconds away.
    pub(crate) fn url(&self, delay: u64) -> String {
        match delay {
            0 => self.url.clone(),
            _ => format!("{}/{delay}ms", self.url),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has nothing to finish.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Gets a body without any HTTP library, so that it adds nothing to what is measured.
pub(crate) fn control(url: &str, path: &str) -> Vec<u8> {
    let (host, prefix) = split(url);
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!("GET {prefix}{path} HTTP/1.1\r\nhost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    body
}

/// How many logins the server has seen.
pub(crate) fn logins(url: &str) -> u64 {
    String::from_utf8(control(url, "/logins"))
        .unwrap()
        .parse()
        .unwrap()
}

/// Splits a base URL into `host:port` and the path.
pub(crate) fn split(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    rest.split_at(rest.find('/').unwrap_or(rest.len()))
}
