//! HTTP/1.1 from the server's side, byte by byte.

use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::cases::{Case, cases};
use crate::faults::{Fault, Script, Then};
use crate::server::{BASE, State};

/// Serves a connection until the client closes it, or the fault does.
pub(crate) async fn serve(mut stream: TcpStream, state: &State) -> io::Result<()> {
    while let Some(line) = request_line(&stream).await? {
        let case = case_of(&line);
        let operation = case.operation.id();
        let good = (case.answer)(&state.url);
        let fault = state.next_fault(operation);
        match fault {
            Fault::ResetUnread => {
                state.note(operation, line.as_bytes(), false);
                return stream.set_zero_linger();
            }
            Fault::Early => {
                let nth = state.note(operation, line.as_bytes(), false);
                let script = fault.script(&good, "");
                state.answered(nth, script.status);
                stream.write_all(&script.bytes).await?;
                // Nothing is read before the call has ended, so its body cannot leave whole.
                let _ = state.ended.subscribe().wait_for(|ended| *ended).await;
                let mut request = Vec::new();
                let ended = stream.read_to_end(&mut request).await;
                state.received(nth, request);
                return ended.map(drop);
            }
            _ => {}
        }
        let request = read_request(&mut stream).await?;
        let nth = state.note(operation, &request, true);
        let script = fault.script(&good, &state.elsewhere);
        state.answered(nth, script.status);
        if !play(&mut stream, script, state).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Sends the script. Returns whether the connection goes on.
async fn play(stream: &mut TcpStream, script: Script, state: &State) -> io::Result<bool> {
    stream.write_all(&script.bytes).await?;
    match script.then {
        Then::GoOn => return Ok(true),
        Then::Close => stream.shutdown().await?,
        Then::Reset => stream.set_zero_linger()?,
        Then::Hold => drain(stream).await?,
        Then::Trickle => {
            let (mut from, mut to) = stream.split();
            let mut rest = Vec::new();
            let trickle = async {
                for byte in script.trickled {
                    to.write_all(&[byte]).await?;
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                io::Result::Ok(())
            };
            tokio::select! {
                ended = trickle => ended?,
                closed = from.read_to_end(&mut rest) => drop(closed?),
            }
        }
        Then::Endless => {
            let blanks = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
            loop {
                stream.write_all(blanks.as_bytes()).await?;
                state.poured.fetch_add(0x10000, Ordering::SeqCst);
            }
        }
    }
    Ok(false)
}

async fn drain(stream: &mut TcpStream) -> io::Result<()> {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.map(drop)
}

/// The next request's first line, which stays unread. `None` if the client has closed.
async fn request_line(stream: &TcpStream) -> io::Result<Option<String>> {
    let mut start = [0; 4096];
    loop {
        let length = stream.peek(&mut start).await?;
        if length == 0 {
            return Ok(None);
        }
        let start = String::from_utf8_lossy(&start[..length]);
        if let Some((line, _)) = start.split_once("\r\n") {
            return Ok(Some(line.to_owned()));
        }
        tokio::task::yield_now().await;
    }
}

/// The whole request as it came.
async fn read_request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        match length(&bytes) {
            Some(length) if bytes.len() >= length => {
                assert_eq!(bytes.len(), length, "one request at a time");
                return Ok(bytes);
            }
            _ => {}
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// The length of the request that starts with these bytes; `None` if its head is incomplete.
pub(crate) fn length(start: &[u8]) -> Option<usize> {
    let head = start.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&start[..head]).to_ascii_lowercase();
    assert!(
        !text.contains("transfer-encoding"),
        "a request with a length: {text}"
    );
    let body = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let body: usize = body.map_or(0, |length| length.parse().expect("a length"));
    Some(head + body)
}

/// The case of the operation whose method and path this line has.
fn case_of(line: &str) -> &'static Case {
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    case_for(method, target)
}

/// The case of the operation with this method and path.
pub(crate) fn case_for(method: &str, target: &str) -> &'static Case {
    let path = target.split('?').next().unwrap_or_default();
    let path = path.strip_prefix(BASE).expect("a path below the base URL");
    let is_of = |case: &&Case| {
        let operation = case.operation;
        operation.method() == method && matches(operation.path(), path)
    };
    let mut found = cases().iter().filter(is_of);
    let case = found
        .next()
        .unwrap_or_else(|| panic!("no operation is {method} {path}"));
    assert!(found.next().is_none(), "{method} {path} is two operations");
    case
}

/// Whether a path fits a template. An argument is one segment.
fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) =
        (template.split('/').collect(), path.split('/').collect());
    let fits = |(word, segment): (&&str, &&str)| match word.starts_with('{') {
        true => !segment.is_empty(),
        false => word == segment,
    };
    template.len() == path.len() && template.iter().zip(&path).all(fits)
}
