//! The operations, each with a call and a good answer. What must not be printed is marked.
//!
//! Ids of documents, vendors' codes and media types may be printed, so they have no marker.

mod biologix;
mod erp;
mod gensoft;
mod medreader;

pub(crate) use self::erp::target;

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use biologix_client::BiologixClient;
use common_http::{Error, HttpOptions, Operation, Result};
use erp_files_client::files::UploadTarget;
use erp_files_client::{ClientCredentials, ErpFilesClient};
use futures_util::future::BoxFuture;
use gensoft_client::GensoftClient;
use medreader_client::MedReaderClient;
use serde::Serialize;
use testing::privacy::Printed;
use testing::store::FaultyStore;

/// An operation, how it is called, and its good answer.
pub(crate) struct Case {
    pub(crate) operation: &'static Operation,
    /// The answer of a vendor at this base URL.
    pub(crate) answer: fn(&str) -> Reply,
    pub(crate) call: fn(Clients, Inputs) -> BoxFuture<'static, Outcome>,
}

impl Case {
    fn new(
        operations: &'static [&'static Operation],
        id: &str,
        answer: fn(&str) -> Reply,
        call: fn(Clients, Inputs) -> BoxFuture<'static, Outcome>,
    ) -> Self {
        let operation = operations.iter().find(|operation| operation.id() == id);
        Self {
            operation: operation.expect("an operation of this client"),
            answer,
            call,
        }
    }
}

/// All cases.
pub(crate) fn cases() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
        let vendors = [
            biologix::cases(),
            medreader::cases(),
            gensoft::cases(),
            erp::cases(),
        ];
        vendors.into_iter().flatten().collect()
    });
    &CASES
}

/// The case of the operation with this id.
pub(crate) fn case_of(id: &str) -> &'static Case {
    let found = cases().iter().find(|case| case.operation.id() == id);
    found.expect("each operation has a case")
}

/// A client of each vendor.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    pub(crate) biologix: BiologixClient,
    pub(crate) medreader: MedReaderClient,
    pub(crate) gensoft: GensoftClient,
    pub(crate) erp: ErpFilesClient,
}

impl Clients {
    /// Clients of this base URL, with marked credentials, and a store whose errors are marked.
    /// `filler` makes the credentials larger.
    pub(crate) fn new(url: &str, http: &HttpOptions, filler: &str) -> Self {
        let store = || Arc::new(FaultyStore::Broken("MARKER-STORE"));
        let password = format!("MARKER-PASSWORD{filler}");
        let credentials = ClientCredentials::new("MARKER-ID", &*password)
            .token_url(url)
            .scope("gambit:erp MARKER");
        Self {
            biologix: BiologixClient::builder()
                .base_url(url)
                .store(&store())
                .credentials("c|MARKER|000001", &*password)
                .http(http.clone())
                .build()
                .expect("valid settings"),
            medreader: MedReaderClient::builder()
                .base_url(url)
                .tenant("MARKER-TENANT")
                .store(&store())
                .credentials("marker@clinic.example", &*password)
                .http(http.clone())
                .build()
                .expect("valid settings"),
            gensoft: GensoftClient::builder()
                .base_url(url)
                .api_key("MARKER-KEY")
                .http(http.clone())
                .build()
                .expect("valid settings"),
            erp: ErpFilesClient::builder()
                .base_url(url)
                .credentials(credentials)
                .store(&store())
                .http(http.clone())
                .build()
                .expect("valid settings"),
        }
    }

    /// Opens the session that the operation needs.
    pub(crate) async fn open_session(&self, operation: &Operation) -> Result<()> {
        match vendor(operation) {
            _ if operation.is_public() => Ok(()),
            "biologix" => self.biologix.sessions().open().await.map(drop),
            "medreader" => self.medreader.sessions().open().await.map(drop),
            "erp" => self.erp.sessions().open().await,
            _ => Ok(()),
        }
    }
}

/// The first word of an operation's id.
pub(crate) fn vendor(operation: &Operation) -> &'static str {
    let vendor = operation.id().split_once('.');
    vendor.expect("an id with a vendor").0
}

/// What a call gets besides the client.
#[derive(Clone)]
pub(crate) struct Inputs {
    /// An empty folder for downloads. Its name is marked.
    pub(crate) folder: PathBuf,
    /// The signed URL, for a transfer.
    pub(crate) target: Option<UploadTarget>,
    /// Makes a request's body larger than what sockets buffer. Empty, but for early answers.
    pub(crate) filler: String,
}

/// A good answer: 200, with these headers and this body.
pub(crate) struct Reply {
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    fn json(body: impl ToString) -> Self {
        Self {
            headers: vec![("Content-Type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    pub(crate) fn with_body(&self, body: Vec<u8>) -> Self {
        Self {
            headers: self.headers.clone(),
            body,
        }
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// How a call ended, and what a program could print of it.
pub(crate) struct Outcome {
    pub(crate) result: Result<(), Error>,
    pub(crate) printed: Printed,
    /// The value as `Serialize` writes it. It may have data of patients, but no secret.
    pub(crate) written: String,
}

impl Outcome {
    /// `unsent` is the call before it was sent, and whatever else can be printed.
    fn of<T: Debug>(unsent: Vec<String>, result: Result<T>) -> Self {
        let mut printed = Printed {
            text: unsent.join("\n"),
            ..Printed::default()
        };
        printed.result(&result);
        Self {
            result: result.map(drop),
            printed,
            written: String::new(),
        }
    }

    /// The same for a value that can be written.
    fn data<T: Debug + Serialize>(unsent: Vec<String>, result: Result<T>) -> Self {
        let written = result.as_ref().map(serde_json::to_string);
        let written = written.map_or_else(|_| String::new(), |text| text.expect("JSON"));
        Self {
            written,
            ..Self::of(unsent, result)
        }
    }
}

/// A case: the operation's id, its good answer, and how it is called with clients and inputs.
macro_rules! case {
    ($id:literal, $answer:ident, |$clients:pat_param, $inputs:pat_param| $call:block) => {
        Case::new(OPERATIONS, $id, $answer, |$clients, $inputs| {
            futures_util::FutureExt::boxed(async move { $call })
        })
    };
}
use case;

/// The printed forms of values.
macro_rules! shown {
    ($($value:expr),+ $(,)?) => { vec![$( format!("{:?}\n{:#?}", $value, $value) ),+] };
}
use shown;
