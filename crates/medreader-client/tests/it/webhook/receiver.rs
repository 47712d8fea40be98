//! Each event is handled once, and only then remembered and answered 200.

use std::future::{pending, poll_fn};
use std::io;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use medreader_client::webhook::{Outcome, Receiver, WebhookError, WebhookEvent};
use medreader_client::{MemoryStore, Recorded, Secret, Store, StoreKey, async_trait};
use testing::store::FaultyStore;
use tokio::sync::Semaphore;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::{authorization, basic, payload, right_headers, verifier};

/// A handler that counts its calls, and ends as scripted once it may.
#[derive(Clone)]
struct Scripted(Arc<Script>);

struct Script {
    calls: AtomicUsize,
    ends: Mutex<Vec<End>>,
    gate: Semaphore,
}

#[derive(Clone, Copy)]
enum End {
    Well,
    Badly,
    Panicking,
}

impl Scripted {
    /// Ends its first calls like this, and all later ones well.
    fn new(ends: &[End]) -> Self {
        Self(Arc::new(Script {
            calls: AtomicUsize::new(0),
            ends: Mutex::new(ends.iter().rev().copied().collect()),
            gate: Semaphore::new(0),
        }))
    }

    /// Like `new`, without waiting.
    fn at_once(ends: &[End]) -> Self {
        let scripted = Self::new(ends);
        scripted.let_all_end();
        scripted
    }

    /// Lets those that wait and all later ones end, so that one call too many does not hang the
    /// test.
    fn let_all_end(&self) {
        self.0.gate.close();
    }

    fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }

    fn receiver(&self) -> Receiver {
        let script = Arc::clone(&self.0);
        Receiver::new(verifier(), move |_event| {
            let script = Arc::clone(&script);
            async move {
                script.calls.fetch_add(1, Ordering::SeqCst);
                let end = script.ends.lock().unwrap().pop().unwrap_or(End::Well);
                let _closed = script.gate.acquire().await;
                match end {
                    End::Well => Ok(()),
                    End::Badly => Err(io::Error::other("EXAMPLE")),
                    End::Panicking => panic!("as the script has it"),
                }
            }
        })
    }
}

async fn receive(receiver: &Receiver, name: impl std::fmt::Display) -> Outcome {
    receiver.receive(&right_headers(), &payload(name)).await
}

/// Polls a future once. Gives what it gave if it is done.
async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|cx| {
        Poll::Ready(match future.as_mut().poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test]
async fn an_event_is_handled_and_its_repetition_is_not() {
    let handler = Scripted::at_once(&[]);
    let receiver = handler.receiver();
    assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
    assert_eq!(receive(&receiver, 1).await, Outcome::Duplicate);
    assert_eq!(receive(&receiver.clone(), 1).await, Outcome::Duplicate);
    assert_eq!(receive(&receiver, 2).await, Outcome::Handled);
    assert_eq!(handler.calls(), 2);
}

#[tokio::test]
async fn the_same_id_with_another_body_is_another_event() {
    let handler = Scripted::at_once(&[]);
    let receiver = handler.receiver();
    for score in [40, 95] {
        let body = format!(r#"{{"id":"EXAMPLE","prescription_confidence_score":{score}}}"#);
        let outcome = receiver.receive(&right_headers(), body.as_bytes()).await;
        assert_eq!(outcome, Outcome::Handled);
    }
    assert_eq!(handler.calls(), 2);
}

#[tokio::test]
async fn white_space_around_the_body_makes_another_event() {
    let handler = Scripted::at_once(&[]);
    let receiver = handler.receiver();
    assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
    let mut spaced = payload(1);
    spaced.push(b'\n');
    for expected in [Outcome::Handled, Outcome::Duplicate] {
        let outcome = receiver.receive(&right_headers(), &spaced).await;
        assert_eq!(outcome, expected);
    }
}

#[tokio::test]
async fn a_failed_event_is_tried_again_until_it_is_handled() {
    let handler = Scripted::at_once(&[End::Badly, End::Badly]);
    let receiver = handler.receiver();
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(receive(&receiver, 1).await.status().as_u16());
    }
    assert_eq!(statuses, [503, 503, 200, 200, 200]);
    assert_eq!(handler.calls(), 3);
}

#[tokio::test]
async fn what_is_refused_reaches_neither_handler_nor_store() {
    let handler = Scripted::at_once(&[]);
    let store = Arc::new(ScriptedStore::default());
    let receiver = handler.receiver().store(&store);
    let wrong = authorization(&basic("other-example", "EXAMPLE-OTHER"));
    let outcome = receiver.receive(&wrong, &payload(1)).await;
    assert_eq!(outcome, Outcome::Refused(WebhookError::WrongCredentials));
    assert_eq!(outcome.status(), 401);
    let outcome = receiver.receive(&right_headers(), b"[]").await;
    assert!(matches!(
        outcome,
        Outcome::Refused(WebhookError::NoPayload(_))
    ));
    assert_eq!(handler.calls(), 0);
    assert_eq!(store.reads.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_handler_gets_the_event() {
    let events: Arc<Mutex<Vec<Recorded<WebhookEvent>>>> = Arc::default();
    let kept = Arc::clone(&events);
    let receiver = Receiver::new(verifier(), move |event| {
        kept.lock().unwrap().push(event);
        async { Ok::<(), io::Error>(()) }
    });
    receive(&receiver, 1).await;
    let expected = WebhookEvent::from_body(&payload(1)).unwrap();
    assert_eq!(*events.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn the_second_of_two_at_once_waits_for_the_first() {
    let handler = Scripted::new(&[]);
    let receiver = handler.receiver();
    let (mut first, mut second) = (pin!(receive(&receiver, 1)), pin!(receive(&receiver, 1)));
    assert_eq!(poll_once(first.as_mut()).await, None);
    assert_eq!(poll_once(second.as_mut()).await, None);
    assert_eq!(handler.calls(), 1);
    // Another event does not wait for them.
    let mut other = pin!(receive(&receiver, 2));
    assert_eq!(poll_once(other.as_mut()).await, None);
    assert_eq!(handler.calls(), 2);

    handler.let_all_end();
    assert_eq!(first.await, Outcome::Handled);
    assert_eq!(second.await, Outcome::Duplicate);
    assert_eq!(other.await, Outcome::Handled);
    assert_eq!(handler.calls(), 2);
}

#[tokio::test]
async fn where_the_first_fails_the_second_tries() {
    let handler = Scripted::new(&[End::Badly]);
    let receiver = handler.receiver();
    let (mut first, mut second) = (pin!(receive(&receiver, 1)), pin!(receive(&receiver, 1)));
    assert_eq!(poll_once(first.as_mut()).await, None);
    assert_eq!(poll_once(second.as_mut()).await, None);

    handler.let_all_end();
    assert_eq!(first.await, Outcome::HandlerFailed);
    assert_eq!(second.await, Outcome::Handled);
    assert_eq!(handler.calls(), 2);
}

#[tokio::test]
async fn where_the_first_is_cancelled_the_second_tries() {
    let handler = Scripted::new(&[]);
    let receiver = handler.receiver();
    let mut first = Box::pin(receive(&receiver, 1));
    let mut waiting = Box::pin(receive(&receiver, 1));
    let mut second = pin!(receive(&receiver, 1));
    assert_eq!(poll_once(first.as_mut()).await, None);
    assert_eq!(poll_once(waiting.as_mut()).await, None);
    assert_eq!(poll_once(second.as_mut()).await, None);
    // One that only waits may be dropped, too.
    drop(waiting);
    drop(first);
    assert_eq!(poll_once(second.as_mut()).await, None);
    assert_eq!(handler.calls(), 2);

    handler.let_all_end();
    assert_eq!(second.await, Outcome::Handled);
}

#[tokio::test]
async fn where_the_first_panics_the_second_tries() {
    let handler = Scripted::new(&[End::Panicking]);
    let receiver = handler.receiver();
    let mut first = pin!(AssertUnwindSafe(receive(&receiver, 1)).catch_unwind());
    let mut second = pin!(receive(&receiver, 1));
    assert!(poll_once(first.as_mut()).await.is_none());
    assert_eq!(poll_once(second.as_mut()).await, None);

    handler.let_all_end();
    assert!(first.await.is_err());
    assert_eq!(second.await, Outcome::Handled);
    assert_eq!(receive(&receiver, 1).await, Outcome::Duplicate);
}

#[tokio::test]
async fn a_handler_that_panics_before_it_awaits_leaves_the_event_free() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let receiver = Receiver::new(verifier(), move |_event| {
        assert!(
            counted.fetch_add(1, Ordering::SeqCst) > 0,
            "the first call panics"
        );
        async { Ok::<(), io::Error>(()) }
    });
    let first = receiver.clone();
    let first = tokio::spawn(async move { receive(&first, 1).await });
    assert!(first.await.unwrap_err().is_panic());
    assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_at_once_with_twenty_repetitions_each_is_handled_once() {
    let handled: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&handled);
    let receiver = Receiver::new(verifier(), move |event: Recorded<WebhookEvent>| {
        let kept = Arc::clone(&kept);
        async move {
            for _ in 0..20 {
                yield_now().await;
            }
            kept.lock().unwrap().push(event.id.as_str().to_owned());
            Ok::<(), io::Error>(())
        }
    });
    let deliveries = (0..200).map(|number| {
        let receiver = receiver.clone();
        // Each repetition comes right after what it repeats, so that the two meet.
        let name = if number < 40 { number / 2 } else { number };
        tokio::spawn(async move { receive(&receiver, name).await })
    });
    let outcomes: Vec<_> = join_all(deliveries)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let count = |outcome| outcomes.iter().filter(|other| **other == outcome).count();
    assert_eq!(count(Outcome::Handled), 180);
    assert_eq!(count(Outcome::Duplicate), 20);
    let mut handled = handled.lock().unwrap().clone();
    handled.sort();
    handled.dedup();
    assert_eq!(handled.len(), 180);
}

#[tokio::test]
async fn an_event_that_was_forgotten_is_handled_again() {
    let handler = Scripted::at_once(&[]);
    let receiver = handler.receiver().store(&Arc::new(MemoryStore::bounded(1)));
    assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
    assert_eq!(receive(&receiver, 2).await, Outcome::Handled);
    assert_eq!(receive(&receiver, 2).await, Outcome::Duplicate);
    assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
}

#[tokio::test]
async fn two_at_once_are_one_even_where_the_store_forgets() {
    let handler = Scripted::new(&[]);
    let receiver = handler.receiver().store(&Arc::new(MemoryStore::bounded(0)));
    let (mut first, mut second) = (pin!(receive(&receiver, 1)), pin!(receive(&receiver, 1)));
    assert_eq!(poll_once(first.as_mut()).await, None);
    assert_eq!(poll_once(second.as_mut()).await, None);
    handler.let_all_end();
    assert_eq!(first.await, Outcome::Handled);
    assert_eq!(second.await, Outcome::Duplicate);
}

/// A store that fails when told.
#[derive(Default)]
struct ScriptedStore {
    memory: MemoryStore,
    reads: AtomicUsize,
    failing_reads: AtomicUsize,
    failing_puts: AtomicUsize,
    put: Mutex<Vec<(String, Option<Duration>)>>,
}

/// Whether one more failure is due.
fn fails(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
        left.checked_sub(1)
    })
    .is_ok()
}

#[async_trait]
impl Store for ScriptedStore {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if fails(&self.failing_reads) {
            return Err(io::Error::other("EXAMPLE"));
        }
        self.memory.get(key).await
    }

    async fn put(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<()> {
        if fails(&self.failing_puts) {
            return Err(io::Error::other("EXAMPLE"));
        }
        let put = (key.as_str().to_owned(), lifetime);
        self.put.lock().unwrap().push(put);
        self.memory.put(key, value, lifetime).await
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool> {
        self.memory.put_if_absent(key, value, lifetime).await
    }

    async fn remove(&self, key: &StoreKey) -> io::Result<()> {
        self.memory.remove(key).await
    }
}

/// It may be handled once more than needed then, but it is not lost.
#[tokio::test]
async fn where_the_store_cannot_be_read_the_event_is_handled_all_the_same() {
    let store = Arc::new(ScriptedStore::default());
    store.failing_reads.store(1, Ordering::SeqCst);
    let handler = Scripted::at_once(&[]);
    let receiver = handler.receiver().store(&store);
    assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
    assert_eq!(receive(&receiver, 1).await, Outcome::Duplicate);
    assert_eq!(handler.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_keeps_no_event_unanswered() {
    let handler = Scripted::at_once(&[]);
    let receiver = handler.receiver().store(&Arc::new(FaultyStore::Hanging));
    let began = Instant::now();
    for call in 1..=2 {
        assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
        assert_eq!(handler.calls(), call);
    }
    // Each time 5 s to read and 5 s to write.
    assert_eq!(began.elapsed().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_ends_leaves_its_event_free() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let receiver = Receiver::new(verifier(), move |_| {
        let call = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            if call < 2 {
                pending::<()>().await;
            }
            Ok::<(), io::Error>(())
        }
    });
    let began = Instant::now();
    // The second waits for the first, and is handled by a call of its own; there is no end to it
    // either, and for the third there is no time left.
    let outcomes = join_all((0..3).map(|_| receive(&receiver, 1))).await;
    assert!(
        outcomes
            .iter()
            .all(|outcome| *outcome == Outcome::HandlerFailed)
    );
    assert_eq!(Outcome::HandlerFailed.status(), 503);
    assert_eq!(began.elapsed().as_secs(), 120);
    assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
    assert_eq!(receive(&receiver, 1).await, Outcome::Duplicate);

    let receiver = Scripted::new(&[]).receiver();
    let receiver = receiver.handler_timeout(Duration::from_secs(7));
    let began = Instant::now();
    assert_eq!(receive(&receiver, 1).await, Outcome::HandlerFailed);
    assert_eq!(began.elapsed().as_secs(), 7);
}

#[tokio::test]
async fn a_handled_event_that_could_not_be_remembered_is_answered_all_the_same() {
    let store = Arc::new(ScriptedStore::default());
    store.failing_puts.store(1, Ordering::SeqCst);
    let handler = Scripted::at_once(&[]);
    let receiver = handler.receiver().store(&store);
    assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
    assert_eq!(receive(&receiver, 1).await, Outcome::Handled);
    assert_eq!(receive(&receiver, 1).await, Outcome::Duplicate);
    assert_eq!(handler.calls(), 2);
}

#[tokio::test]
async fn an_event_is_remembered_for_thirty_days_under_a_key_that_stays() {
    let store = Arc::new(ScriptedStore::default());
    let receiver = Scripted::at_once(&[]).receiver().store(&store);
    receiver
        .receive(&right_headers(), br#"{"id":"EXAMPLE"}"#)
        .await;
    // SHA-256 of `medreader`, `webhook`, `EXAMPLE` and the Base64 of the body's SHA-256, each after
    // its length.
    let key = "d19edcf246c70866c4a516b07f6d7a079b48907d022b6ba2b59983b33714554c";
    let days = Duration::from_secs(30 * 24 * 60 * 60);
    assert_eq!(*store.put.lock().unwrap(), [(key.to_owned(), Some(days))]);
}

#[tokio::test]
async fn by_default_the_last_ten_thousand_events_are_remembered() {
    let handler = Scripted::at_once(&[]);
    let receiver = handler.receiver();
    for number in 0..=10_000 {
        assert_eq!(receive(&receiver, number).await, Outcome::Handled);
    }
    assert_eq!(receive(&receiver, 1).await, Outcome::Duplicate);
    assert_eq!(receive(&receiver, 0).await, Outcome::Handled);
}

#[tokio::test]
async fn receivers_can_share_a_store() {
    let store = Arc::new(MemoryStore::default());
    for expected in [Outcome::Handled, Outcome::Duplicate] {
        let receiver = Scripted::at_once(&[]).receiver().store(&store);
        assert_eq!(receive(&receiver, 1).await, expected);
    }
}
