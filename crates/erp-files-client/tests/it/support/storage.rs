//! A storage that is a bare socket and keeps what it gets byte for byte.

use std::sync::{Arc, Mutex};

use common_http::HttpOptions;
use erp_files_client::files::{Files, UploadTarget};
use erp_files_client::sandbox::{Fault, Sandbox};
use http::{HeaderMap, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{NAME, client, files};

/// A request as it was on the wire.
#[derive(Clone)]
pub(crate) struct Put {
    /// Request line and headers, without the empty line.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Put {
    /// The names of the headers in lower case, in alphabetical order.
    pub(crate) fn names(&self) -> Vec<String> {
        let lines = self.head.lines().skip(1);
        let mut names: Vec<_> = lines
            .map(|line| line.split_once(':').unwrap().0.to_ascii_lowercase())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

pub(crate) struct RawStorage {
    host: String,
    puts: Arc<Mutex<Vec<Put>>>,
    task: JoinHandle<()>,
}

impl Drop for RawStorage {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl RawStorage {
    /// A storage that answers each request like this, on connections that stay open.
    pub(crate) async fn answering(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let puts: Arc<Mutex<Vec<Put>>> = Arc::default();
        let log = Arc::clone(&puts);
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    while let Some(put) = read(&mut stream).await {
                        log.lock().unwrap().push(put);
                        if stream.write_all(answer.as_bytes()).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Self { host, puts, task }
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn puts(&self) -> Vec<Put> {
        self.puts.lock().unwrap().clone()
    }

    /// The target of a sandbox that leads here, with this path and query.
    pub(crate) async fn target(&self, path: &str) -> (Sandbox, Files, UploadTarget) {
        let sandbox = Sandbox::start().await.unwrap();
        let files = files(&client(&sandbox, HttpOptions::default()));
        self.name_it(&sandbox, path);
        let target = files.initialize(NAME).send().await.unwrap();
        (sandbox, files, target)
    }

    /// Makes the next initialize at this sandbox lead here.
    pub(crate) fn name_it(&self, sandbox: &Sandbox, path: &str) {
        let fault = Fault::Status {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: format!("http://{}{path}", self.host).into(),
        };
        sandbox.fail_next("erp.files.initialize", fault).unwrap();
    }
}

/// Reads one request with a body of known length.
async fn read(stream: &mut TcpStream) -> Option<Put> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|part| part == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(read[..end].to_vec()).unwrap();
    let mut put = Put {
        body: read.split_off(end + 4),
        head,
    };
    let length: usize = put.header("content-length")?.parse().unwrap();
    while put.body.len() < length {
        if stream.read_buf(&mut put.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(put)
}
