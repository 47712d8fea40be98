//! A minimal HTTP/1.1 server over real sockets, with one request per connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name)?;
        Some(&found.1)
    }

    /// A number in the query.
    pub fn number(&self, name: &str) -> Option<usize> {
        let pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .filter(|(key, _)| *key == name)
            .find_map(|(_, value)| value.parse().ok())
    }
}

#[derive(Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    rest: Rest,
}

/// How much of an answer is sent.
#[derive(Clone, Copy)]
enum Rest {
    Sent,
    /// Nothing, not even the head, until the client is gone.
    Nothing,
    /// The connection ends after this many bytes of the body.
    Cut(usize),
    /// Nothing more is sent after this many bytes of the body, until the client is gone.
    Held(usize),
}

impl Answer {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
            rest: Rest::Sent,
        }
    }

    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::new(status, "application/json", body)
    }

    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.rest = Rest::Cut(bytes);
        self
    }

    /// Holds the whole answer.
    pub fn held(mut self) -> Self {
        self.rest = Rest::Nothing;
        self
    }

    pub fn held_after(mut self, bytes: usize) -> Self {
        self.rest = Rest::Held(bytes);
        self
    }
}

type Answering = dyn Fn(&Request) -> Answer + Send + Sync;
type Reading = dyn Fn(&Request) -> Option<usize> + Send + Sync;

pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
    held: Receiver<()>,
    reading: Arc<Mutex<Arc<Reading>>>,
    pub closer: Closer,
}

/// Closes the server, also from within an answer.
#[derive(Clone)]
pub struct Closer {
    address: SocketAddr,
    closed: Arc<AtomicBool>,
    accepting: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Closer {
    /// Refuses all further connections.
    pub fn close(&self) {
        if let Some(accepting) = self.accepting.lock().unwrap().take() {
            self.closed.store(true, Ordering::SeqCst);
            // Wakes the accepting thread.
            TcpStream::connect(self.address).unwrap();
            accepting.join().unwrap();
        }
    }
}

impl Server {
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (holding, held) = mpsc::channel();
        let (answer, log): (Arc<Answering>, _) = (Arc::new(answer), Arc::clone(&requests));
        let whole: Arc<Reading> = Arc::new(|_| None);
        let reading = Arc::new(Mutex::new(whole));
        let limits = Arc::clone(&reading);
        let closed = Arc::new(AtomicBool::new(false));
        let closing = Arc::clone(&closed);
        let accepting = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if closing.load(Ordering::SeqCst) {
                    return;
                }
                let (answer, log, holding) =
                    (Arc::clone(&answer), Arc::clone(&log), holding.clone());
                let limit = Arc::clone(&limits.lock().unwrap());
                // A killed client breaks its connection, which ends only this thread.
                thread::spawn(move || serve(stream, &*answer, &*limit, &log, &holding));
            }
        });
        Self {
            url,
            requests,
            held,
            reading,
            closer: Closer {
                address,
                closed,
                accepting: Arc::new(Mutex::new(Some(accepting))),
            },
        }
    }

    /// All requests so far, as `GET /path`.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn forget_requests(&self) {
        self.requests.lock().unwrap().clear();
    }

    /// Holds the requests for which this returns a number, after that many bytes of their body.
    ///
    /// They are not answered before the client is gone.
    pub fn hold_body(&self, limit: impl Fn(&Request) -> Option<usize> + Send + Sync + 'static) {
        *self.reading.lock().unwrap() = Arc::new(limit);
    }

    /// Waits until an answer is held.
    pub fn wait_until_held(&self) {
        self.held.recv_timeout(Duration::from_secs(60)).unwrap();
    }
}

fn serve(
    stream: TcpStream,
    answer: &Answering,
    limit: &Reading,
    log: &Mutex<Vec<String>>,
    holding: &Sender<()>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut request = read_head(&mut reader)?;
    log.lock()
        .unwrap()
        .push(format!("{} {}", request.method, request.path));
    let length = request.header("content-length").unwrap_or("0");
    let length: usize = length.parse().ok()?;
    let part = limit(&request);
    request.body.resize(part.unwrap_or(length), 0);
    reader.read_exact(&mut request.body).ok()?;
    if part.is_some() {
        return hold(reader, holding);
    }
    let answer = answer(&request);
    let mut stream = reader.into_inner();
    let mut head = format!(
        "HTTP/1.1 {} -\r\ncontent-length: {}\r\nconnection: close\r\n",
        answer.status,
        answer.body.len()
    );
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    if !matches!(answer.rest, Rest::Nothing) {
        stream.write_all(head.as_bytes()).ok()?;
    }
    match answer.rest {
        Rest::Sent => stream.write_all(&answer.body).ok(),
        Rest::Cut(bytes) => stream.write_all(&answer.body[..bytes]).ok(),
        Rest::Held(bytes) => {
            stream.write_all(&answer.body[..bytes]).ok()?;
            hold(stream, holding)
        }
        Rest::Nothing => hold(stream, holding),
    }
}

/// Reports that a client is held, and waits until it is gone.
fn hold(mut stream: impl Read, holding: &Sender<()>) -> Option<()> {
    holding.send(()).ok()?;
    io::copy(&mut stream, &mut io::sink()).ok()?;
    Some(())
}

fn read_head(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => {
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            None => break,
        }
    }
    Some(Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Vec::new(),
    })
}
