//! HTTP/2 frames by hand (RFC 9113), for servers that misbehave.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The reason of an orderly end.
pub const NO_ERROR: u32 = 0;
/// The request was not processed.
pub const REFUSED_STREAM: u32 = 7;
/// The stream is not needed any more.
pub const CANCEL: u32 = 8;

const HEADERS: u8 = 1;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// The settings that begin a connection: none.
#[must_use]
pub fn settings() -> Vec<u8> {
    frame(4, 0, 0, &[])
}

/// A GOAWAY with the last stream that may be processed, and the reason.
#[must_use]
pub fn go_away(last: u32, reason: u32) -> Vec<u8> {
    frame(7, 0, 0, &[last, reason].map(u32::to_be_bytes).concat())
}

/// Resets the first stream.
#[must_use]
pub fn reset(reason: u32) -> Vec<u8> {
    frame(3, 0, 1, &reason.to_be_bytes())
}

/// `:status: 200` as the only header on the first stream, which ends the answer.
#[must_use]
pub fn success() -> Vec<u8> {
    frame(HEADERS, 0x5, 1, &[0x88])
}

/// `:status: 200` on the first stream, and this much of an answer that goes on.
#[must_use]
pub fn begun(body: &[u8]) -> Vec<u8> {
    [frame(HEADERS, 0x4, 1, &[0x88]), frame(0, 0, 1, body)].concat()
}

/// Reads until the head of the first request has arrived.
///
/// # Errors
/// Those of the stream, also if it ends.
pub async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        stream.read_exact(&mut payload).await?;
        if head[3] == HEADERS {
            return Ok(());
        }
    }
}
