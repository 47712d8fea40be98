//! The engine: one client's settings, connections, session and retry budget.
//!
//! A login is itself a call, so `engine` and `auth` depend on each other; there is no other
//! circular dependency in this crate. The methods that start a call are next to the type that they
//! return: [`Engine::request`] in `request.rs`, [`Engine::open_session`] in `call.rs`.

mod attempt;
mod builder;
mod doubt;
mod failure;
mod limits;
mod peek;
pub(crate) mod proof;
mod reader;
mod run;

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use tokio::time::Instant;
use url::Url;

pub(crate) use self::attempt::Reply;
pub use self::builder::EngineBuilder;
pub(crate) use self::failure::Failure;
pub(crate) use self::limits::within;
pub(crate) use self::reader::Broken;
pub(crate) use self::run::Run;
use crate::auth::{LoginUnderWay, SessionCache};
use crate::clock::Clock;
use crate::data::redact::Secret;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::json::DecodeError;
use crate::operation::Operation;
use crate::options::{CallOptions, HttpOptions};
use crate::profile::Profile;
use crate::retry::Budget;
use crate::transport::Transport;

/// Makes calls with one vendor's settings, session and retry budget.
///
/// It is cheap to clone; all clones share connections, session and retry budget.
///
/// ```
/// # common_http::example::story(async |engine| {
/// use common_http::Operation;
///
/// static GET: Operation = Operation::get("example.things.get", "/things/{id}");
///
/// static LOGIN: Operation = Operation::post("example.sessions.open", "/login").login();
///
/// // Check the credentials now, not at the first call in the night.
/// engine.open_session(&LOGIN, |_details| Ok(())).await?;
/// let thing: serde_json::Value = engine.request(&GET).path("id", "0000001").await?.json()?;
/// assert_eq!(thing["id"], "0000001");
/// # Ok(()) });
/// ```
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    /// The login in progress. It is kept outside of `inner` because it holds an `Engine` itself.
    pub(crate) login: Arc<LoginUnderWay>,
}

struct Inner {
    profile: &'static Profile,
    base: Url,
    host: String,
    headers: Arc<HeaderMap>,
    options: HttpOptions,
    transport: Arc<dyn Transport>,
    sessions: Option<SessionCache>,
    budget: Budget,
}

impl Engine {
    /// Starts an engine for a vendor at a base URL.
    pub fn builder(profile: &'static Profile, base_url: impl Into<String>) -> EngineBuilder {
        EngineBuilder::new(profile, base_url.into())
    }

    pub(crate) async fn session_details<T>(
        &self,
        login: &'static Operation,
        options: &CallOptions,
        read: fn(&str) -> Result<T, DecodeError>,
    ) -> Result<T> {
        let details = self.kept_details(options).await;
        let details = details.map_err(|error| match error.operation() {
            Some(_) => error,
            None => error.with_operation(login.id()),
        })?;
        read(details.as_ref().map_or("{}", Secret::expose)).map_err(|error| {
            Error::new(ErrorKind::Decode)
                .with_decode(error)
                .with_operation(login.id())
                .with_delivery(Delivery::Answered)
        })
    }

    async fn kept_details(&self, options: &CallOptions) -> Result<Option<Secret>> {
        // The client's own deadline already applies to each request of the login.
        let end = options
            .deadline
            .and_then(|deadline| Instant::now().checked_add(deadline));
        let session = self.sessions()?.session(self, end);
        let live = within(end, session).await.unwrap_or_else(|| {
            Err(Error::new(ErrorKind::Timeout)
                .with_detail("the deadline passed")
                .with_delivery(Delivery::Unknown))
        })?;
        Ok(live.session().details.clone())
    }

    /// The base URL that every call's path is appended to.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.inner.base
    }

    pub(crate) fn profile(&self) -> &'static Profile {
        self.inner.profile
    }

    pub(crate) fn headers(&self) -> &Arc<HeaderMap> {
        &self.inner.headers
    }

    pub(crate) fn options(&self) -> &HttpOptions {
        &self.inner.options
    }

    /// The clock by which this client waits.
    #[doc(hidden)]
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.options.clock
    }

    /// The transport for the vendor, or for an address from the vendor.
    pub(crate) fn transport(&self, url: &Url, is_foreign: bool) -> Result<Arc<dyn Transport>> {
        if is_foreign {
            self.inner.options.transport_to(url, true)
        } else {
            Ok(Arc::clone(&self.inner.transport))
        }
    }

    pub(crate) fn sessions(&self) -> Result<&SessionCache> {
        self.inner.sessions.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::Config).with_detail("the client has no credentials")
        })
    }

    /// Forgets that the vendor refused the login, so that the next call logs in again at once.
    ///
    /// For example after the account was unlocked, or a provider has another password. That call
    /// also removes the refusal from the store, for other processes.
    pub fn forget_refusal(&self) {
        if let Ok(sessions) = self.sessions() {
            sessions.forget_refusal();
        }
    }

    /// This engine for a login that may outlive the call that started it.
    pub(crate) fn for_login(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            login: Arc::default(),
        }
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.inner.budget
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("vendor", &self.inner.profile.name)
            .field("host", &self.inner.host)
            .finish_non_exhaustive()
    }
}
