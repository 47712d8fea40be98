//! Connections that nginx ends in order before Gensoft.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::{HttpOptions, RetryPolicy};
use gensoft_client::GensoftClient;
use gensoft_client::sandbox::Sandbox;
use tokio::sync::MutexGuard;
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::component::BUSY;
use crate::proxy::Proxy;
use crate::support::{looker, soon};

const ORDERS: usize = 800;
const TASKS: usize = 8;

/// Gensoft behind nginx.
struct Behind {
    proxy: Proxy<2>,
    sandbox: Sandbox,
    _busy: MutexGuard<'static, ()>,
}

impl Behind {
    /// `how` completes the line `listen`; `settings` are the server's.
    async fn start(how: &str, settings: &str) -> Option<Arc<Self>> {
        let busy = BUSY.lock().await;
        let sandbox = Sandbox::start().await.unwrap();
        let url = sandbox.url();
        let proxy = Proxy::start(|[port, status]| {
            format!(
                "server {{
                     listen 127.0.0.1:{port} {how};
                     {settings}
                     add_header X-Connection $connection;
                     location / {{ proxy_pass {url}; }}
                 }}
                 server {{
                     listen 127.0.0.1:{status};
                     keepalive_timeout 0;
                     location / {{ stub_status; }}
                 }}"
            )
        });
        let proxy = proxy.await?;
        Some(Arc::new(Self {
            proxy,
            sandbox,
            _busy: busy,
        }))
    }

    /// A client with the default pauses: they are longer than a connection takes to end.
    fn client(&self, set: impl Fn(HttpOptions) -> HttpOptions) -> GensoftClient {
        let http = self.proxy.trusting().retry(RetryPolicy::default());
        let builder = self.sandbox.client_builder().http(set(http));
        builder.base_url(self.proxy.url()).build().unwrap()
    }

    /// Sends orders from several tasks at once; each must be answered, and arrive once.
    ///
    /// Calls `then` with the number of each answer. Returns how many connections it took.
    async fn send_orders(
        self: &Arc<Self>,
        client: &GensoftClient,
        then: fn(&Self, usize),
    ) -> usize {
        let answered = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let (behind, answered) = (Arc::clone(self), Arc::clone(&answered));
            let attendances = client.attendances();
            tasks.spawn(async move {
                let mut connections = HashSet::new();
                for number in 0..ORDERS / TASKS {
                    // Some are longer than what HTTP/2 takes at once.
                    let text = "x".repeat(if number % 10 == 9 { 200_000 } else { 0 });
                    let order = serde_json::json!({ "task": task, "number": number, "text": text });
                    let answer = attendances.send(&order).await.unwrap();
                    connections.insert(answer.header("x-connection").unwrap().to_owned());
                    then(&behind, answered.fetch_add(1, Ordering::Relaxed));
                }
                connections
            });
        }
        let connections: HashSet<_> = soon(tasks.join_all()).await.into_iter().flatten().collect();
        let arrived = self.sandbox.attendances();
        let texts: HashSet<_> = arrived.iter().map(|one| &one.text).collect();
        assert_eq!((arrived.len(), texts.len()), (ORDERS, ORDERS));
        connections.len()
    }

    /// Waits until nginx has no other connection than the one that asks.
    async fn all_are_closed(&self) {
        let url = format!("http://127.0.0.1:{}", self.proxy.ports[1]);
        let mut tick = interval(Duration::from_millis(5));
        loop {
            tick.tick().await;
            let status = looker()
                .get(&url)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap();
            if status.starts_with("Active connections: 1 ") {
                return;
            }
        }
    }
}

/// nginx ends each connection after so many requests.
async fn assert_ends_after(most: usize, how: &str, attempts: u32) {
    let settings = format!("keepalive_requests {most};");
    let Some(behind) = Behind::start(how, &settings).await else {
        return;
    };
    let policy = RetryPolicy::default().max_attempts(attempts);
    let client = behind.client(|http| http.retry(policy.clone()));
    let connections = behind.send_orders(&client, |_, _| ()).await;
    assert!(connections >= ORDERS / most, "{how}: {connections}");
}

/// It ends each with a GOAWAY (HTTP/2), or says with the last answer that it will (HTTP/1.1).
#[tokio::test(flavor = "multi_thread")]
async fn after_so_many_requests_a_connection_ends() {
    for (most, how) in [(50, "ssl http2"), (50, "ssl"), (3, "ssl")] {
        assert_ends_after(most, how, 4).await;
    }
}

/// Of eight orders that are sent at once it takes three, so four attempts can be too few.
#[tokio::test(flavor = "multi_thread")]
async fn after_three_requests_an_http2_connection_ends() {
    assert_ends_after(3, "ssl http2", 20).await;
}

/// It ends idle connections at once, and those of HTTP/2 with a GOAWAY. Over HTTP/1.1 nothing shows
/// whether a request met that end, so only a connection of its own keeps an order out of doubt.
#[tokio::test(flavor = "multi_thread")]
async fn a_reload_ends_all_connections() {
    for (how, idle) in [
        ("ssl http2", Duration::from_secs(4)),
        ("ssl", Duration::ZERO),
    ] {
        let Some(behind) = Behind::start(how, "").await else {
            return;
        };
        let client = behind.client(|http| http.pool_idle_timeout(idle));
        let reload = |behind: &Behind, number| {
            if number % 100 == 50 {
                behind.proxy.reload();
            }
        };
        let connections = behind.send_orders(&client, reload).await;
        assert!(connections > 1, "{how}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_that_it_has_closed_is_not_used() {
    for how in ["ssl http2", "ssl"] {
        let Some(behind) = Behind::start(how, "keepalive_timeout 20ms;").await else {
            return;
        };
        let attendances = behind.client(|http| http).attendances();
        let mut connections = HashSet::new();
        for number in 1..=20 {
            let order = serde_json::json!({ "number": number });
            let answer = soon(attendances.send(&order).send()).await.unwrap();
            connections.insert(answer.header("x-connection").unwrap().to_owned());
            assert_eq!(behind.sandbox.attendances().len(), number);
            soon(behind.all_are_closed()).await;
        }
        assert_eq!(connections.len(), 20, "{how}");
    }
}

/// The kind of server that closes a connection whenever it likes.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_not_kept_meet_no_close() {
    let Some(behind) = Behind::start("ssl", "keepalive_timeout 1ms;").await else {
        return;
    };
    let client = behind.client(|http| http.pool_idle_timeout(Duration::ZERO));
    let connections = behind.send_orders(&client, |_, _| ()).await;
    assert_eq!(connections, ORDERS);
}
