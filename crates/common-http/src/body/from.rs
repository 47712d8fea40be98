//! What becomes a body as it is.

use bytes::Bytes;

use super::{Body, Source};

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Source::Bytes(bytes))
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

/// Bytes of the program itself. Copy others that you only borrow: `Body::from(bytes.to_vec())`.
///
/// Without the copy the compiler says that the borrow must live for `'static`:
///
/// ```compile_fail,E0521
/// fn body(report: &[u8]) -> common_http::Body {
///     common_http::Body::from(report)
/// }
/// ```
///
/// ```
/// fn body(report: &[u8]) -> common_http::Body {
///     common_http::Body::from(report.to_vec())
/// }
/// ```
impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}
