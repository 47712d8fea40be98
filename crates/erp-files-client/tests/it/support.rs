//! What the tests share.

pub(crate) mod storage;
pub(crate) mod store;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeRequest, FakeTransport};
use common_http::{Body, CallOptions, HttpOptions, Result};
use erp_files_client::files::{FileEntry, Files, UploadOutcome, UploadTarget};
use erp_files_client::sandbox::{RecordedRequest, Sandbox, Settings};
use erp_files_client::{ClientCredentials, ErpFilesClient, ErpFilesClientBuilder, FileId};
use testing::retry::eager_policy;

pub(crate) const NAME: &str = "result.pdf";
pub(crate) const PDF: &str = "%PDF-1.4\nsynthetic\n%%EOF\n";
/// The upload URL of the fake ERP.
pub(crate) const ADDRESS: &str =
    "https://storage.example/container/result.pdf?sv=2030-01-01&sig=EXAMPLE%3D";

/// Longer than a token counts as fresh.
pub(crate) const A_WHILE: Duration = Duration::from_secs(61);

/// The default options, without the pauses between attempts.
pub(crate) fn eager() -> HttpOptions {
    HttpOptions::default().retry(eager_policy()).no_proxy()
}

/// A sandbox with these settings.
pub(crate) async fn started(settings: Settings) -> Sandbox {
    Sandbox::with(settings).await.unwrap()
}

/// A client of the sandbox with its own retry budget and token.
pub(crate) fn client(sandbox: &Sandbox, http: HttpOptions) -> ErpFilesClient {
    let builder = sandbox.client_builder().http(http);
    builder.build().expect("settings that fit together")
}

/// The files of the tests' analysis.
pub(crate) fn files(client: &ErpFilesClient) -> Files {
    client.files(&7.into(), &12.into())
}

/// The listed files, if all can be read.
pub(crate) async fn listed(files: &Files) -> Vec<FileEntry> {
    let items = files.list().await.unwrap();
    items
        .into_iter()
        .map(|item| item.into_value().unwrap())
        .collect()
}

/// The only request of an operation.
pub(crate) fn only(sandbox: &Sandbox, operation: &str) -> RecordedRequest {
    let mut requests = sandbox.requests_for(operation);
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

/// The operations of the ERP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Token,
    Initialize,
    Transfer,
    Finalize,
    List,
    SetSend,
    Delete,
}

impl Op {
    pub(crate) const ALL: [Self; 7] = [
        Self::Token,
        Self::Initialize,
        Self::Transfer,
        Self::Finalize,
        Self::List,
        Self::SetSend,
        Self::Delete,
    ];

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Token => "erp.sessions.open",
            Self::Initialize => "erp.files.initialize",
            Self::Transfer => "erp.files.transfer",
            Self::Finalize => "erp.files.finalize",
            Self::List => "erp.files.list",
            Self::SetSend => "erp.files.set_send",
            Self::Delete => "erp.files.delete",
        }
    }

    /// The operation of a request to a fake network.
    pub(crate) fn of(request: &FakeRequest) -> Self {
        match (request.method.as_str(), request.target.as_str()) {
            (_, "/connect/token") => Self::Token,
            ("GET", _) => Self::List,
            ("PUT", _) => Self::Transfer,
            ("PATCH", _) => Self::SetSend,
            ("DELETE", _) => Self::Delete,
            (_, target) if target.contains("/files/initialize/") => Self::Initialize,
            _ => Self::Finalize,
        }
    }

    /// Calls it. For a token, calls the list, which requests one.
    pub(crate) async fn call(self, client: &ErpFilesClient, target: &UploadTarget) -> Result<()> {
        let files = files(client);
        let options = CallOptions::default();
        self.call_with(files, target, &1.into(), options).await
    }

    pub(crate) async fn call_with(
        self,
        files: Files,
        target: &UploadTarget,
        file: &FileId,
        options: CallOptions,
    ) -> Result<()> {
        match self {
            Self::Token | Self::List => files.list().options(options).send().await.map(drop),
            Self::Initialize => {
                let call = files.initialize(NAME).options(options);
                call.send().await.map(drop)
            }
            Self::Transfer => {
                let call = files.transfer(target, Body::from(PDF)).options(options);
                call.send().await
            }
            Self::Finalize => files.finalize(NAME).options(options).send().await,
            Self::SetSend => {
                let call = files.set_send(file, true).options(options);
                call.send().await
            }
            Self::Delete => files.delete(file).options(options).send().await,
        }
    }
}

/// What a fake ERP answers if all goes well.
pub(crate) fn well(op: Op, nth: usize) -> FakeAnswer {
    match op {
        Op::Token => token(&format!("EXAMPLE.TOKEN.{nth:04}"), 3600),
        Op::Initialize => FakeAnswer::json(format!("\"{ADDRESS}\"")),
        Op::Transfer => FakeAnswer::status(201),
        Op::List => FakeAnswer::json(r#"[{"Id":1,"FileName":"result.pdf","IsSend":false}]"#),
        Op::Finalize | Op::SetSend | Op::Delete => FakeAnswer::status(200),
    }
}

/// An answer to a token request.
pub(crate) fn token(token: &str, expires_in: u64) -> FakeAnswer {
    FakeAnswer::json(format!(
        r#"{{"access_token":"{token}","expires_in":{expires_in},"token_type":"Bearer"}}"#
    ))
}

/// A network on which all goes well, except for what `answer` returns. It is called with the
/// operation and the number of the request of that operation, from 1.
pub(crate) fn network(
    answer: impl Fn(Op, usize) -> Option<FakeAnswer> + Send + Sync + 'static,
) -> Arc<FakeTransport> {
    let counts: [AtomicUsize; 7] = Default::default();
    FakeTransport::new(move |request| {
        let op = Op::of(request);
        let nth = counts[op as usize].fetch_add(1, Ordering::Relaxed) + 1;
        answer(op, nth).unwrap_or_else(|| well(op, nth))
    })
}

/// The requests of one operation to a fake network.
pub(crate) fn seen(network: &FakeTransport, op: Op) -> Vec<FakeRequest> {
    let mut requests = network.requests();
    requests.retain(|request| Op::of(request) == op);
    requests
}

/// The operations of the requests to a fake network, in order, without token requests.
pub(crate) fn steps(network: &FakeTransport) -> Vec<Op> {
    let requests = network.requests();
    let steps = requests.iter().map(Op::of);
    steps.filter(|op| *op != Op::Token).collect()
}

/// A header of a request to a fake network.
pub(crate) fn header<'a>(request: &'a FakeRequest, name: &str) -> Option<&'a str> {
    let value = request.headers.get(name)?;
    Some(value.to_str().unwrap())
}

pub(crate) fn credentials() -> ClientCredentials {
    ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET")
        .token_url("https://id.example/connect/token")
}

/// A builder on this network, with credentials.
pub(crate) fn builder(network: &Arc<FakeTransport>) -> ErpFilesClientBuilder {
    ErpFilesClient::builder()
        .base_url("https://clinic.example")
        .credentials(credentials())
        .http(HttpOptions::default().transport(Arc::clone(network) as _))
}

pub(crate) fn on(network: &Arc<FakeTransport>) -> ErpFilesClient {
    builder(network).build().unwrap()
}

/// A target from a fake ERP.
pub(crate) async fn target() -> UploadTarget {
    target_of(ADDRESS).await
}

pub(crate) async fn target_of(address: &str) -> UploadTarget {
    let answer = format!("\"{address}\"");
    let network =
        network(move |op, _| (op == Op::Initialize).then(|| FakeAnswer::json(answer.clone())));
    files(&on(&network)).initialize(NAME).send().await.unwrap()
}

/// How an upload ended, to compare with: only the client makes an `UploadOutcome`.
#[derive(Debug)]
pub(crate) struct Ended(&'static str, Option<FileId>);

impl Ended {
    pub(crate) fn uploaded(id: Option<FileId>) -> Self {
        Self("uploaded", id)
    }

    pub(crate) fn replaced(id: Option<FileId>) -> Self {
        Self("replaced", id)
    }

    pub(crate) fn skipped(id: Option<FileId>) -> Self {
        Self("skipped", id)
    }
}

impl PartialEq<Ended> for UploadOutcome {
    fn eq(&self, ended: &Ended) -> bool {
        self.as_str() == ended.0 && self.file_id() == ended.1.as_ref()
    }
}
