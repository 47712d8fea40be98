//! The server's process. It reads as little of a request as it can.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::process::{self, Core};
use crate::server::Pages;

const CHUNK: usize = 256 << 10;
const REPORT: usize = 200 << 10;
const PDF: &[u8] = b"%PDF-1.4\n";
const PDF_END: &[u8] = b"\n%%EOF\n";

struct State {
    pages: Pages,
    filler: Bytes,
    logins: AtomicU64,
    /// Sessions of an earlier number have expired.
    session: AtomicU64,
}

/// Prints the URL, then serves until it is killed.
pub(crate) fn serve() {
    process::pin(Core::Server);
    process::allow_many_files();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let state = Arc::new(State {
            pages: Pages::prepare().await,
            filler: vec![b'%'; CHUNK].into(),
            logins: AtomicU64::new(0),
            session: AtomicU64::new(1),
        });
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(16_384).unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        io::stdout().flush().unwrap();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let state = Arc::clone(&state);
            // A client that goes away is no failure.
            tokio::spawn(async move { connection(stream, &state).await });
        }
    });
}

/// Answers one request after another, until the client closes.
async fn connection(mut stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 4 << 10];
    loop {
        let mut filled = 0;
        let end = loop {
            if let Some(end) = buffer[..filled].windows(4).position(|at| at == b"\r\n\r\n") {
                break end + 4;
            }
            match stream.read(&mut buffer[filled..]).await? {
                0 => return Ok(()),
                read => filled += read,
            }
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let length = content_length(&head);
        discard(&mut stream, length - (filled - end) as u64).await?;
        let target = head.split(' ').nth(1).unwrap_or_default();
        let (delay, path) = delay(target);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        match answer(state, &head, path, length) {
            Answer::Small(answer) => stream.write_all(answer.as_bytes()).await?,
            Answer::Pdf(length) => send_pdf(&mut stream, state, length).await?,
        }
    }
}

fn content_length(head: &str) -> u64 {
    let line = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    line.map_or(0, |length| length.parse().unwrap())
}

async fn discard(stream: &mut TcpStream, mut length: u64) -> io::Result<()> {
    if length == 0 {
        return Ok(());
    }
    let mut buffer = vec![0; CHUNK];
    while length > 0 {
        match stream.read(&mut buffer).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => length -= read as u64,
        }
    }
    Ok(())
}

/// Takes the delay from the start of a path such as `/5ms/v2/sessions/open`.
fn delay(target: &str) -> (Duration, &str) {
    let first = target[1..].split('/').next().unwrap_or_default();
    match first.strip_suffix("ms").and_then(|ms| ms.parse().ok()) {
        Some(ms) => (Duration::from_millis(ms), &target[1 + first.len()..]),
        None => (Duration::ZERO, target),
    }
}

enum Answer {
    Small(String),
    Pdf(usize),
}

fn answer(state: &State, head: &str, path: &str, received: u64) -> Answer {
    let current = state.session.load(Ordering::Relaxed);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let words: Vec<_> = path.split('/').skip(1).collect();
    Answer::Small(match words[..] {
        ["v2", "partners", partner, "exams"] if is_authorized(head, current) => {
            let (offset, limit) = (number(query, "offset"), number(query, "limit"));
            let (total, page) = state.pages.page(partner, offset, limit);
            json("200 OK", &format!("x-pagination-total: {total}\r\n"), &page)
        }
        ["v2", "partners", ..] => json("401 Unauthorized", "", "{}"),
        ["v2", "sessions", "open"] => {
            state.logins.fetch_add(1, Ordering::Relaxed);
            let token = format!("bx-session-token: {}\r\n", token(current));
            let login = r#"{"sessionId":"EXAMPLE-ID","userId":"0000001AA","mfaVerified":false}"#;
            json("200 OK", &token, login)
        }
        // A key that is a number asks for that many bytes.
        ["v2", "exams", key, "files", "report.pdf"] => {
            return Answer::Pdf(key.parse().unwrap_or(REPORT));
        }
        ["api", "v1", "results", "upload", "execution", _] => {
            json("200 OK", "", &format!(r#"{{"received":{received}}}"#))
        }
        ["page"] => json("200 OK", "", &state.pages.page("1000", 0, 1_000).1),
        ["logins"] => json(
            "200 OK",
            "",
            &state.logins.load(Ordering::Relaxed).to_string(),
        ),
        ["expire"] => {
            state.session.fetch_add(1, Ordering::Relaxed);
            json("200 OK", "", "{}")
        }
        _ => json("404 Not Found", "", "{}"),
    })
}

fn json(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )
}

fn token(session: u64) -> String {
    format!("EXAMPLETOKEN{session}")
}

fn is_authorized(head: &str, session: u64) -> bool {
    let pair = BASE64_STANDARD.encode(format!("0000001AA:{}", token(session)));
    head.contains(&format!("authorization: basic {pair}\r\n"))
}

fn number(query: &str, name: &str) -> usize {
    let value = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value.unwrap().parse().unwrap()
}

async fn send_pdf(stream: &mut TcpStream, state: &State, length: usize) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(PDF).await?;
    let mut left = length - PDF.len() - PDF_END.len();
    while left > 0 {
        let chunk = &state.filler[..left.min(CHUNK)];
        stream.write_all(chunk).await?;
        left -= chunk.len();
    }
    stream.write_all(PDF_END).await
}
