//! Why there was no connection, as a closed list.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::words::words;
use super::{Error, Result};

/// Why no connection could be made, for the call or for its login.
///
/// ```
/// use common_http::{Cause, Error};
///
/// fn advice(error: &Error) -> &'static str {
///     match error.cause() {
///         Some(Cause::TlsUnknownIssuer) => "add the certificate of your firewall to the trusted roots",
///         Some(Cause::TlsExpired | Cause::TlsNotYetValid) => "check this machine's clock",
///         Some(Cause::ProxyStatus) => "check the proxy's user and password",
///         _ => "check the network",
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The host name was not found.
    Dns,
    /// The host refused the connection: no program listens on the port.
    Refused,
    /// There is no route to the host.
    Unreachable,
    /// No connection was made within the time allowed.
    ConnectTimeout,
    /// The connection was reset while it was being made.
    Reset,
    /// The proxy refused to connect, for example with 403 or 407.
    ProxyStatus,
    /// TLS: the certificate's issuer is not trusted.
    TlsUnknownIssuer,
    /// TLS: the certificate has expired.
    TlsExpired,
    /// TLS: the certificate is not valid yet.
    TlsNotYetValid,
    /// TLS: the certificate is for another host name.
    TlsWrongName,
    /// TLS: no common protocol version or cipher, or the other side does not speak TLS.
    TlsProtocol,
    /// TLS: the handshake failed for another reason.
    TlsHandshake,
}

words!(Cause {
    Dns = "dns",
    Refused = "refused",
    Unreachable = "unreachable",
    ConnectTimeout = "connect_timeout",
    Reset = "reset",
    ProxyStatus = "proxy_status",
    TlsUnknownIssuer = "tls_unknown_issuer",
    TlsExpired = "tls_expired",
    TlsNotYetValid = "tls_not_yet_valid",
    TlsWrongName = "tls_wrong_name",
    TlsProtocol = "tls_protocol",
    TlsHandshake = "tls_handshake",
});

impl Cause {
    /// Whether another attempt may succeed although neither side changes its settings.
    pub(crate) const fn may_pass(self) -> bool {
        !matches!(
            self,
            Self::ProxyStatus
                | Self::TlsUnknownIssuer
                | Self::TlsExpired
                | Self::TlsNotYetValid
                | Self::TlsWrongName
                | Self::TlsProtocol
        )
    }

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Dns => "the host name was not found",
            Self::Refused => "the host refused the connection",
            Self::Unreachable => "there is no route to the host",
            Self::ConnectTimeout => "no connection was made within the time allowed",
            Self::Reset => "the connection was reset while it was being made",
            Self::ProxyStatus => "the proxy refused to make the connection",
            Self::TlsUnknownIssuer => "the TLS certificate is signed by an unknown issuer",
            Self::TlsExpired => "the TLS certificate has expired",
            Self::TlsNotYetValid => "the TLS certificate is not valid yet",
            Self::TlsWrongName => "the TLS certificate is for another host name",
            Self::TlsProtocol => "no TLS version or cipher in common, or not TLS at all",
            Self::TlsHandshake => "the TLS handshake failed",
        }
    }
}
