//! A real Redis, in which clients keep what they share.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use biologix_client::sandbox::Sandbox;
use biologix_client::{BiologixClient, PartnerId};
use common_http::{RedisStore, Result, Secret, Store, StoreKey};
use futures_util::future::join_all;
use testing::contract::{self, text};

use crate::component::{Running, bare_command, listens, program};
use crate::support::{eager, soon};

struct Redis {
    running: Running<1>,
    program: PathBuf,
}

/// A server that writes each change to its disk.
fn command(program: &Path, folder: &Path, port: u16) -> Command {
    let mut command = bare_command(program);
    command
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes"])
        .args(["--appendfsync", "always", "--port", &port.to_string()])
        .arg("--dir")
        .arg(folder);
    command
}

impl Redis {
    async fn start() -> Option<Self> {
        let program = program("redis-server")?;
        let start = |folder: &Path, [port]: [u16; 1]| command(&program, folder, port);
        let running = Running::start(start, async |[port]| listens(port).await).await;
        Some(Self { running, program })
    }

    async fn again(&mut self) {
        let start = |folder: &Path, [port]: [u16; 1]| command(&self.program, folder, port);
        // It listens before it has read what it had.
        let store = self.store();
        let is_ready = async |_: [u16; 1]| store.get(&key("ready")).await.is_ok();
        self.running.again(start, is_ready).await;
    }

    /// A store with a connection of its own, as another process has it.
    fn store(&self) -> Arc<RedisStore> {
        Arc::new(RedisStore::new(&self.url("")).unwrap())
    }

    fn url(&self, user: &str) -> String {
        format!("redis://{user}127.0.0.1:{}/", self.running.ports[0])
    }
}

fn key(name: &str) -> StoreKey {
    contract::key("redis", name)
}

fn client(sandbox: &Sandbox, store: Arc<RedisStore>) -> BiologixClient {
    let builder = sandbox.client_builder().http(eager()).store(&store);
    builder.build().unwrap()
}

async fn list(client: &BiologixClient, sandbox: &Sandbox) -> Result<()> {
    let partner = PartnerId::from(&sandbox.settings.partner_id);
    soon(client.exams(&partner).list().send()).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_in_redis_keeps_the_contract() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    contract::holds(redis.store()).await;
}

#[tokio::test]
async fn values_survive_the_client_and_the_server() {
    let Some(mut redis) = Redis::start().await else {
        return;
    };
    let (store, value) = (redis.store(), Secret::from("1"));
    store.put(&key("a"), &value, None).await.unwrap();
    redis.running.end("TERM");
    let error = store.get(&key("a")).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    redis.again().await;
    for store in [store, redis.store()] {
        assert_eq!(text(&*store, &key("a")).await.as_deref(), Some("1"));
        assert!(!store.put_if_absent(&key("a"), &value, None).await.unwrap());
    }
}

/// A connection that the server has closed is not a failure of the next access.
#[tokio::test]
async fn a_lost_connection_is_opened_again() {
    let Some(mut redis) = Redis::start().await else {
        return;
    };
    let store = redis.store();
    let value = Secret::from("1");
    store.put(&key("a"), &value, None).await.unwrap();
    for _ in 0..3 {
        redis.running.end("TERM");
        redis.again().await;
        assert_eq!(text(&*store, &key("a")).await.as_deref(), Some("1"));
        redis.running.end("TERM");
        redis.again().await;
        store.put(&key("a"), &value, None).await.unwrap();
        redis.running.end("TERM");
        redis.again().await;
        store.remove(&key("b")).await.unwrap();
    }
}

#[tokio::test]
async fn other_prefixes_are_other_values() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let store = redis.store();
    let value = Secret::from("1");
    store.put(&key("a"), &value, None).await.unwrap();
    let with = |prefix: &str| RedisStore::new(&redis.url("")).unwrap().prefix(prefix);
    assert_eq!(text(&with("clinic:"), &key("a")).await, None);
    let same = with("common-http:");
    assert_eq!(text(&same, &key("a")).await.as_deref(), Some("1"));
}

#[tokio::test]
async fn a_password_is_used_and_not_printed() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let open = redis.store();
    open.get(&key("a")).await.unwrap();
    let cli = program("redis-cli").unwrap();
    let port = redis.running.ports[0].to_string();
    let set = ["config", "set", "requirepass", "MARKER-PASSWORD"];
    let done = Command::new(cli).args(["-p", &port]).args(set).output();
    assert!(done.unwrap().status.success());
    for user in ["", ":MARKER-OTHER@"] {
        let store = RedisStore::new(&redis.url(user)).unwrap();
        let error = store.get(&key("a")).await.unwrap_err();
        assert!(
            !format!("{error} {error:?}").contains("MARKER"),
            "{error:?}"
        );
    }
    let store = RedisStore::new(&redis.url(":MARKER-PASSWORD@")).unwrap();
    assert_eq!(text(&store, &key("a")).await, None);
    assert!(!format!("{store:?}").contains("MARKER"));
}

/// Processes with one store make one login, also when the vendor has ended the session.
#[tokio::test(flavor = "multi_thread")]
async fn clients_with_one_store_make_one_login() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let clients: Vec<_> = (0..10).map(|_| client(&sandbox, redis.store())).collect();
    for ended in join_all(clients.iter().map(|client| list(client, &sandbox))).await {
        ended.unwrap();
    }
    assert_eq!(sandbox.sessions_opened(), 1);
    // Restarted processes need none.
    list(&client(&sandbox, redis.store()), &sandbox)
        .await
        .unwrap();
    assert_eq!(sandbox.sessions_opened(), 1);
}

/// Whether the server is gone, hangs or is back: calls go on.
#[tokio::test(flavor = "multi_thread")]
async fn calls_go_on_without_the_server() {
    let Some(mut redis) = Redis::start().await else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let (store, idle) = (redis.store(), redis.store());
    list(&client(&sandbox, store.clone()), &sandbox)
        .await
        .unwrap();
    idle.get(&key("a")).await.unwrap();

    redis.running.signal("STOP");
    let error = idle.get(&key("a")).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    list(&client(&sandbox, store.clone()), &sandbox)
        .await
        .unwrap();
    assert_eq!(sandbox.sessions_opened(), 2);
    redis.running.signal("CONT");

    redis.running.end("TERM");
    list(&client(&sandbox, store.clone()), &sandbox)
        .await
        .unwrap();
    assert_eq!(sandbox.sessions_opened(), 3);

    redis.again().await;
    for _ in 0..3 {
        list(&client(&sandbox, store.clone()), &sandbox)
            .await
            .unwrap();
    }
    assert_eq!(
        sandbox.sessions_opened(),
        3,
        "the session of before is still there"
    );
}
