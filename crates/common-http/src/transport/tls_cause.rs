//! Why a TLS handshake failed, from the error of the TLS library in use.

use std::error::Error as StdError;

use crate::error::Cause;

type Source = dyn StdError + 'static;

/// The cause, if this error in the chain shows it.
pub(super) fn cause(error: &Source) -> Option<Cause> {
    of_rustls(error).or_else(|| of_native(error))
}

#[cfg(any(feature = "rustls", feature = "rustls-no-provider"))]
fn of_rustls(error: &Source) -> Option<Cause> {
    use rustls::{AlertDescription, CertificateError, Error};

    Some(match error.downcast_ref::<Error>()? {
        Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                Cause::TlsExpired
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Cause::TlsNotYetValid
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Cause::TlsWrongName
            }
            // A bad signature: an issuer of the same name is trusted, but did not sign the
            // certificate.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                Cause::TlsUnknownIssuer
            }
            // A self-signed CA certificate, as `openssl req -x509` makes it.
            other if format!("{other:?}").contains("CaUsedAsEndEntity") => Cause::TlsUnknownIssuer,
            _ => Cause::TlsHandshake,
        },
        Error::PeerIncompatible(_)
        | Error::InvalidMessage(_)
        | Error::AlertReceived(
            AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity,
        ) => Cause::TlsProtocol,
        _ => Cause::TlsHandshake,
    })
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
fn of_rustls(_: &Source) -> Option<Cause> {
    None
}

/// OpenSSL reports the cause only in its text, which has no data of the certificate.
#[cfg(feature = "native-tls")]
fn of_native(error: &Source) -> Option<Cause> {
    let text = error.to_string();
    let says = |words: &str| text.contains(words);
    if says("certificate has expired") {
        Some(Cause::TlsExpired)
    } else if says("certificate is not yet valid") {
        Some(Cause::TlsNotYetValid)
    } else if says("ostname mismatch") || says("IP address mismatch") {
        Some(Cause::TlsWrongName)
    } else if says("unable to get local issuer") || says("self-signed") || says("self signed") {
        Some(Cause::TlsUnknownIssuer)
    } else if says("wrong version number") || says("unsupported protocol") {
        Some(Cause::TlsProtocol)
    } else {
        None
    }
}

#[cfg(not(feature = "native-tls"))]
fn of_native(_: &Source) -> Option<Cause> {
    None
}
