//! The session of a client: one login for all waiting calls, early renewal, remembered refusals.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http::HeaderValue;
use tokio::time::{Instant, sleep, timeout};

use super::live::Live;
use super::refusal::{Refusal, doubled};
use super::shared::{LEASE, Shared};
use super::{Authenticator, Session};
use crate::clock::Clock;
use crate::engine::{Engine, within};
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::lock::lock;
use crate::store::{Store, StoreKey};

/// How long a call that can use the old session waits for a new one.
const RENEWAL_PATIENCE: Duration = Duration::from_secs(10);
/// A process that waits for another one's login polls the store at growing intervals.
const FIRST_INTERVAL: Duration = Duration::from_millis(50);
const LONGEST_INTERVAL: Duration = Duration::from_millis(500);

#[derive(Default)]
struct State {
    current: Option<Arc<Live>>,
    generation: u64,
    /// The last session that was answered with 401; a store may still contain it.
    spent: Option<HeaderValue>,
    refusal: Option<Refusal>,
    /// The store may have a refusal that is to be forgotten.
    forgotten: bool,
    renewal_pause: Option<(Instant, Duration)>,
    failures: u64,
    last_failure: Option<Error>,
}

enum Lookup {
    Ready(Arc<Live>),
    Due(Arc<Live>),
    Refused(Error),
    Missing { failures: u64 },
}

/// What a client without a session does next.
enum Next {
    Use(Arc<Live>),
    Fail(Error),
    LogIn,
}

pub(crate) struct SessionCache {
    authenticator: Arc<dyn Authenticator>,
    shared: Option<Shared>,
    clock: Clock,
    state: Mutex<State>,
}

type LoginResult = (Result<Arc<Live>>, Option<Refusal>);
type Opening = Pin<Box<dyn Future<Output = LoginResult> + Send>>;

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
            shared: store.map(|(store, key)| Shared::new(store, key)),
            clock,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
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
            Lookup::Missing { .. } => self.open(&mut login, engine, end).await,
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
        let end = Instant::now().checked_add(patience);
        match timeout(patience, self.open(&mut login, engine, end)).await {
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

    /// Takes what the store has, or continues the login in progress, or starts one. Only one runs at
    /// a time, in all processes if possible.
    ///
    /// The store is accessed for this caller alone: a store may not stand an access that nobody
    /// continues, for example with a connection of its pool.
    async fn open(
        &self,
        login: &mut Option<(Instant, Opening)>,
        engine: &Engine,
        end: Option<Instant>,
    ) -> Result<Arc<Live>> {
        // A login that no caller has driven for this long has exceeded the time of its own requests.
        let stale = engine.options().timeouts.call.saturating_mul(2);
        let is_stale = |(started, _): &mut (Instant, Opening)| started.elapsed() > stale;
        drop(login.take_if(is_stale));
        if let (None, Some(shared)) = (&login, &self.shared) {
            match within(halfway(end), self.next(shared, engine)).await {
                Some(Next::Use(live)) => return Ok(live),
                Some(Next::Fail(error)) => return Err(error),
                Some(Next::LogIn) | None => {}
            }
        }
        let (_, opening) = login.get_or_insert_with(|| {
            let engine = engine.for_login();
            let opening = async move {
                match engine.sessions() {
                    Ok(sessions) => sessions.log_in(&engine).await,
                    Err(error) => (Err(error), None),
                }
            };
            (Instant::now(), Box::pin(opening))
        });
        let (opened, refusal) = opening.as_mut().await;
        *login = None;
        if let Some(shared) = &self.shared {
            let tell = async {
                match (&opened, refusal) {
                    (Ok(live), _) => shared.save(&live.session).await,
                    (Err(_), Some(refusal)) => {
                        let (clock, authenticator) = (&self.clock, &*self.authenticator);
                        shared.refuse(&refusal, clock, authenticator).await;
                    }
                    (Err(_), None) => {}
                }
                shared.release().await;
            };
            // The login has ended, whether or not the others learn of it.
            let _ = within(halfway(end), tell).await;
        }
        opened
    }

    /// Waits until the store has a session or a refusal, or this process may log in.
    ///
    /// A store that fails is not waited for, and neither is a process that died during its login:
    /// its lease ends.
    async fn next(&self, shared: &Shared, engine: &Engine) -> Next {
        let (started, mut pause, mut leased) = (Instant::now(), FIRST_INTERVAL, false);
        loop {
            match self.poll_store(shared, engine).await {
                Some(Next::LogIn) => return Next::LogIn,
                Some(next) => {
                    if leased {
                        shared.release().await;
                    }
                    return next;
                }
                None if leased => return Next::LogIn,
                None => {}
            }
            let lease = shared.lease().await;
            // Another process renews the session. The old one can still be used.
            if lease == Some(false)
                && let Lookup::Due(old) = self.lookup()
            {
                return Next::Use(old);
            }
            match lease {
                // Ask again: another process may have been done just before.
                Some(true) => leased = true,
                Some(false) if started.elapsed() < LEASE => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_INTERVAL);
                }
                Some(false) | None => return Next::LogIn,
            }
        }
    }

    /// What the store has; `None` if it has nothing of use.
    async fn poll_store(&self, shared: &Shared, engine: &Engine) -> Option<Next> {
        let alone = Some(Next::LogIn);
        if self.state().forgotten {
            if shared.forget().await.is_none() {
                return alone;
            }
            self.state().forgotten = false;
        }
        let Some(saved) = shared.session(&self.clock).await else {
            return alone;
        };
        if let Some((session, age)) = saved
            && !self.knows(&session)
            && let Ok(live) = self.adopt(session, age, false)
        {
            return Some(Next::Use(live));
        }
        let Some(refusal) = shared.refusal(&*self.authenticator).await else {
            return alone;
        };
        let login = self.authenticator.login();
        let refusal = refusal?.into_refusal(&self.clock, engine.profile(), login);
        let now = self.clock.now();
        let error = (refusal.until > now).then(|| refusal.error(now));
        // One that is over still says how long the next pause is.
        self.state().refusal = Some(refusal);
        error.map(Next::Fail)
    }

    /// Whether a session is one that we have or had.
    fn knows(&self, session: &Session) -> bool {
        let state = self.state();
        let current = state.current.as_ref().map(|live| &live.authorization);
        [current, state.spent.as_ref()]
            .into_iter()
            .flatten()
            .any(|known| known.as_bytes() == session.authorization.expose().as_bytes())
    }

    /// Logs in. Returns the refusal too, if the login was refused.
    async fn log_in(&self, engine: &Engine) -> LoginResult {
        // Each request of a login has its own deadline; this limits everything else that it waits
        // for.
        let patience = engine.options().timeouts.call.saturating_mul(2);
        let opening = timeout(patience, self.authenticator.open(engine)).await;
        let of_login = |error: Error| match self.authenticator.login() {
            Some(login) => error.with_operation(login.id()),
            None => error,
        };
        let session = opening.unwrap_or_else(|_| {
            let late =
                Error::new(ErrorKind::Timeout).with_detail("the login did not finish in time");
            Err(of_login(late).with_delivery(Delivery::Unknown))
        });
        let opened = session.and_then(|mut session| {
            session.opened_at = self.clock.system_time();
            self.adopt(session, Duration::ZERO, true).map_err(of_login)
        });
        let refusal = opened.as_ref().err().and_then(|error| self.note(error));
        (opened, refusal)
    }

    fn adopt(&self, session: Session, age: Duration, opened_here: bool) -> Result<Arc<Live>> {
        let mut state = self.state();
        let clock = self.clock.clone();
        let live = Live::new(session, age, opened_here, state.generation + 1, clock)?;
        let live = Arc::new(live);
        state.generation += 1;
        state.current = Some(Arc::clone(&live));
        state.refusal = None;
        state.renewal_pause = None;
        Ok(live)
    }

    /// Remembers a failed login. Returns the refusal, if it is one.
    fn note(&self, error: &Error) -> Option<Refusal> {
        let mut state = self.state();
        state.failures += 1;
        state.last_failure = Some(error.clone());
        let refusal = Refusal::after(error, self.clock.now(), state.refusal.as_ref())?;
        state.refusal = Some(refusal.clone());
        Some(refusal)
    }

    pub(crate) fn forget_refusal(&self) {
        let mut state = self.state();
        state.refusal = None;
        // The store is asked for at the next login, because this function does no I/O.
        state.forgotten = self.shared.is_some();
    }

    fn last_failure(&self) -> Error {
        let failure = self.state().last_failure.clone();
        failure
            .unwrap_or_else(|| Error::new(ErrorKind::Credentials).with_detail("the login failed"))
    }
}

/// When half of the time that a call has left is over: the other half is for what follows.
fn halfway(end: Option<Instant>) -> Option<Instant> {
    let now = Instant::now();
    end.map(|end| now + end.saturating_duration_since(now) / 2)
}
