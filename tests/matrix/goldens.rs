//! The bytes of each operation's request, as files that a person can read.
//!
//! `UPDATE_GOLDENS=1 cargo test -p e2e --test matrix golden` writes them again.

use std::collections::BTreeSet;
use std::path::PathBuf;

use common_http::HttpOptions;
use tokio::runtime::Builder;

use crate::cases::{Case, Clients, Inputs, cases, target};
use crate::expected::Class;
use crate::faults::Fault;
use crate::server::Server;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("matrix/goldens")
}

#[test]
fn each_request_is_as_its_golden_file_says() {
    let mut names = BTreeSet::new();
    let update = std::env::var_os("UPDATE_GOLDENS").is_some();
    for case in cases() {
        let name = format!("{}.http", case.operation.id());
        let path = folder().join(&name);
        let runtime = Builder::new_current_thread().enable_all().build();
        let sent = runtime.expect("a runtime").block_on(request(case));
        if update {
            std::fs::write(&path, &sent).expect("a golden file");
        }
        let golden = std::fs::read_to_string(&path);
        let golden = golden.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(sent, golden, "{name}: UPDATE_GOLDENS=1 writes what is sent");
        names.insert(name);
    }
    let files = std::fs::read_dir(folder()).expect("a folder");
    let files = files.map(|file| file.expect("a file").file_name());
    let files: BTreeSet<_> = files
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    assert_eq!(files, names, "a file for each operation, and no other");
}

/// The only request of a call, as text.
async fn request(case: &Case) -> String {
    let server = Server::start(false).await;
    let http = HttpOptions::default().no_proxy().only_own_roots(true);
    let clients = Clients::new(server.url(), &http, "");
    clients
        .open_session(case.operation)
        .await
        .expect("a server without faults");
    let folder = tempfile::tempdir().expect("a folder");
    let mut inputs = Inputs {
        folder: folder.path().to_owned(),
        target: None,
        filler: String::new(),
    };
    if Class::of(case.operation) == Class::Transfer {
        inputs.target = Some(target(&clients).await);
    }
    let nothing = (Fault::Nothing, 0);
    server
        .arm(case.operation.id(), nothing, Fault::Nothing)
        .await;
    let outcome = (case.call)(clients, inputs).await;
    outcome.result.expect("a server without faults");
    let [seen] = &server.seen()[..] else {
        panic!("one request");
    };
    shown(&steady(&seen.raw, server.url()))
}

/// Without what differs from run to run: the port, a form's boundary, our version.
fn steady(raw: &[u8], url: &str) -> Vec<u8> {
    let mut bytes = raw.to_vec();
    let port = url
        .rsplit(':')
        .next()
        .and_then(|rest| rest.split('/').next());
    replace(
        &mut bytes,
        &format!("127.0.0.1:{}", port.expect("a port")),
        "127.0.0.1:{port}",
    );
    replace(
        &mut bytes,
        &format!("-client/{}", env!("CARGO_PKG_VERSION")),
        "-client/{version}",
    );
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if let Some((_, rest)) = text.split_once("boundary=") {
        let boundary = rest.split("\r\n").next().expect("a line");
        replace(&mut bytes, boundary, "{boundary}");
    }
    bytes
}

fn replace(bytes: &mut Vec<u8>, from: &str, to: &str) {
    let mut start = 0;
    while let Some(at) = bytes[start..]
        .windows(from.len())
        .position(|part| part == from.as_bytes())
    {
        let at = start + at;
        bytes.splice(at..at + from.len(), to.bytes());
        start = at + to.len();
    }
}

/// A line for each CRLF. Every other byte that is not printed is escaped, as is a backslash, so
/// that no two requests look the same.
fn shown(bytes: &[u8]) -> String {
    let mut text = String::new();
    for part in bytes.utf8_chunks() {
        let mut rest = part.valid();
        while let Some(next) = rest.chars().next() {
            rest = match rest.strip_prefix("\r\n") {
                Some(rest) => {
                    text.push('\n');
                    rest
                }
                None => {
                    match next {
                        '\\' => text.push_str("\\\\"),
                        next if next.is_control() => text.extend(next.escape_default()),
                        next => text.push(next),
                    }
                    &rest[next.len_utf8()..]
                }
            };
        }
        text.extend(part.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text + "\n"
}
