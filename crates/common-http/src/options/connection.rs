//! How a client connects: certificates, proxy, addresses.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::data::redact::Secret;
use crate::options::HttpOptions;

#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) connect_timeout: Duration,
    pub(crate) pool_idle: Duration,
    pub(crate) roots: Vec<Bytes>,
    pub(crate) only_own_roots: bool,
    pub(crate) client_certificate: Option<ClientCertificate>,
    pub(crate) proxy: ProxyChoice,
    pub(crate) resolve: Vec<(String, Vec<SocketAddr>)>,
}

#[derive(Clone)]
#[cfg_attr(
    not(feature = "__tls"),
    allow(dead_code, reason = "read by the TLS features")
)]
pub(crate) struct ClientCertificate {
    pub(crate) chain: Bytes,
    pub(crate) key: Secret,
}

#[derive(Clone)]
pub(crate) enum ProxyChoice {
    System,
    None,
    Url(Secret),
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            pool_idle: Duration::from_secs(4),
            roots: Vec::new(),
            only_own_roots: false,
            client_certificate: None,
            proxy: ProxyChoice::System,
            resolve: Vec::new(),
        }
    }
}

impl HttpOptions {
    /// The time for making a connection (DNS, TCP, proxy and TLS): 10 s by default.
    #[must_use]
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        self.connecting(|connection| connection.connect_timeout = timeout)
    }

    /// How long an unused connection may be used again: 4 s by default.
    ///
    /// Some servers close a connection after 5 s, and a request sent at that moment has an unknown
    /// outcome. With zero no connection is used twice, for servers that close them at any time.
    #[must_use]
    pub fn pool_idle_timeout(self, timeout: Duration) -> Self {
        self.connecting(|connection| connection.pool_idle = timeout)
    }

    /// Trusts these root certificates (PEM, one or more) in addition to the platform's.
    ///
    /// Malformed PEM is an error of `build()`.
    ///
    /// ```no_run
    /// # fn behind_inspection() -> std::io::Result<common_http::HttpOptions> {
    /// // A firewall that inspects TLS signs with the clinic's own certificate.
    /// let pem = std::fs::read("clinic-root.pem")?;
    /// Ok(common_http::HttpOptions::default().add_root_certificate(pem))
    /// # }
    /// ```
    #[must_use]
    pub fn add_root_certificate(self, pem: impl Into<Bytes>) -> Self {
        self.connecting(|connection| connection.roots.push(pem.into()))
    }

    /// Trusts only the certificates of [`HttpOptions::add_root_certificate`], not the platform's.
    #[must_use]
    pub fn only_own_roots(self, only: bool) -> Self {
        self.connecting(|connection| connection.only_own_roots = only)
    }

    /// Presents this certificate chain (PEM, leaf first) to the vendor's servers that request one.
    ///
    /// `key` is its private key (PEM, PKCS #8). It is never presented to a host in an address from
    /// the vendor ([`ForeignUrl`](crate::ForeignUrl)).
    #[must_use]
    pub fn client_certificate(self, chain: impl Into<Bytes>, key: Secret) -> Self {
        self.connecting(|connection| {
            connection.client_certificate = Some(ClientCertificate {
                chain: chain.into(),
                key,
            })
        })
    }

    /// Sends everything through this proxy instead of the one in the environment (`HTTPS_PROXY`).
    ///
    /// The URL is `http://` or `https://`, and may have user info.
    #[must_use]
    pub fn proxy(self, url: impl Into<Secret>) -> Self {
        self.connecting(|connection| connection.proxy = ProxyChoice::Url(url.into()))
    }

    /// Uses no proxy, whatever the environment says.
    #[must_use]
    pub fn no_proxy(self) -> Self {
        self.connecting(|connection| connection.proxy = ProxyChoice::None)
    }

    /// Uses these addresses for a host name instead of asking DNS.
    ///
    /// Port 0 means the URL's port.
    ///
    /// ```
    /// use std::net::SocketAddr;
    ///
    /// // Through a tunnel: the certificate is still checked against the name.
    /// let tunnel: SocketAddr = ([127, 0, 0, 1], 8443).into();
    /// let options = common_http::HttpOptions::default().resolve("api.vendor.example", [tunnel]);
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn resolve(
        self,
        host: impl Into<String>,
        addresses: impl IntoIterator<Item = SocketAddr>,
    ) -> Self {
        let addresses = addresses.into_iter().collect();
        self.connecting(|connection| connection.resolve.push((host.into(), addresses)))
    }
}
