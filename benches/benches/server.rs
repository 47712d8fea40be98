//! A server that costs next to nothing: it sends prepared bytes.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A prepared answer.
pub(crate) struct Canned {
    head: Bytes,
    body: Bytes,
}

impl Canned {
    pub(crate) fn json(total: usize, body: String) -> Self {
        let headers = format!("content-type: application/json\r\nx-pagination-total: {total}\r\n");
        Self::new(&headers, body.into())
    }

    pub(crate) fn pdf(body: Bytes) -> Self {
        Self::new("content-type: application/pdf\r\n", body)
    }

    fn new(headers: &str, body: Bytes) -> Self {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\n{headers}bx-session-token: EXAMPLETOKEN\r\ncontent-length: {length}\r\n\r\n"
        );
        Self {
            head: head.into(),
            body,
        }
    }
}

/// Starts a thread that answers these request targets until the process ends; returns the URL.
pub(crate) fn start(answers: Vec<(String, Canned)>) -> String {
    let answers = Arc::new(answers.into_iter().collect::<HashMap<_, _>>());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(accept(listener, answers))
    });
    url
}

async fn accept(listener: std::net::TcpListener, answers: Arc<HashMap<String, Canned>>) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&answers)));
    }
}

/// Answers one request after another, until the client closes.
///
/// Only the login has a body, and it arrives in one read with its head.
async fn serve(mut stream: TcpStream, answers: Arc<HashMap<String, Canned>>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 << 10];
    loop {
        let mut length = 0;
        while !buffer[..length].windows(4).any(|four| four == b"\r\n\r\n") {
            match stream.read(&mut buffer[length..]).await? {
                0 => return Ok(()),
                read => length += read,
            }
        }
        let line = String::from_utf8_lossy(&buffer[..length]);
        let target = line.split(' ').nth(1).unwrap_or_default();
        let Some(answer) = answers.get(target) else {
            return stream
                .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
                .await;
        };
        stream.write_all(&answer.head).await?;
        stream.write_all(&answer.body).await?;
    }
}
