//! The client and its builder.

mod environment;

use std::sync::Arc;
use std::time::Duration;

use common_http::{
    Credentials, Engine, ForeignHosts, HttpOptions, Provider, Request, Result, Secret, Store,
    StoreKey, client_setters, safe_debug,
};
use http::Method;

use crate::auth::Login;
use crate::errors::BIOLOGIX;
use crate::exams::Exams;
use crate::ids::PartnerId;
use crate::reports::Reports;
use crate::sessions::Sessions;

/// The vendor's own base URL (documented).
pub const BASE_URL: &str = "https://api.biologixsleep.com";

/// A Biologix account: its exams and their reports.
///
/// Cheap to clone: all clones share connections, session and retry budget.
///
/// ```
/// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
/// use biologix_client::PartnerId;
///
/// let client = sandbox.client(); // or BiologixClient::builder()
/// let page = client.exams(&PartnerId::from("0000001DD")).list().page_size(10).await?;
/// for exam in page.items.iter().filter_map(|item| item.value()) {
///     println!("{} {:?}", exam.exam_id, exam.status);
/// }
/// assert_eq!(page.items.len(), 10);
/// # Ok(()) });
/// ```
#[derive(Clone, Debug)]
pub struct BiologixClient {
    engine: Engine,
    page_spacing: Duration,
    follow_reports: Option<ForeignHosts>,
}

impl BiologixClient {
    /// Starts a client with the vendor's base URL, the default settings and no credentials.
    ///
    /// Without credentials only reports can be fetched.
    pub fn builder() -> BiologixClientBuilder {
        BiologixClientBuilder {
            base_url: BASE_URL.to_owned(),
            http: HttpOptions::default(),
            credentials: None,
            account: None,
            store: None,
            renew_after: Duration::from_secs(6 * 24 * 60 * 60),
            page_spacing: Duration::from_secs(1),
            follow_reports: None,
        }
    }

    /// The session of this client.
    pub fn sessions(&self) -> Sessions {
        Sessions {
            engine: self.engine.clone(),
        }
    }

    /// The exams of a sleep centre.
    pub fn exams(&self, partner: &PartnerId) -> Exams {
        Exams {
            engine: self.engine.clone(),
            partner: partner.clone(),
            page_spacing: self.page_spacing,
        }
    }

    /// The reports of exams.
    pub fn reports(&self) -> Reports {
        Reports {
            engine: self.engine.clone(),
            follow: self.follow_reports.clone(),
        }
    }

    /// Calls an endpoint that this crate does not model, with the client's session and retries.
    ///
    /// The path is a template, whose arguments [`Request::path`] fills.
    ///
    /// ```
    /// # biologix_client::sandbox::Sandbox::story(async |sandbox| {
    /// use biologix_client::http::Method;
    ///
    /// let answer = sandbox
    ///     .client()
    ///     .request(Method::GET, "/v2/partners/{partnerId}/exams")
    ///     .path("partnerId", "0000001DD")
    ///     .query("limit", "1")
    ///     .await?;
    /// let exams: Vec<serde_json::Value> = answer.json()?;
    /// assert_eq!(exams.len(), 1);
    /// # Ok(()) });
    /// ```
    pub fn request(&self, method: Method, path: &'static str) -> Request {
        Request::unmodelled(&self.engine, "biologix.request", method, path)
    }
}

/// Builds a [`BiologixClient`].
///
/// ```
/// use std::time::Duration;
///
/// use biologix_client::{BiologixClient, HttpOptions};
///
/// let client = BiologixClient::builder()
///     .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
///     .http(HttpOptions::default().connect_timeout(Duration::from_secs(5)))
///     .build()?;
/// # Ok::<(), biologix_client::Error>(())
/// ```
#[must_use]
pub struct BiologixClientBuilder {
    base_url: String,
    http: HttpOptions,
    credentials: Option<Arc<dyn Provider<Credentials>>>,
    account: Option<Secret>,
    store: Option<Arc<dyn Store>>,
    renew_after: Duration,
    page_spacing: Duration,
    follow_reports: Option<ForeignHosts>,
}

safe_debug!(BiologixClientBuilder {
    http,
    renew_after,
    page_spacing
});

impl BiologixClientBuilder {
    client_setters!(credentials, base_url, http, store);

    /// Sets the age at which a session is renewed (default 6 days).
    ///
    /// A token lasts 7 days (documented). Programs in production renew it after 6 (observed).
    pub fn renew_after(mut self, after: Duration) -> Self {
        self.renew_after = after;
        self
    }

    /// Sets the pause between the pages of a list after the vendor has throttled it (default 1 s).
    ///
    /// One second is observed to be enough. While no page is throttled, the pause shrinks again.
    pub fn page_spacing(mut self, spacing: Duration) -> Self {
        self.page_spacing = spacing;
        self
    }

    /// Follows a report's redirect once, to an address that these rules allow. Off by default.
    ///
    /// For a vendor that keeps reports at signed addresses of a storage: the request there has
    /// neither credentials nor `Referer`. Without it, a redirect is an error.
    ///
    /// ```
    /// use biologix_client::{BiologixClient, ForeignHosts};
    ///
    /// let storage = ForeignHosts::default().only(["amazonaws.com"]);
    /// let client = BiologixClient::builder().follow_reports(storage).build()?;
    /// # Ok::<(), biologix_client::Error>(())
    /// ```
    pub fn follow_reports(mut self, hosts: ForeignHosts) -> Self {
        self.follow_reports = Some(hosts);
        self
    }

    /// Builds the client. No I/O, and nothing is spawned.
    ///
    /// # Errors
    /// `config`:
    /// - the base URL is malformed or not allowed (plain HTTP to another machine, user info, a
    ///   query or a fragment), or is HTTPS and no TLS is built in
    /// - the user agent is not a valid header value
    /// - a certificate or the proxy cannot be read
    pub fn build(self) -> Result<BiologixClient> {
        let mut engine = Engine::builder(&BIOLOGIX, self.base_url.clone()).http(self.http);
        if let Some(credentials) = self.credentials {
            engine = engine.authenticator(Login {
                credentials,
                renew_after: self.renew_after,
            });
        }
        if let Some(store) = self.store {
            let account = self.account.as_ref().map_or("", Secret::expose);
            let key = StoreKey::of(&[BIOLOGIX.name(), &self.base_url, account]);
            engine = engine.store(store, key);
        }
        let engine = engine.build()?;
        Ok(BiologixClient {
            page_spacing: self.page_spacing,
            follow_reports: self.follow_reports.map(|hosts| hosts.for_engine(&engine)),
            engine,
        })
    }
}
