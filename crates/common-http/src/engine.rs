//! The engine: one client's settings, connections, session and retry budget.
//!
//! A login is itself a call, so `engine`, `engine/run`, `request` and `auth` need each other; nothing
//! else in this crate does.

mod attempt;
mod builder;
mod doubt;
mod failure;
mod limits;
mod peek;
mod reader;
mod run;

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use tokio::time::{Instant, timeout_at};
use url::Url;

pub(crate) use self::attempt::Reply;
pub use self::builder::EngineBuilder;
pub(crate) use self::failure::Failure;
pub(crate) use self::limits::within;
pub(crate) use self::reader::Broken;
pub(crate) use self::run::Run;
use crate::auth::SessionCache;
use crate::call::Call;
use crate::data::redact::Secret;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::foreign::ForeignUrl;
use crate::hosts;
use crate::json::DecodeError;
use crate::operation::Operation;
use crate::options::{CallOptions, Connection, HttpOptions};
use crate::profile::Profile;
use crate::request::Request;
use crate::retry::Budget;
use crate::transport::{ReqwestTransport, Transport};

/// What a vendor's client is made of: it makes calls with the vendor's settings, session and budget.
///
/// Cheap to clone; all clones share connections, session and retry budget.
///
/// ```
/// # common_http::example::story(async |engine| {
/// use common_http::Operation;
///
/// static GET: Operation = Operation::get("example.things.get", "/things/{id}");
///
/// static LOGIN: Operation = Operation::post("example.sessions.open", "/login").login();
///
/// // Are the credentials good? Better to know now than at the first call in the night.
/// engine.open_session(&LOGIN, |_details| Ok(())).await?;
/// let thing: serde_json::Value = engine.request(&GET).path("id", "0000001").await?.json()?;
/// assert_eq!(thing["id"], "0000001");
/// # Ok(()) });
/// ```
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    profile: &'static Profile,
    base: Url,
    host: String,
    headers: HeaderMap,
    options: HttpOptions,
    transport: Arc<dyn Transport>,
    /// For addresses that the vendor gives, on this machine and elsewhere: they share no connection
    /// with the vendor's.
    foreign: [OnceLock<Arc<dyn Transport>>; 2],
    sessions: Option<SessionCache>,
    budget: Budget,
}

impl Engine {
    /// Starts an engine for a vendor at a base URL.
    pub fn builder(profile: &'static Profile, base_url: impl Into<String>) -> EngineBuilder {
        EngineBuilder::new(profile, base_url.into())
    }

    /// Starts a request. Nothing is sent before it is awaited.
    pub fn request(&self, operation: &Operation) -> Request {
        Request::new(self.clone(), operation.clone())
    }

    /// Starts a request to an address that the vendor gave.
    ///
    /// It carries no credentials (a client certificate is one) and none of the client's headers: only
    /// what is set on it, `Accept`, and what HTTP itself needs.
    ///
    /// ```
    /// # async fn example(engine: common_http::Engine) -> common_http::Result<()> {
    /// use common_http::{ForeignHosts, ForeignUrl, Operation};
    ///
    /// static STORE: Operation = Operation::put("example.files.transfer", "/{signedAddress}").transfer();
    /// let url = "https://storage.example/x?sig=EXAMPLE";
    /// let url = ForeignUrl::parse(url, &ForeignHosts::default())?;
    /// engine.foreign_request(&STORE, &url).raw_body("...".into()).await?;
    /// # Ok(()) }
    /// ```
    pub fn foreign_request(&self, operation: &Operation, url: &ForeignUrl) -> Request {
        Request::to_foreign(self.clone(), operation.clone().public(), url.clone())
    }

    /// Opens a session, or takes the one that is open: to learn early whether the credentials are good.
    ///
    /// `read` reads what the login said beside the token, as the
    /// [`Authenticator`](crate::Authenticator) kept it (JSON; `{}` if it kept nothing). `login` is the
    /// operation that an error names. Of the call's options, only the deadline counts. The call fails
    /// with the errors of the login, with `timeout` when the deadline passes, with `config` if the
    /// client has no credentials, and with `decode` if `read` fails.
    pub fn open_session<T>(
        &self,
        login: &'static Operation,
        read: fn(&str) -> Result<T, DecodeError>,
    ) -> Call<T> {
        Call::session(self.clone(), login, read)
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
        // The client's own deadline is the login request's already.
        let end = options
            .deadline
            .and_then(|deadline| Instant::now().checked_add(deadline));
        let session = self.sessions()?.session(self, end);
        let live = match end {
            Some(end) => timeout_at(end, session).await.unwrap_or_else(|_| {
                Err(Error::new(ErrorKind::Timeout)
                    .with_detail("the deadline passed")
                    .with_delivery(Delivery::Unknown))
            })?,
            None => session.await?,
        };
        Ok(live.session().details.clone())
    }

    /// The base URL that every call's path is appended to.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.0.base
    }

    pub(crate) fn profile(&self) -> &'static Profile {
        self.0.profile
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    pub(crate) fn options(&self) -> &HttpOptions {
        &self.0.options
    }

    pub(crate) fn transport(&self) -> &dyn Transport {
        &*self.0.transport
    }

    pub(crate) fn foreign_transport(&self, url: &Url) -> Result<&dyn Transport> {
        if let Some(transport) = &self.0.options.transport {
            return Ok(&**transport);
        }
        let slot = &self.0.foreign[usize::from(hosts::is_loopback(url))];
        if slot.get().is_none() {
            // The certificate tells the vendor who we are, and is nobody else's business.
            let connection = Connection {
                client_certificate: None,
                ..self.0.options.connection.clone()
            };
            let transport = ReqwestTransport::new(&connection, url)?;
            // Two calls at once make it twice; one is kept.
            let _ = slot.set(Arc::new(transport));
        }
        slot.get().map(|transport| &**transport).ok_or_else(|| {
            Error::new(ErrorKind::Config).with_detail("no connection could be set up")
        })
    }

    pub(crate) fn sessions(&self) -> Result<&SessionCache> {
        self.0.sessions.as_ref().ok_or_else(|| {
            Error::new(ErrorKind::Config).with_detail("the client has no credentials")
        })
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.0.budget
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("vendor", &self.0.profile.name)
            .field("host", &self.0.host)
            .finish_non_exhaustive()
    }
}
