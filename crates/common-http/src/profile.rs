//! The vendor's properties that the engine needs.

use std::time::Duration;

use crate::answer::Answer;
use crate::error::ErrorKind;
use crate::json::{Extra, decode};
use crate::operation::Operation;

type ReadError = fn(&Operation, &Answer) -> ErrorDetail;

/// The vendor's properties that the engine needs: its name, its error codes, how its errors are
/// read.
///
/// ```
/// use std::time::Duration;
///
/// use common_http::{Engine, ErrorDetail, Profile};
///
/// static EXAMPLE: Profile = Profile::new("example", "example-client/0.1.0")
///     .codes(&["name_taken"])
///     .throttle_floor(Duration::from_secs(60))
///     .read_error(|_, answer| ErrorDetail::from_json(answer.body(), &["error"], &["message"]));
/// let engine = Engine::builder(&EXAMPLE, "http://127.0.0.1:8080").build()?;
/// # Ok::<(), common_http::Error>(())
/// ```
pub struct Profile {
    pub(crate) name: &'static str,
    pub(crate) user_agent: &'static str,
    pub(crate) codes: &'static [&'static str],
    pub(crate) transient_codes: &'static [&'static str],
    pub(crate) throttle_floor: Option<Duration>,
    pub(crate) read_error: ReadError,
}

impl Profile {
    /// A vendor with this name, which may be printed, and the default `User-Agent` of its clients.
    #[must_use]
    pub const fn new(name: &'static str, user_agent: &'static str) -> Self {
        Self {
            name,
            user_agent,
            codes: &[],
            transient_codes: &[],
            throttle_floor: None,
            read_error: |_, _| ErrorDetail {
                code: None,
                message: None,
                kind: None,
            },
        }
    }

    /// Sets the error codes that may be printed. Any other code could be free text that names a
    /// patient.
    #[must_use]
    pub const fn codes(mut self, codes: &'static [&'static str]) -> Self {
        self.codes = codes;
        self
    }

    /// The listed code that a text spells: the case of letters, hyphens and underscores for each
    /// other, and blanks around it do not matter.
    ///
    /// ```
    /// use common_http::Profile;
    ///
    /// static EXAMPLE: Profile = Profile::new("example", "example-client/0.1.0").codes(&["name_taken"]);
    /// assert_eq!(EXAMPLE.listed_code("NAME-TAKEN "), Some("name_taken"));
    /// assert_eq!(EXAMPLE.listed_code("name taken"), None);
    /// ```
    #[must_use]
    pub fn listed_code(&self, text: &str) -> Option<&'static str> {
        let form = |code: &str| code.replace('-', "_").to_ascii_lowercase();
        let text = form(text.trim());
        self.codes.iter().copied().find(|code| form(code) == text)
    }

    /// Sets the error codes that the vendor documents as transient.
    ///
    /// Such an answer is repeated like a 500, whatever its status.
    #[must_use]
    pub const fn transient_codes(mut self, codes: &'static [&'static str]) -> Self {
        self.transient_codes = codes;
        self
    }

    /// Sets how long to wait after a 429 without `Retry-After`.
    #[must_use]
    pub const fn throttle_floor(mut self, floor: Duration) -> Self {
        self.throttle_floor = Some(floor);
        self
    }

    /// Sets how an answer that is not a success is read. The function must accept any body.
    #[must_use]
    pub const fn read_error(mut self, read: ReadError) -> Self {
        self.read_error = read;
        self
    }

    /// The vendor's name, as in the operation ids.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

crate::safe_debug!(Profile { name });

/// The content of an error answer.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ErrorDetail {
    /// The vendor's machine-readable code.
    pub code: Option<String>,
    /// The vendor's free text, which is never printed.
    pub message: Option<String>,
    /// The error kind, if the code is more specific than the status.
    pub kind: Option<ErrorKind>,
}

impl ErrorDetail {
    /// Reads code and message from a JSON object: for each, the first of these members that has
    /// text.
    #[must_use]
    pub fn from_json(body: &[u8], codes: &[&str], messages: &[&str]) -> Self {
        let members: Extra = decode(body).unwrap_or_default();
        let first = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| members.get(*name)?.as_str())
                .find(|text| !text.is_empty())
                .map(str::to_owned)
        };
        Self {
            code: first(codes),
            message: first(messages),
            kind: None,
        }
    }
}

crate::safe_debug!(ErrorDetail { kind });

#[cfg(test)]
mod tests {
    use super::{ErrorDetail, Profile};

    #[test]
    fn a_listed_code_may_have_hyphens_too() {
        let profile = Profile::new("test", "test/0").codes(&["name-taken", "too_long"]);
        for (text, code) in [
            ("name-taken", Some("name-taken")),
            (" Name_Taken", Some("name-taken")),
            ("TOO-LONG", Some("too_long")),
            ("name taken", None),
        ] {
            assert_eq!(profile.listed_code(text), code, "{text}");
        }
    }

    #[test]
    fn one_odd_byte_does_not_cost_the_code() {
        for body in [
            "\u{feff}{\"error\":\"taken\"}".as_bytes(),
            b"{\"error\":\"taken\",\"message\":\"n\xe3o\"}",
            b"{\"error\":\"taken\",\"message\":\"a\nb\"}",
            br#"{"error":"taken","message":"\ud83d"}"#,
            br#"{"error":"other","limit":NaN,"error":"taken"}"#,
            &[
                br#"{"error":"taken","at":"#,
                &b"[".repeat(999)[..],
                &b"]".repeat(999),
                b"}",
            ]
            .concat(),
        ] {
            let detail = ErrorDetail::from_json(body, &["code", "error"], &["message"]);
            assert_eq!(detail.code.as_deref(), Some("taken"), "{body:?}");
        }
        for body in ["", "[]", "<html>", "{"] {
            assert!(
                ErrorDetail::from_json(body.as_bytes(), &["error"], &[]) == ErrorDetail::default()
            );
        }
    }
}
