//! The session of a client: one login for all waiting calls, early renewal, remembered refusals.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use tokio::time::{Instant, timeout};

use super::{Authenticator, Session};
use crate::clock::Clock;
use crate::engine::Engine;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::store::{Store, StoreKey};

/// A 401 to a younger session that was never accepted is final: another login would not help.
const YOUNG: Duration = Duration::from_secs(60);
/// The first pause after a refused login or a failed renewal; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// How long a call that can use the old session waits for a new one.
const RENEWAL_PATIENCE: Duration = Duration::from_secs(10);
/// A store that takes longer has failed.
const STORE_PATIENCE: Duration = Duration::from_secs(5);

/// A session in use.
pub(crate) struct Live {
    pub(crate) authorization: HeaderValue,
    session: Session,
    generation: u64,
    since: Instant,
    clock: Clock,
    age_then: Duration,
    /// Opened by this process, not read from a store.
    opened_here: bool,
    accepted: AtomicBool,
}

impl Live {
    /// Notes that the vendor accepted the session.
    pub(crate) fn accepted(&self) {
        self.accepted.store(true, Ordering::Relaxed);
    }

    /// Whether a 401 to this session means something other than its expiry. `ambiguous`: the vendor
    /// also answers 401 if a permission is missing.
    fn is_fresh(&self, ambiguous: bool) -> bool {
        let proven = !self.opened_here || self.accepted.load(Ordering::Relaxed);
        self.age() < YOUNG && (ambiguous || !proven)
    }

    fn age(&self) -> Duration {
        let elapsed = self.clock.now().saturating_duration_since(self.since);
        self.age_then.saturating_add(elapsed)
    }

    fn is_alive(&self) -> bool {
        self.session
            .lifetime
            .is_none_or(|lifetime| self.age() < lifetime)
    }

    fn is_due(&self) -> bool {
        self.session
            .refresh_after
            .is_some_and(|after| self.age() >= after)
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }
}

#[derive(Default)]
struct State {
    current: Option<Arc<Live>>,
    generation: u64,
    /// The last session that was answered with 401; a store may still contain it.
    spent: Option<HeaderValue>,
    refusal: Option<Refusal>,
    renewal_pause: Option<(Instant, Duration)>,
    failures: u64,
    last_failure: Option<Error>,
}

struct Refusal {
    error: Error,
    until: Instant,
    pause: Duration,
}

impl Refusal {
    fn error(&self, now: Instant) -> Error {
        self.error
            .clone()
            .with_detail("the vendor refused the login recently, so no login is sent yet")
            .with_attempts(0)
            .with_delivery(Delivery::NotSent)
            .with_retry_after(self.until - now)
    }
}

enum Lookup {
    Ready(Arc<Live>),
    Due(Arc<Live>),
    Refused(Error),
    Missing { failures: u64 },
}

pub(crate) struct SessionCache {
    authenticator: Arc<dyn Authenticator>,
    store: Option<(Arc<dyn Store>, StoreKey)>,
    clock: Clock,
    state: Mutex<State>,
}

type Opening = Pin<Box<dyn Future<Output = Result<Arc<Live>>> + Send>>;

/// The login that all calls wait for.
///
/// The caller that holds the lock drives it. If that caller goes away, for example because its
/// deadline passed, the login stays and the next caller continues it.
#[derive(Default)]
pub(crate) struct LoginUnderWay(tokio::sync::Mutex<Option<(Instant, Opening)>>);

impl SessionCache {
    pub(crate) fn new(
        authenticator: Arc<dyn Authenticator>,
        store: Option<(Arc<dyn Store>, StoreKey)>,
        clock: Clock,
    ) -> Self {
        Self {
            authenticator,
            store,
            clock,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The current session, if no call has to wait for it.
    pub(crate) fn ready(&self) -> Option<Arc<Live>> {
        match self.lookup() {
            Lookup::Ready(live) => Some(live),
            _ => None,
        }
    }

    /// Returns the current session, or a new one, for a call that ends at `end`.
    pub(crate) async fn session(&self, engine: &Engine, end: Option<Instant>) -> Result<Arc<Live>> {
        let before = match self.lookup() {
            Lookup::Ready(live) => return Ok(live),
            Lookup::Refused(error) => return Err(error),
            Lookup::Due(live) => return Ok(self.renew(engine, live, end).await),
            Lookup::Missing { failures } => failures,
        };
        let mut login = engine.login.0.lock().await;
        match self.lookup() {
            Lookup::Ready(live) | Lookup::Due(live) => Ok(live),
            Lookup::Refused(error) => Err(error),
            // The login that this call waited for failed, so this call fails with the same error.
            Lookup::Missing { failures } if failures != before => Err(self.last_failure()),
            Lookup::Missing { .. } => drive(&mut login, engine).await,
        }
    }

    /// Handles a 401 to this session. Returns whether another attempt can succeed, with a newer
    /// session or after a new login.
    pub(crate) fn rejected(&self, used: &Live, ambiguous: bool) -> bool {
        if used.session.fixed {
            return false;
        }
        let mut state = self.state();
        match &state.current {
            Some(current) if current.generation == used.generation => {
                if used.is_fresh(ambiguous) {
                    return false;
                }
                state.spent = Some(used.authorization.clone());
                state.current = None;
                true
            }
            _ => true,
        }
    }

    fn lookup(&self) -> Lookup {
        let now = self.clock.now();
        let state = self.state();
        let refusal = state.refusal.as_ref().filter(|refusal| refusal.until > now);
        match state.current.as_ref().filter(|live| live.is_alive()) {
            Some(live) => {
                let paused = state.renewal_pause.is_some_and(|(until, _)| until > now);
                if live.is_due() && !paused && refusal.is_none() {
                    Lookup::Due(Arc::clone(live))
                } else {
                    Lookup::Ready(Arc::clone(live))
                }
            }
            None => match refusal {
                Some(refusal) => Lookup::Refused(refusal.error(now)),
                None => Lookup::Missing {
                    failures: state.failures,
                },
            },
        }
    }

    /// Renews a session early. Calls that arrive meanwhile, or whose renewal fails, use the old
    /// session.
    async fn renew(&self, engine: &Engine, old: Arc<Live>, end: Option<Instant>) -> Arc<Live> {
        let Ok(mut login) = engine.login.0.try_lock() else {
            return old;
        };
        match self.lookup() {
            Lookup::Due(_) => {}
            Lookup::Ready(live) => return live,
            // The session was discarded meanwhile. Use the old one: the vendor's answer to it
            // decides.
            Lookup::Refused(_) | Lookup::Missing { .. } => return old,
        }
        // Leave half of the time to the call itself.
        let share = end.map(|end| end.saturating_duration_since(Instant::now()) / 2);
        let patience = share.map_or(RENEWAL_PATIENCE, |share| share.min(RENEWAL_PATIENCE));
        match timeout(patience, drive(&mut login, engine)).await {
            Ok(Ok(live)) => return live,
            Ok(Err(_)) => {}
            // Only a login that a caller's deadline interrupted is worth continuing.
            Err(_) if patience == RENEWAL_PATIENCE => *login = None,
            Err(_) => {}
        }
        let mut state = self.state();
        let pause = doubled(state.renewal_pause.map(|(_, pause)| pause));
        state.renewal_pause = Some((self.clock.now() + pause, pause));
        old
    }

    /// Reads the session from the store, or logs in. Only one runs at a time.
    async fn open(&self, engine: &Engine) -> Result<Arc<Live>> {
        if let Some(live) = self.load().await {
            return Ok(live);
        }
        let opened = match self.log_in(engine).await {
            Ok(session) => self.adopt(session, Duration::ZERO, true),
            Err(error) => Err(error),
        };
        match &opened {
            Ok(live) => self.save(&live.session).await,
            Err(error) => self.note(error),
        }
        opened
    }

    async fn log_in(&self, engine: &Engine) -> Result<Session> {
        // Each request of a login has its own deadline; this limits everything else that it waits
        // for.
        let patience = engine.options().timeouts.call.saturating_mul(2);
        let opening = timeout(patience, self.authenticator.open(engine)).await;
        opening.unwrap_or_else(|_| {
            let late =
                Error::new(ErrorKind::Timeout).with_detail("the login did not finish in time");
            Err(late.with_delivery(Delivery::Unknown))
        })
    }

    fn adopt(&self, session: Session, age: Duration, opened_here: bool) -> Result<Arc<Live>> {
        let mut authorization =
            HeaderValue::from_str(session.authorization.expose()).map_err(|_| {
                let unfit = Error::new(ErrorKind::Decode)
                    .with_detail("the login returned a token that is not a valid header value");
                unfit.with_delivery(Delivery::Answered)
            })?;
        authorization.set_sensitive(true);
        let mut state = self.state();
        state.generation += 1;
        let live = Arc::new(Live {
            authorization,
            session,
            generation: state.generation,
            since: self.clock.now(),
            clock: self.clock.clone(),
            age_then: age,
            opened_here,
            accepted: AtomicBool::new(false),
        });
        state.current = Some(Arc::clone(&live));
        state.refusal = None;
        state.renewal_pause = None;
        Ok(live)
    }

    fn note(&self, error: &Error) {
        let mut state = self.state();
        state.failures += 1;
        state.last_failure = Some(error.clone());
        // The vendor may report wrong credentials under any status.
        let says_no = error.kind() == ErrorKind::Credentials;
        // Zero is ignored: the same password would be refused again.
        let asked = error.retry_after().filter(|asked| !asked.is_zero());
        let asked = asked.map(|asked| asked.min(LONGEST_PAUSE));
        let (refused, asked) = match error.status().map(|status| status.as_u16()) {
            Some(429) => (true, asked),
            Some(503) => (says_no || asked.is_some(), asked),
            Some(status) => (says_no || (400..500).contains(&status), None),
            None => (false, None),
        };
        if refused {
            let pause = doubled(state.refusal.as_ref().map(|refusal| refusal.pause));
            state.refusal = Some(Refusal {
                error: error.clone(),
                until: self.clock.now() + asked.unwrap_or(pause),
                pause,
            });
        }
    }

    pub(crate) fn forget_refusal(&self) {
        self.state().refusal = None;
    }

    fn last_failure(&self) -> Error {
        let failure = self.state().last_failure.clone();
        failure
            .unwrap_or_else(|| Error::new(ErrorKind::Credentials).with_detail("the login failed"))
    }

    /// The saved session, if it is still valid and is not one that we have or had.
    async fn load(&self) -> Option<Arc<Live>> {
        let (store, key) = self.store.as_ref()?;
        let saved = match in_time(store.get(key)).await {
            Ok(saved) => saved?,
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "the session store could not be read");
                return None;
            }
        };
        let session = Session::from_json(saved.expose())?;
        let age = session.wall_age()?;
        // A session that is due for renewal can be used until it expires, if the renewal fails.
        if session.lifetime.is_some_and(|lifetime| age >= lifetime) {
            return None;
        }
        let known = {
            let state = self.state();
            let current = state.current.as_ref().map(|live| &live.authorization);
            [current, state.spent.as_ref()]
                .into_iter()
                .flatten()
                .any(|known| known.as_bytes() == session.authorization.expose().as_bytes())
        };
        if known {
            return None;
        }
        self.adopt(session, age, false).ok()
    }

    async fn save(&self, session: &Session) {
        if let Some((store, key)) = &self.store
            && let Err(error) = in_time(store.put(key, &session.to_json(), session.lifetime)).await
        {
            tracing::warn!(kind = %error.kind(), "the session could not be saved");
        }
    }
}

/// Continues the login in progress, or starts one.
async fn drive(login: &mut Option<(Instant, Opening)>, engine: &Engine) -> Result<Arc<Live>> {
    // A login that no caller has driven for this long has exceeded the time of its own requests.
    let stale = engine.options().timeouts.call.saturating_mul(2);
    if login
        .as_ref()
        .is_some_and(|(started, _)| started.elapsed() > stale)
    {
        *login = None;
    }
    let (_, opening) = login.get_or_insert_with(|| {
        let engine = engine.for_login();
        let opening = async move { engine.sessions()?.open(&engine).await };
        (Instant::now(), Box::pin(opening))
    });
    let opened = opening.as_mut().await;
    *login = None;
    opened
}

async fn in_time<T>(access: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let access = timeout(STORE_PATIENCE, access).await;
    access.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn doubled(pause: Option<Duration>) -> Duration {
    pause.map_or(FIRST_PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE))
}
