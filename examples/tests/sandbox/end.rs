//! The end of the program.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::serving::Sandboxes;

#[track_caller]
fn ends_by(signal: &str, sandboxes: Sandboxes) {
    sandboxes.serving.signal(signal);
    let run = sandboxes.serving.end().is(0);
    assert_eq!((run.stdout, run.stderr), (String::new(), String::new()));
}

#[test]
fn by_sigterm_whoever_is_connected() {
    let sandboxes = Sandboxes::start();
    let _silent = TcpStream::connect(sandboxes.host("GENSOFT_BASE_URL")).unwrap();
    let mut answered = TcpStream::connect(sandboxes.host("ERP_BASE_URL")).unwrap();
    answered
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut start = [0; 8];
    answered.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1");
    ends_by("TERM", sandboxes);
}

#[test]
fn by_sigint_whatever_is_on_its_way() {
    let sandboxes = Sandboxes::start();
    // The program asks for the body, which is never sent.
    let mut begun = TcpStream::connect(sandboxes.host("BIOLOGIX_BASE_URL")).unwrap();
    let head = "POST /v2/sessions/open HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    begun.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; 12];
    begun.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100");
    ends_by("INT", sandboxes);
}
