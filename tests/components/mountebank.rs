//! Connections that mountebank breaks: it closes them (what it calls a reset), or sends random
//! bytes instead of HTTP.

use biologix_client::BiologixClient;
use common_http::{Delivery, ErrorKind};
use gensoft_client::GensoftClient;
use medreader_client::MedReaderClient;
use serde_json::{Value, json};
use tokio::join;

use crate::clients::{Client, Erp};
use crate::component::{Running, bare_command, listens, program};
use crate::support::{eager, looker, soon};

const FAULTS: [&str; 2] = ["CONNECTION_RESET_BY_PEER", "RANDOM_DATA_THEN_CLOSE"];

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

    /// Breaks all connections of an operation, which has such a path and is sent so often.
    async fn check<C: Client>(&self, operation: &str, path: &str, sends: usize) {
        for fault in FAULTS {
            let port = self.breaks(path, fault).await;
            let client = C::new(&format!("http://127.0.0.1:{port}"), eager());
            let error = soon(client.call(operation)).await.unwrap_err();
            let what = format!("{operation} {fault}: {error}");
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{what}");
            assert_eq!(error.operation(), Some(operation), "{what}");
            assert_eq!(error.delivery(), Delivery::Unknown, "{what}");
            assert_eq!(error.attempts() as usize, sends, "{what}");
            assert_eq!(self.sends(&port, path).await, sends, "{what}");
        }
    }
}

/// A safe or at least idempotent operation of each client, and one that has an effect, which is
/// sent once. Biologix has none.
#[tokio::test]
async fn a_broken_connection_leaves_in_doubt_what_was_done() {
    let Some(m) = Mountebank::start().await else {
        return;
    };
    join!(
        m.check::<BiologixClient>("biologix.exams.list", "/exams", 4),
        m.check::<BiologixClient>("biologix.sessions.open", "/open", 3),
        m.check::<MedReaderClient>("medreader.folders.get", "/folders/", 4),
        m.check::<MedReaderClient>("medreader.folders.create", "/folders", 1),
        m.check::<GensoftClient>("gensoft.reports.upload", "/execution/", 3),
        m.check::<GensoftClient>("gensoft.attendances.send", "/attendance/", 1),
        m.check::<Erp>("erp.files.list", "/files", 4),
        m.check::<Erp>("erp.files.initialize", "/initialize/", 1),
    );
}
