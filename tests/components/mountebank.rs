//! Connections that mountebank breaks: it closes them (what it calls a reset), or sends random bytes
//! instead of HTTP.

use common_http::{Body, Delivery, Error, ErrorKind, Result};
use erp_files_client::ClientCredentials;
use futures_util::future::{BoxFuture, FutureExt, join_all};
use serde_json::{Value, json};

use crate::component::{Running, bare_command, listens, program};
use crate::support::{eager, files_of, looker, soon};

const FAULTS: [&str; 2] = ["CONNECTION_RESET_BY_PEER", "RANDOM_DATA_THEN_CLOSE"];

type Call = fn(String) -> BoxFuture<'static, Result<()>>;

/// A safe or at least idempotent operation of each client, and one that has an effect, which is sent
/// once: its id, a part of its path that no login has, and how often it is sent.
const CASES: [(&str, &str, usize, Call); 8] = [
    ("biologix.exams.list", "/exams", 4, |url| {
        async move {
            biologix(&url)
                .exams(&"0000301DD".into())
                .list()
                .await
                .map(drop)
        }
        .boxed()
    }),
    // Biologix has no operation with an effect.
    ("biologix.sessions.open", "/open", 3, |url| {
        async move { biologix(&url).sessions().open().await.map(drop) }.boxed()
    }),
    ("medreader.folders.get", "/folders/1", 4, |url| {
        async move { medreader(&url).folders().get(&"1".into()).await.map(drop) }.boxed()
    }),
    ("medreader.folders.create", "/folders", 1, |url| {
        async move { medreader(&url).folders().create("Pasta").await.map(drop) }.boxed()
    }),
    ("gensoft.reports.upload", "/execution/10", 3, |url| {
        async move {
            let pdf = Body::from("%PDF-1.7 EXAMPLE");
            gensoft(&url)
                .reports()
                .upload(&"10".into(), pdf)
                .await
                .map(drop)
        }
        .boxed()
    }),
    ("gensoft.attendances.send", "/attendance/", 1, |url| {
        async move { gensoft(&url).attendances().send(&json!({})).await.map(drop) }.boxed()
    }),
    ("erp.files.list", "/files", 4, |url| {
        async move { files_of(&erp(&url)).list().await.map(drop) }.boxed()
    }),
    ("erp.files.initialize", "/initialize/", 1, |url| {
        async move { files_of(&erp(&url)).initialize("a.pdf").await.map(drop) }.boxed()
    }),
];

fn biologix(url: &str) -> biologix_client::BiologixClient {
    let builder = biologix_client::BiologixClient::builder().base_url(url);
    let builder = builder.credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD");
    builder.http(eager()).build().unwrap()
}

fn medreader(url: &str) -> medreader_client::MedReaderClient {
    let builder = medreader_client::MedReaderClient::builder().base_url(url);
    let builder = builder.credentials("usuario@example.invalid", "EXAMPLE-PASSWORD");
    builder
        .tenant("EXAMPLE-TENANT")
        .http(eager())
        .build()
        .unwrap()
}

fn gensoft(url: &str) -> gensoft_client::GensoftClient {
    let builder = gensoft_client::GensoftClient::builder().base_url(url);
    builder
        .api_key("EXAMPLE-API-KEY")
        .http(eager())
        .build()
        .unwrap()
}

fn erp(url: &str) -> erp_files_client::ErpFilesClient {
    let credentials = ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET");
    let builder = erp_files_client::ErpFilesClient::builder().base_url(url);
    let builder = builder.credentials(credentials.token_url(format!("{url}/connect/token")));
    builder.http(eager()).build().unwrap()
}

/// An answer to all logins.
fn login() -> Value {
    let body = json!({
        "userId": "0000001AA",
        "token": "EXAMPLE.JWT.VALUE", "user": {},
        "access_token": "EXAMPLE.JWT.VALUE",
        "expires_in": 3600,
    });
    let headers = json!({ "Content-Type": "application/json", "Bx-Session-Token": "EXAMPLE" });
    json!({ "is": { "headers": headers, "body": body.to_string() } })
}

struct Mountebank(Running<1>);

impl Mountebank {
    async fn start() -> Option<Self> {
        let program = program("mb")?;
        let running = Running::start(
            |folder, [port]| {
                let mut command = bare_command(&program);
                command.args(["start", "--localOnly", "--nologfile", "--host", "127.0.0.1"]);
                command.arg("--port").arg(port.to_string());
                command.arg("--pidfile").arg(folder.join("mb.pid"));
                command
            },
            async |[port]| listens(port).await,
        );
        Some(Self(running.await))
    }

    fn imposters(&self) -> String {
        format!("http://127.0.0.1:{}/imposters", self.0.ports[0])
    }

    /// Makes a server that breaks the connection for such paths, and returns its port.
    async fn breaks(&self, path: &str, fault: &str) -> Value {
        let broken = json!({
            "predicates": [{ "contains": { "path": path } }],
            "responses": [{ "fault": fault }],
        });
        let stubs = json!([broken, { "responses": [login()] }]);
        let imposter = json!({ "protocol": "http", "recordRequests": true, "stubs": stubs });
        let made = looker().post(self.imposters()).body(imposter.to_string());
        let made = made.send().await.unwrap().text().await.unwrap();
        let made: Value = serde_json::from_str(&made).unwrap();
        made["port"].clone()
    }

    /// How often such a path was requested.
    async fn sends(&self, port: &Value, path: &str) -> usize {
        let imposter = looker().get(format!("{}/{port}", self.imposters()));
        let text = imposter.send().await.unwrap().text().await.unwrap();
        let imposter: Value = serde_json::from_str(&text).unwrap();
        let requests = imposter["requests"].as_array().unwrap();
        let paths = requests
            .iter()
            .map(|request| request["path"].as_str().unwrap());
        paths.filter(|requested| requested.contains(path)).count()
    }

    async fn check(&self, fault: &str, (operation, path, sends, call): (&str, &str, usize, Call)) {
        let port = self.breaks(path, fault).await;
        let url = format!("http://127.0.0.1:{port}");
        let error: Error = soon(call(url)).await.unwrap_err();
        let what = format!("{operation} {fault}: {error}");
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{what}");
        assert_eq!(error.operation(), Some(operation), "{what}");
        assert_eq!(error.delivery(), Delivery::Unknown, "{what}");
        assert_eq!(error.attempts() as usize, sends, "{what}");
        assert_eq!(self.sends(&port, path).await, sends, "{what}");
    }
}

#[tokio::test]
async fn a_broken_connection_leaves_in_doubt_what_was_done() {
    let Some(mountebank) = Mountebank::start().await else {
        return;
    };
    for fault in FAULTS {
        join_all(CASES.map(|case| mountebank.check(fault, case))).await;
    }
}
