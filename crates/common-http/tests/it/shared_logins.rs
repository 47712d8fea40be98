//! Processes that share a store: one login for all of them.
//!
//! Each client stands for a process. They share nothing but the store and the network.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common_http::transport::FakeAnswer;
use common_http::{
    CallOptions, FolderStore, HttpOptions, MemoryStore, Secret, Store, StoreKey, async_trait,
};
use futures_util::future::join_all;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, sleep, timeout};

use crate::helper::door::{Login, MINE, builder_with, calls, door, logins, only, token, welcome};
use crate::helper::processes::{beside, key, process};
use crate::helper::{call, call_with, millis, seconds};

fn slow_token(n: usize) -> FakeAnswer {
    token(n).after(seconds(2))
}

#[tokio::test(start_paused = true)]
async fn one_login_serves_all_processes() {
    let network = door(slow_token, only(&[1]));
    let store = Arc::new(MemoryStore::default());
    let processes: Vec<_> = (0..10).map(|_| process(&network, &store)).collect();
    let started = Instant::now();
    let ended = join_all(processes.iter().map(|process| call(process, &MINE))).await;
    assert!(ended.iter().all(Result::is_ok));
    assert_eq!((logins(&network), calls(&network)), (1, 10));
    // The others look often enough.
    assert!(started.elapsed() < seconds(3), "{:?}", started.elapsed());
    assert!(store.get(&beside("lease")).await.unwrap().is_none());
}

/// So does one login after the vendor has ended the session.
#[tokio::test(start_paused = true)]
async fn one_login_replaces_a_session_that_the_vendor_ended() {
    let network = door(slow_token, only(&[2]));
    let store = Arc::new(MemoryStore::default());
    let processes: Vec<_> = (0..5).map(|_| process(&network, &store)).collect();
    // The first login's token is not accepted: it counts as fresh in the process that opened it.
    call(&processes[0], &MINE).await.unwrap_err();
    let ended = join_all(processes[1..].iter().map(|process| call(process, &MINE))).await;
    assert!(ended.iter().all(Result::is_ok));
    assert_eq!(logins(&network), 2);
}

/// It died during its login, or its machine did.
#[tokio::test(start_paused = true)]
async fn the_lease_of_a_dead_process_ends() {
    let network = door(slow_token, welcome);
    let store = Arc::new(MemoryStore::default());
    let dead = process(&network, &store);
    let started = Instant::now();
    timeout(seconds(1), call(&dead, &MINE)).await.unwrap_err();
    drop(dead);
    call(&process(&network, &store), &MINE).await.unwrap();
    assert_eq!((logins(&network), calls(&network)), (2, 1));
    let took = started.elapsed();
    assert!((seconds(30)..seconds(35)).contains(&took), "{took:?}");
}

/// A call that has less time does not wait that long.
#[tokio::test(start_paused = true)]
async fn a_call_logs_in_before_its_time_is_over() {
    let network = door(slow_token, welcome);
    let store = Arc::new(MemoryStore::default());
    let dead = Secret::from("dead");
    store.put(&beside("lease"), &dead, None).await.unwrap();
    let started = Instant::now();
    let options = CallOptions::default().deadline(seconds(10));
    call_with(&process(&network, &store), &MINE, options)
        .await
        .unwrap();
    assert_eq!((logins(&network), calls(&network)), (1, 1));
    let took = started.elapsed();
    assert!((seconds(6)..seconds(9)).contains(&took), "{took:?}");
    // A lease is the business of the process that has it.
    assert_eq!(store.get(&beside("lease")).await.unwrap(), Some(dead));
}

/// Even one that never ends, because a clock is wrong or another process fails again and again.
#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_a_lease() {
    let network = door(slow_token, welcome);
    let store = Arc::new(MemoryStore::default());
    store
        .put(&beside("lease"), &Secret::from("dead"), None)
        .await
        .unwrap();
    // It is not the time of the call that ends the wait.
    let patient = HttpOptions::default().call_timeout(seconds(1000));
    let patient = builder_with(&network, Login::default(), patient);
    let patient = patient.store(store, key()).build().unwrap();
    let started = Instant::now();
    call(&patient, &MINE).await.unwrap();
    assert_eq!((logins(&network), calls(&network)), (1, 1));
    assert!(started.elapsed() < seconds(40));
}

/// The next process logs in at once if the login of the first fails.
#[tokio::test(start_paused = true)]
async fn a_failed_login_frees_the_others() {
    let broken = |n| match n {
        1..=3 => FakeAnswer::status(500).after(seconds(1)),
        n => token(n),
    };
    let network = door(broken, welcome);
    let store = Arc::new(MemoryStore::default());
    let processes = [process(&network, &store), process(&network, &store)];
    let (first, second) = tokio::join!(call(&processes[0], &MINE), async {
        sleep(millis(10)).await;
        call(&processes[1], &MINE).await
    });
    first.unwrap_err();
    second.unwrap();
    assert_eq!((logins(&network), calls(&network)), (4, 1));
    assert!(store.get(&beside("lease")).await.unwrap().is_none());
}

/// A renewal too is made once, and meanwhile everybody uses the old session.
#[tokio::test(start_paused = true)]
async fn one_process_renews_for_all() {
    let network = door(slow_token, only(&[1, 2]));
    let store = Arc::new(MemoryStore::default());
    let processes: Vec<_> = (0..5).map(|_| process(&network, &store)).collect();
    join_all(processes.iter().map(|process| call(process, &MINE))).await;
    tokio::time::advance(seconds(3001)).await;
    for _ in 0..3 {
        let ended = join_all(processes.iter().map(|process| call(process, &MINE))).await;
        assert!(ended.iter().all(Result::is_ok));
    }
    assert_eq!(logins(&network), 2);
}

/// Nobody waits for a renewal in another process, however long it takes.
#[tokio::test(start_paused = true)]
async fn a_slow_renewal_of_another_process_is_not_waited_for() {
    let login = |n| token(n).after(if n == 1 { millis(1) } else { seconds(8) });
    let network = door(login, only(&[1, 2]));
    let store = Arc::new(MemoryStore::default());
    let processes: Vec<_> = (0..5).map(|_| process(&network, &store)).collect();
    join_all(processes.iter().map(|process| call(process, &MINE))).await;
    tokio::time::advance(seconds(3001)).await;
    let started = Instant::now();
    let (renewing, others) = processes.split_first().unwrap();
    let (renewed, took) = tokio::join!(call(renewing, &MINE), async {
        sleep(millis(10)).await;
        for process in others {
            call(process, &MINE).await.unwrap();
        }
        started.elapsed()
    });
    renewed.unwrap();
    assert!(took < seconds(1), "{took:?}");
    for process in others {
        call(process, &MINE).await.unwrap();
    }
    assert_eq!(logins(&network), 2);
}

/// The lease of a login that the client gave up is its own.
#[tokio::test(start_paused = true)]
async fn a_client_does_not_wait_for_its_own_lease() {
    let ended = Arc::new(AtomicBool::new(false));
    let login = |n| token(n).after(if n == 2 { seconds(20) } else { millis(1) });
    let network = door(login, {
        let ended = Arc::clone(&ended);
        move |request| {
            if ended.load(Ordering::SeqCst) {
                only(&[3])(request)
            } else {
                welcome(request)
            }
        }
    });
    let store = Arc::new(MemoryStore::default());
    let client = process(&network, &store);
    call(&client, &MINE).await.unwrap();
    tokio::time::advance(seconds(3001)).await;
    // The renewal is given up after 10 s.
    call(&client, &MINE).await.unwrap();
    ended.store(true, Ordering::SeqCst);
    let started = Instant::now();
    call(&client, &MINE).await.unwrap();
    assert_eq!(logins(&network), 3);
    assert!(started.elapsed() < seconds(1), "{:?}", started.elapsed());
    assert!(store.get(&beside("lease")).await.unwrap().is_none());
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Access {
    Get,
    Put,
    PutIfAbsent,
    Remove,
}

const ACCESSES: [Access; 4] = [
    Access::Get,
    Access::Put,
    Access::PutIfAbsent,
    Access::Remove,
];

/// A store one of whose accesses fails or hangs.
struct Partly {
    memory: MemoryStore,
    broken: Access,
    hangs: bool,
}

impl Partly {
    async fn check(&self, access: Access) -> io::Result<()> {
        match (access == self.broken, self.hangs) {
            (true, true) => pending().await,
            (true, false) => Err(io::ErrorKind::NotConnected.into()),
            (false, _) => Ok(()),
        }
    }
}

#[async_trait]
impl Store for Partly {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        self.check(Access::Get).await?;
        self.memory.get(key).await
    }

    async fn put(&self, key: &StoreKey, value: &Secret, life: Option<Duration>) -> io::Result<()> {
        self.check(Access::Put).await?;
        self.memory.put(key, value, life).await
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        life: Option<Duration>,
    ) -> io::Result<bool> {
        self.check(Access::PutIfAbsent).await?;
        self.memory.put_if_absent(key, value, life).await
    }

    async fn remove(&self, key: &StoreKey) -> io::Result<()> {
        self.check(Access::Remove).await?;
        self.memory.remove(key).await
    }
}

/// Whatever of the store fails or hangs, calls go on, and each refused login is one.
#[tokio::test(start_paused = true)]
async fn a_store_that_is_partly_broken_stops_no_call() {
    for (broken, hangs) in ACCESSES
        .into_iter()
        .flat_map(|one| [(one, false), (one, true)])
    {
        let store = Arc::new(Partly {
            memory: MemoryStore::default(),
            broken,
            hangs,
        });
        let network = door(
            |n| {
                if n == 1 {
                    FakeAnswer::status(401)
                } else {
                    token(n)
                }
            },
            welcome,
        );
        let client = process(&network, &store);
        let started = Instant::now();
        call(&client, &MINE).await.unwrap_err();
        client.forget_refusal();
        call(&client, &MINE).await.unwrap();
        // The second process waits for what is left of a lease, at the most.
        call(&process(&network, &store), &MINE).await.unwrap();
        let took = started.elapsed();
        assert!(took < seconds(100), "{broken:?}, {hangs}: {took:?}");
        assert!(logins(&network) <= 3, "{broken:?}, {hangs}");
    }
}

/// Nor does it stop a call that has less time than the client waits for a store.
#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_leaves_time_for_the_call() {
    for broken in ACCESSES {
        let store = Arc::new(Partly {
            memory: MemoryStore::default(),
            broken,
            hangs: true,
        });
        let network = door(|n| token(n).after(millis(500)), welcome);
        let options = CallOptions::default().deadline(seconds(4));
        let ended = call_with(&process(&network, &store), &MINE, options).await;
        assert!(ended.is_ok(), "{broken:?}: {}", ended.unwrap_err());
    }
}

/// A store with one connection, which an access has until it has ended.
#[derive(Default)]
struct OneByOne {
    memory: MemoryStore,
    connection: Mutex<()>,
}

impl OneByOne {
    async fn access(&self) -> MutexGuard<'_, ()> {
        let connection = self.connection.lock().await;
        sleep(seconds(1)).await;
        connection
    }
}

#[async_trait]
impl Store for OneByOne {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        let _connection = self.access().await;
        self.memory.get(key).await
    }

    async fn put(&self, key: &StoreKey, value: &Secret, life: Option<Duration>) -> io::Result<()> {
        let _connection = self.access().await;
        self.memory.put(key, value, life).await
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        life: Option<Duration>,
    ) -> io::Result<bool> {
        let _connection = self.access().await;
        self.memory.put_if_absent(key, value, life).await
    }

    async fn remove(&self, key: &StoreKey) -> io::Result<()> {
        let _connection = self.access().await;
        self.memory.remove(key).await
    }
}

/// A call that is cancelled, at whatever moment, leaves no access to the store behind.
#[tokio::test(start_paused = true)]
async fn a_cancelled_call_keeps_no_connection_of_the_store() {
    for after in 0..14 {
        let store = Arc::new(OneByOne::default());
        let client = process(&door(slow_token, welcome), &store);
        let time = millis(1000 * after + 500);
        let _ = timeout(time, call(&client, &MINE)).await;
        let others = timeout(seconds(10), store.get(&beside("lease"))).await;
        assert!(others.is_ok(), "cancelled after {time:?}");
    }
}

/// A folder is as good as the memory, on the disk and with paused time.
#[tokio::test(start_paused = true)]
async fn one_folder_is_one_login() {
    let folder = tempfile::tempdir().unwrap();
    let network = door(slow_token, only(&[1]));
    let store = || Arc::new(FolderStore::new(folder.path()));
    let processes: Vec<_> = (0..5).map(|_| process(&network, &store())).collect();
    let ended = join_all(processes.iter().map(|process| call(process, &MINE))).await;
    assert!(ended.iter().all(Result::is_ok));
    call(&process(&network, &store()), &MINE).await.unwrap();
    assert_eq!((logins(&network), calls(&network)), (1, 6));
}
