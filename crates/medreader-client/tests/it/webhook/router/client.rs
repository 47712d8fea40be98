//! A server on the loopback interface, and a client that sends plain bytes.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::super::{PASSWORD, USER, basic};

/// Ends a test that would otherwise hang. No test depends on how long things take.
pub(super) const HANGING: Duration = Duration::from_secs(60);

pub(super) struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            address: listener.local_addr().unwrap(),
            task: tokio::spawn(async { axum::serve(listener, app).await.unwrap() }),
        }
    }

    pub(super) async fn connect(&self) -> Client {
        let (reader, writer) = TcpStream::connect(self.address).await.unwrap().into_split();
        let reader = Reader {
            half: reader,
            unread: Vec::new(),
        };
        Client { reader, writer }
    }

    /// A new connection on which these bytes were sent.
    pub(super) async fn send(&self, bytes: &[u8]) -> Client {
        let mut client = self.connect().await;
        client.write(bytes).await;
        client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) struct Client {
    pub(super) reader: Reader,
    pub(super) writer: OwnedWriteHalf,
}

pub(super) struct Reader {
    half: OwnedReadHalf,
    unread: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(other, _)| other == name)?;
        Some(value)
    }
}

impl Client {
    pub(super) async fn write(&mut self, bytes: &[u8]) {
        timeout(HANGING, self.writer.write_all(bytes))
            .await
            .unwrap()
            .unwrap();
    }

    pub(super) async fn answer(&mut self) -> Answer {
        self.reader.answer().await
    }
}

impl Reader {
    /// The next answer. None of them has a body.
    pub(super) async fn answer(&mut self) -> Answer {
        const END: &[u8] = b"\r\n\r\n";
        let end = loop {
            if let Some(end) = self
                .unread
                .windows(END.len())
                .position(|bytes| bytes == END)
            {
                break end;
            }
            let read = timeout(HANGING, self.half.read_buf(&mut self.unread)).await;
            assert!(
                read.unwrap().unwrap() > 0,
                "the connection ended without an answer"
            );
        };
        let head = String::from_utf8(self.unread.drain(..end + END.len()).collect()).unwrap();
        let (first, rest) = head.split_once("\r\n").unwrap();
        Answer {
            status: first.strip_prefix("HTTP/1.1 ").unwrap()[..3]
                .parse()
                .unwrap(),
            headers: rest
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    /// Waits until the server has closed the connection, and checks that it sent nothing more.
    pub(super) async fn closed(self) {
        assert_eq!(String::from_utf8_lossy(&self.ended().await), "");
    }

    /// What the server sends until it closes the connection. If it closes in the middle of what is
    /// sent to it, the connection is reset, which is an end, too.
    pub(super) async fn ended(mut self) -> Vec<u8> {
        let mut rest = self.unread;
        let end = timeout(HANGING, self.half.read_to_end(&mut rest))
            .await
            .unwrap();
        assert!(end.is_ok() || end.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
        rest
    }
}

/// A webhook as the vendor's document has it.
pub(super) fn post(body: &[u8]) -> Vec<u8> {
    let length = format!("Content-Length: {}\r\n", body.len());
    post_with(&basic(USER, PASSWORD), &length, body)
}

/// A webhook with these credentials and further header lines.
pub(super) fn post_with(authorization: &str, lines: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: {authorization}\r\n{lines}\r\n"
    );
    [head.as_bytes(), body].concat()
}
