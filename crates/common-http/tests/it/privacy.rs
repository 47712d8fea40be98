//! Only harmless parts of requests and answers are printed. A marker stands for all the others.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::io;
use std::sync::Arc;

use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use common_http::{
    Authenticator, Body, CallOptions, Cause, Delivery, Engine, Error, ErrorKind, FolderStore,
    HttpOptions, MemoryStore, Operation, Result, RetryPolicy, Secret, Session, Store, StoreKey,
    async_trait, json,
};
use http::header::{HeaderName, HeaderValue};
use serde_json::json;

use crate::helper::door::{door, is_login};
use crate::helper::server::{Connection, Server};
use crate::helper::{LOGIN, READ, VENDOR, Watch, millis, seconds};
use crate::helper::{decode, record};

/// It has no character that needs encoding, so that it can be found in URLs too.
const MARKER: &str = "MARKER-7Q";

static ITEM: Operation = Operation::post("testing.items.create", "/items/{id}");
static FILE: Operation = Operation::get("testing.items.file", "/items/{id}/file").transfer();

/// A login whose values all contain the marker.
struct Marked;

#[async_trait]
impl Authenticator for Marked {
    async fn open(&self, engine: &Engine) -> Result<Session> {
        let request = engine.request(&LOGIN).query("user", MARKER);
        let request = request.json(&json!({ "username": MARKER, "password": MARKER }));
        let answer = request.send().await?;
        let token = answer
            .header("x-token")
            .ok_or_else(|| answer.unreadable())?;
        Ok(Session::new(Secret::from(token)).details(Secret::from(MARKER)))
    }
}

/// Everything that a client's work printed.
#[derive(Default)]
struct Printed(String);

impl Printed {
    fn debug(&mut self, value: &impl Debug) {
        write!(self.0, "{value:?}\n{value:#?}\n").unwrap();
    }

    fn error(&mut self, error: &Error) {
        self.debug(error);
        writeln!(self.0, "{error} {error:#}").unwrap();
        let mut source = std::error::Error::source(error);
        while let Some(error) = source {
            writeln!(self.0, "{error} {error:?}").unwrap();
            source = error.source();
        }
    }

    fn result<T: Debug>(&mut self, result: &Result<T>) {
        match result {
            Ok(value) => self.debug(value),
            Err(error) => self.error(error),
        }
    }

    #[track_caller]
    fn is_clean(&self) {
        let at = self.0.find(MARKER).or_else(|| self.0.find("7Q"));
        assert!(at.is_none(), "{}", self.0);
        assert!(self.0.contains("testing."), "nothing was printed");
    }
}

fn options() -> HttpOptions {
    let policy = RetryPolicy::default().base(millis(1));
    HttpOptions::default().user_agent(MARKER).retry(policy)
}

/// Makes a call, a download and a save, all with markers, and prints everything that can be
/// printed.
async fn work(base: &str, options: HttpOptions) -> (Printed, Vec<Option<ErrorKind>>) {
    record::start();
    let mut printed = Printed::default();
    let watch = Watch::default();
    let options = options.observer(watch.clone());
    printed.debug(&options);
    let store = Arc::new(MemoryStore::default());
    let engine = Engine::builder(&VENDOR, format!("{base}/{MARKER}"))
        .http(options)
        .authenticator(Marked)
        .store(store.clone(), StoreKey::of(&[MARKER]))
        .header(
            HeaderName::from_static("x-tenant"),
            HeaderValue::from_static(MARKER),
        )
        .build()
        .unwrap();
    printed.debug(&engine);
    let request = |operation: &Operation| {
        let request = engine
            .request(operation)
            .path("id", MARKER)
            .query(MARKER, MARKER);
        request.header(HeaderName::from_static("x-extra"), MARKER)
    };
    let mut kinds = Vec::new();

    let answer = request(&ITEM).json(&json!({ MARKER: MARKER })).send().await;
    kinds.push(answer.as_ref().err().map(Error::kind));
    printed.result(&answer);
    if let Ok(answer) = answer {
        printed.result(&answer.json::<Vec<u8>>());
        printed.result(&answer.json::<BTreeMap<String, u8>>());
        printed.error(
            &answer
                .unreadable()
                .with_message(MARKER)
                .with_code(MARKER, false),
        );
    }

    let folder = tempfile::Builder::new().prefix(MARKER).tempdir().unwrap();
    let download = request(&FILE).download().await;
    kinds.push(download.as_ref().err().map(Error::kind));
    printed.result(&download);
    if let Ok(download) = download {
        let saved = download.save_to(folder.path().join(MARKER)).await;
        kinds.push(saved.as_ref().err().map(Error::kind));
        printed.result(&saved);
    }
    for target in [
        folder.path().join(MARKER).join(MARKER),
        folder.path().to_owned(),
    ] {
        if let Ok(download) = request(&FILE).download().await {
            printed.error(&download.save_to(target).await.unwrap_err());
        }
    }

    let path = folder.path().join(format!("{MARKER}.bin"));
    std::fs::write(&path, MARKER).unwrap();
    let body = Body::from_path(&path).await.unwrap();
    printed.debug(&body);
    std::fs::remove_file(&path).unwrap();
    printed.result(&request(&ITEM).body(body, "text/plain").send().await);
    printed.result(&Body::from_path(path).await);
    let failing = Body::from_factory(9, || async { Err::<&[u8], _>(io::Error::other(MARKER)) });
    printed.result(&request(&ITEM).body(failing, "text/plain").send().await);
    printed.result(&request(&ITEM).path("id", "\n").send().await);
    let bad = format!("{MARKER}\n");
    let name = HeaderName::from_static("x-extra");
    printed.result(&request(&ITEM).header(name, bad).send().await);

    printed.debug(&store);
    printed.result(
        &engine
            .open_session(&LOGIN, decode::<serde_json::Value>)
            .await,
    );
    for attempt in watch.seen() {
        printed.debug(&attempt);
    }
    let recording = record::take();
    assert!(!recording.spans.is_empty() && !recording.events.is_empty());
    printed.debug(&recording);
    (printed, kinds)
}

/// An answer with the marker in every place where it can be.
fn marked(status: u16) -> FakeAnswer {
    let text = json!({ "error": MARKER, "message": MARKER, "list": [MARKER] });
    [
        "x-request-id",
        "x-extra",
        "content-type",
        "set-cookie",
        "location",
    ]
    .into_iter()
    .fold(FakeAnswer::status(status), |answer, name| {
        answer.header(name, MARKER)
    })
    .chunk(seconds(0), text.to_string())
}

fn logged_in(rest: impl Fn() -> FakeAnswer + Send + Sync + 'static) -> Arc<FakeTransport> {
    door(|_| marked(200).header("x-token", MARKER), move |_| rest())
}

async fn over(network: Arc<FakeTransport>) -> Vec<Option<ErrorKind>> {
    let (printed, kinds) = work("http://localhost", options().transport(network)).await;
    printed.is_clean();
    kinds
}

#[tokio::test(start_paused = true)]
async fn of_a_success() {
    assert_eq!(over(logged_in(|| marked(200))).await, [None; 3]);
    let encoded = || marked(200).header("content-encoding", "gzip, MARKER-7Q");
    assert_eq!(over(logged_in(encoded)).await[0], None);
}

#[tokio::test(start_paused = true)]
async fn of_each_refusal() {
    for status in [302, 400, 401, 403, 404, 408, 409, 429, 500, 503] {
        let status = move || marked(status);
        assert!(over(logged_in(status)).await[0].is_some());
        // The same for a login that is refused.
        assert!(over(door(move |_| status(), move |_| marked(200))).await[0].is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn of_each_fault() {
    for (answer, kind) in [
        (FakeAnswer::never as fn() -> FakeAnswer, ErrorKind::Timeout),
        (
            || FakeAnswer::error(TransportError::Connect(Cause::Dns)),
            ErrorKind::Connect,
        ),
        (
            || FakeAnswer::error(TransportError::Connect(Cause::TlsHandshake)),
            ErrorKind::Connect,
        ),
        (
            || FakeAnswer::error(TransportError::Protocol),
            ErrorKind::Interrupted,
        ),
        (|| marked(200).cut(), ErrorKind::Interrupted),
        (|| marked(200).hang(), ErrorKind::Timeout),
        (
            || marked(200).header("content-length", "3"),
            ErrorKind::Interrupted,
        ),
        (
            || marked(200).header("content-length", "9000000000000"),
            ErrorKind::TooLarge,
        ),
    ] {
        assert_eq!(over(logged_in(answer)).await[0], Some(kind));
        assert!(
            over(FakeTransport::new(move |request| {
                if is_login(request) {
                    answer()
                } else {
                    marked(200)
                }
            }))
            .await[0]
                .is_some()
        );
    }
}

/// The errors of reqwest quote URLs, those of hyper the bytes that they read.
#[tokio::test]
async fn of_each_fault_on_the_wire() {
    for (bytes, kind) in [
        ("", ErrorKind::Interrupted),
        ("MARKER-7Q\r\n\r\n", ErrorKind::Interrupted),
        ("HTTP/1.1 200 OK\r\n\r\nMARKER-7Q", ErrorKind::Interrupted),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nMARKER-7Q",
            ErrorKind::Interrupted,
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nMARKER-7Q\r\n",
            ErrorKind::Interrupted,
        ),
        (
            "HTTP/1.1 404 MARKER-7Q\r\nContent-Length: 9\r\n\r\nMARKER-7Q",
            ErrorKind::NotFound,
        ),
    ] {
        let server = Server::start(move |mut connection: Connection| async move {
            connection.request().await;
            connection.send(bytes).await;
        })
        .await;
        let (printed, _) = work(&server.url, options()).await;
        printed.is_clean();
        let request = server.client().request(&LOGIN).query("q", MARKER);
        assert_eq!(request.send().await.unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn of_an_address_that_is_wrong() {
    let unresolved = options().resolve("vendor.example", []).no_proxy();
    let unresolved = unresolved.allow_plain_http(true);
    let (printed, kinds) = work("http://vendor.example", unresolved).await;
    printed.is_clean();
    assert_eq!(kinds[0], Some(ErrorKind::Connect));
}

/// Settings, sessions and other types that can be printed directly.
#[tokio::test]
async fn of_the_types_themselves() {
    let mut printed = Printed("testing.".to_owned());
    let secret = || Secret::from(MARKER);
    let settings = options()
        .proxy(format!("http://{MARKER}:{MARKER}@localhost"))
        .resolve(MARKER, [])
        .add_root_certificate(MARKER)
        .client_certificate(MARKER, secret());
    printed.debug(&settings);
    printed.debug(&CallOptions::default().on_progress(|_| ()));
    for body in [
        Body::from(MARKER),
        Body::from_factory(9, || async { Ok(MARKER.as_bytes()) }),
        Body::single_pass(MARKER.as_bytes(), Some(9)),
    ] {
        printed.debug(&body);
    }
    let session = Session::new(secret())
        .details(secret())
        .lifetime(seconds(1));
    printed.debug(&session);
    let text = json!({"version": 1, "authorization": MARKER, "details": MARKER, "opened_at_ms": 1});
    let saved = Secret::from(text.to_string());
    printed.debug(&saved);
    let store = MemoryStore::default();
    store
        .put(&StoreKey::of(&[MARKER]), &saved, None)
        .await
        .unwrap();
    printed.debug(&store);
    printed.debug(&StoreKey::of(&[MARKER]));
    let error = Error::new(ErrorKind::Rejected)
        .with_code(MARKER, false)
        .with_message(MARKER)
        .with_request_id(MARKER)
        .with_body(MARKER)
        .with_delivery(Delivery::Answered);
    printed.error(&error);
    for body in [
        r#"{"a":"MARKER-7Q"}"#,
        r#"{"MARKER-7Q":"a"}"#,
        r#"["MARKER-7Q", MARKER-7Q]"#,
    ] {
        let error = json::decode::<BTreeMap<String, u8>>(body.as_bytes()).unwrap_err();
        printed.debug(&error);
        printed.0.push_str(&error.to_string());
    }
    printed.is_clean();
}

/// What is printed still says what it is.
#[tokio::test]
async fn what_may_be_printed_is_there() {
    let network = FakeTransport::new(|_| FakeAnswer::json("{}"));
    let options = HttpOptions::default().transport(network);
    let engine = Engine::builder(&VENDOR, "http://localhost").http(options.clone());
    let engine = engine.build().unwrap();
    let request = || engine.request(&READ);
    let answer = request().await.unwrap();
    let download = request().download().await.unwrap();
    let call = request().recorded::<bool>();
    let session = Session::new(Secret::from(MARKER));
    let printed: &[(&dyn Debug, &str)] = &[
        (
            &engine,
            r#"Engine { vendor: "testing", host: "localhost", .. }"#,
        ),
        (
            &request(),
            r#"Request { operation: Operation { id: "testing.things.list""#,
        ),
        (&call, r#"Call { operation: "testing.things.list", .. }"#),
        (
            &answer,
            r#"Answer { operation: Some("testing.things.list"), status: 200"#,
        ),
        (&download, "Download { content_length: None, .. }"),
        (&options, "HttpOptions {"),
        (&CallOptions::default(), "CallOptions {"),
        (&VENDOR, r#"Profile { name: "testing""#),
        (&session, "Session {"),
        (&StoreKey::of(&[MARKER]), "StoreKey("),
        (&MemoryStore::default(), "MemoryStore {"),
        (&FolderStore::new(MARKER), "FolderStore("),
    ];
    for (value, start) in printed {
        let text = format!("{value:?}");
        assert!(text.starts_with(start), "{text}");
    }
}
