//! A receiver of webhooks that is nothing but a socket.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use testing::time::soon;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// What the receiver does with a webhook.
#[derive(Clone, Copy)]
pub(crate) enum Reaction {
    Status(u16),
    /// Closes the connection without an answer.
    Close,
    /// Keeps the connection open until the sender goes away.
    Silence,
    /// Answers 200 and never sends the body that it announces.
    EndlessBody,
}

/// A webhook as it was received.
pub(crate) struct Webhook {
    /// The request line and the headers, the names in lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Webhook {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    pub(crate) fn id(&self) -> String {
        self.json()["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.split("\r\n").skip(1);
        lines
            .find_map(|line| line.split_once(": ").filter(|(known, _)| *known == name))
            .map(|(_, value)| value)
    }
}

/// Answers 200 unless another reaction is planned. Dropping it closes its port.
pub(crate) struct Receiver {
    pub(crate) address: String,
    webhooks: mpsc::UnboundedReceiver<Webhook>,
    reactions: Arc<Mutex<VecDeque<Reaction>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (sender, webhooks) = mpsc::unbounded_channel();
        let reactions: Arc<Mutex<VecDeque<Reaction>>> = Arc::default();
        let planned = Arc::clone(&reactions);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, sender.clone(), Arc::clone(&planned)));
            }
        });
        Self {
            address,
            webhooks,
            reactions,
            task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/webhook?from=medreader", self.address)
    }

    /// Plans what is done with the next webhooks, one each.
    pub(crate) fn react(&self, reactions: impl IntoIterator<Item = Reaction>) {
        self.reactions.lock().expect("a lock").extend(reactions);
    }

    /// The next webhook that comes.
    pub(crate) async fn next(&mut self) -> Webhook {
        soon(self.webhooks.recv()).await.expect("a running task")
    }

    /// The webhooks that came and were not taken yet.
    pub(crate) fn rest(&mut self) -> Vec<Webhook> {
        std::iter::from_fn(|| self.webhooks.try_recv().ok()).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    sender: mpsc::UnboundedSender<Webhook>,
    planned: Arc<Mutex<VecDeque<Reaction>>>,
) {
    let mut bytes = Vec::new();
    let webhook = loop {
        // The sender may give up at any time.
        let Ok(1..) = stream.read_buf(&mut bytes).await else {
            return;
        };
        if let Some(webhook) = whole(&bytes) {
            break webhook;
        }
    };
    let reaction = planned.lock().expect("a lock").pop_front();
    // The test may be over.
    let _ = sender.send(webhook);
    let answer = match reaction.unwrap_or(Reaction::Status(200)) {
        Reaction::Status(status) => format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n"),
        Reaction::Close => return,
        Reaction::Silence => String::new(),
        Reaction::EndlessBody => "HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nx".to_owned(),
    };
    let _ = stream.write_all(answer.as_bytes()).await;
    // Until the sender goes away.
    while stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {}
}

fn whole(bytes: &[u8]) -> Option<Webhook> {
    let head_end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..head_end]).expect("a head of text");
    let webhook = Webhook {
        head: head.to_owned(),
        body: bytes[head_end + 4..].to_vec(),
    };
    let length: usize = webhook.header("content-length")?.parse().expect("a number");
    (webhook.body.len() == length).then_some(webhook)
}
