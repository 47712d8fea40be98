//! One login serves all calls that need a session, over real connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use biologix_client::BiologixClient;
use biologix_client::sandbox::Sandbox;
use common_http::{MemoryStore, Result, Secret, Store, StoreKey, async_trait};
use serde_json::Value;
use tokio::io::copy;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;

#[cfg(unix)]
use crate::support::child;
use crate::support::front::{Front, address, tunnel};
use crate::support::{Op, eager, partner, soon};

const TASKS: usize = 1_000;

/// A store that returns the first saved session, made older by a given time.
///
/// It must be older than a minute, because a 401 on a younger session is final. Newer sessions can
/// only come from a login.
#[derive(Default)]
struct AsOld {
    first: MemoryStore,
    age: Duration,
}

#[async_trait]
impl Store for AsOld {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        let saved = self.first.get(key).await?;
        Ok(saved.map(|saved| older(&saved, self.age)))
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

fn older(session: &Secret, by: Duration) -> Secret {
    let mut saved: Value = serde_json::from_str(session.expose()).unwrap();
    let opened = saved["opened_at_ms"].as_u64().unwrap();
    saved["opened_at_ms"] = (opened - by.as_millis() as u64).into();
    Secret::from(saved.to_string())
}

/// A client whose session another client opened this long ago.
async fn with_session(sandbox: &Sandbox, url: &str, age: Duration) -> BiologixClient {
    let store = Arc::new(AsOld {
        age,
        ..AsOld::default()
    });
    let client = || {
        let builder = sandbox.client_builder().store(store.clone());
        builder.base_url(url).http(eager()).build().unwrap()
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
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

#[tokio::test]
async fn a_saved_session_is_used_by_the_next_client() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = with_session(&sandbox, sandbox.url(), HOURS).await;
    Op::List.call(&client, &sandbox).await.unwrap();
    assert_eq!(
        (
            sandbox.count("biologix.sessions.open"),
            sandbox.count("biologix.exams.list")
        ),
        (1, 1)
    );
}

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
    let client = with_session(&sandbox, sandbox.url(), HOURS).await;
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

/// The session is known to have ended, so no call is sent with it.
#[cfg(unix)]
#[tokio::test]
async fn a_thousand_tasks_with_a_session_that_ended_make_one_login() {
    child::run(
        "sessions::a_thousand_tasks_without_a_session",
        MANY_FILES,
        &[],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by `a_thousand_tasks_with_a_session_that_ended_make_one_login`"]
async fn a_thousand_tasks_without_a_session() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = with_session(&sandbox, sandbox.url(), WEEK).await;
    sandbox.expire_tokens();
    for result in in_tasks(TASKS, &client, &sandbox).await {
        result.unwrap();
    }
    assert_eq!(
        (
            sandbox.sessions_opened(),
            sandbox.count("biologix.exams.list")
        ),
        (2, TASKS)
    );
}

/// A front that forwards everything to the sandbox, but holds back the answers of one connection.
struct Holding {
    front: Front,
    next: Arc<AtomicBool>,
    let_go: Arc<Notify>,
}

impl Holding {
    async fn start(to: SocketAddr) -> Self {
        let (next, let_go) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
        let (hold, released) = (Arc::clone(&next), Arc::clone(&let_go));
        let front = Front::start(move |client| {
            let released = hold
                .swap(false, Ordering::SeqCst)
                .then(|| Arc::clone(&released));
            async move {
                match released {
                    Some(released) => held(client, to, &released).await,
                    None => tunnel(client, to).await,
                }
            }
        });
        Self {
            front: front.await,
            next,
            let_go,
        }
    }
}

async fn held(mut client: TcpStream, to: SocketAddr, released: &Notify) -> io::Result<()> {
    let mut server = TcpStream::connect(to).await?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let answers = async {
        released.notified().await;
        copy(&mut from_server, &mut to_client).await
    };
    tokio::try_join!(copy(&mut from_client, &mut to_server), answers)?;
    Ok(())
}

/// The 401 belongs to an old session, so the newer one stays.
#[tokio::test]
async fn a_401_that_comes_late_does_not_end_the_newer_session() {
    let sandbox = Sandbox::start().await.unwrap();
    let holding = Holding::start(address(&sandbox)).await;
    let url = format!("http://{}", holding.front.address);
    let client = with_session(&sandbox, &url, HOURS).await;
    sandbox.expire_tokens();
    let list = || client.exams(&partner(&sandbox)).list().send();

    holding.next.store(true, Ordering::SeqCst);
    let late = tokio::spawn(list());
    soon(sandbox.wait_for("biologix.exams.list", 1))
        .await
        .unwrap();
    soon(list()).await.unwrap();
    assert_eq!(
        (
            sandbox.sessions_opened(),
            sandbox.count("biologix.exams.list")
        ),
        (2, 3)
    );
    holding.let_go.notify_one();
    soon(late).await.unwrap().unwrap();
    soon(list()).await.unwrap();
    assert_eq!(
        (
            sandbox.sessions_opened(),
            sandbox.count("biologix.exams.list")
        ),
        (2, 5)
    );
}

/// For any number of calls there is one login, and each call gets its error.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_tried_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let builder = sandbox
        .client_builder()
        .credentials(sandbox.settings.username.as_str(), "WRONG-PASSWORD");
    let client = builder.http(eager()).build().unwrap();
    for _ in 0..2 {
        for result in in_tasks(TASKS, &client, &sandbox).await {
            assert_eq!(result.unwrap_err().code(), Some("incorrectPassword"));
        }
    }
    assert_eq!(
        (
            sandbox.count("biologix.sessions.open"),
            sandbox.requests().len()
        ),
        (1, 1)
    );
}

/// One call renews it before it expires. Meanwhile the others use the old one.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_renewed_ahead_of_its_end() {
    let sandbox = Sandbox::start().await.unwrap();
    let builder = sandbox.client_builder().renew_after(Duration::ZERO);
    let client = builder.http(eager()).build().unwrap();
    soon(client.sessions().open().send()).await.unwrap();
    for result in in_tasks(20, &client, &sandbox).await {
        result.unwrap();
    }
    assert!(sandbox.sessions_opened() > 1);
    assert_eq!(
        sandbox.count("biologix.exams.list"),
        20,
        "no call met a 401"
    );
}
