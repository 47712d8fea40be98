//! One login serves all calls that need a session, over real connections.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use biologix_client::BiologixClient;
use biologix_client::sandbox::Sandbox;
use common_http::{MemoryStore, Result, Secret, Store, StoreKey, async_trait};
use serde_json::Value;
use tokio::task::JoinSet;

#[cfg(unix)]
use crate::support::child;
use crate::support::{eager, partner, soon};

const TASKS: usize = 1_000;

/// A store that returns the first saved session, made two hours older.
///
/// It must be older than a minute, because a 401 on a younger session is final. Newer sessions can
/// only come from a login.
#[derive(Default)]
struct AsOld {
    first: MemoryStore,
}

#[async_trait]
impl Store for AsOld {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        let saved = self.first.get(key).await?;
        Ok(saved.map(|saved| older(&saved)))
    }

    async fn put(&self, key: &StoreKey, session: &Secret, _: Option<Duration>) -> io::Result<()> {
        self.put_if_absent(key, session, None).await.map(drop)
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        session: &Secret,
        _: Option<Duration>,
    ) -> io::Result<bool> {
        self.first.put_if_absent(key, session, None).await
    }

    async fn remove(&self, key: &StoreKey) -> io::Result<()> {
        self.first.remove(key).await
    }
}

/// Other values, such as a lease, stay as they are.
fn older(value: &Secret) -> Secret {
    let Ok(mut saved) = serde_json::from_str::<Value>(value.expose()) else {
        return value.clone();
    };
    let opened = saved["opened_at_ms"].as_u64().unwrap();
    saved["opened_at_ms"] = (opened - HOURS.as_millis() as u64).into();
    Secret::from(saved.to_string())
}

/// A client whose session another client opened two hours ago.
async fn with_session(sandbox: &Sandbox) -> BiologixClient {
    let store = Arc::new(AsOld::default());
    let client = || {
        let builder = sandbox.client_builder().store(&store);
        builder.http(eager()).build().unwrap()
    };
    soon(client().sessions().open().send()).await.unwrap();
    assert_eq!(sandbox.sessions_opened(), 1);
    client()
}

/// Lists a page in each of `count` tasks, started together.
async fn in_tasks(count: usize, client: &BiologixClient, sandbox: &Sandbox) -> Vec<Result<()>> {
    let tasks: JoinSet<_> = (0..count)
        .map(|_| {
            let list = client.exams(&partner(sandbox)).list().page_size(1).send();
            async move { list.await.map(drop) }
        })
        .collect();
    soon(tasks.join_all()).await
}

const HOURS: Duration = Duration::from_secs(2 * 3600);

/// This needs more open connections than some systems allow by default.
#[cfg(unix)]
const MANY_FILES: &str = "ulimit -n 4096";

#[cfg(unix)]
#[tokio::test]
async fn a_thousand_tasks_with_an_expired_session_make_one_login() {
    child::run("sessions::a_thousand_tasks_that_meet_401", MANY_FILES, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by `a_thousand_tasks_with_an_expired_session_make_one_login`"]
async fn a_thousand_tasks_that_meet_401() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = with_session(&sandbox).await;
    sandbox.expire_tokens();
    for result in in_tasks(TASKS, &client, &sandbox).await {
        result.unwrap();
    }
    assert_eq!(sandbox.sessions_opened(), 2);
    let answered = |status: u16| {
        let lists = sandbox.requests_for("biologix.exams.list").into_iter();
        lists
            .filter(|request| request.status.is_some_and(|answer| answer == status))
            .count()
    };
    assert_eq!(answered(200), TASKS);
    assert!(answered(401) > 0 && answered(401) <= TASKS);
}
