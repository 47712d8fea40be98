//! An endpoint as data, and the checked way from a path template to a URL.

use std::fmt;

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::error::{Error, ErrorKind, Result};

/// What repeating an operation does. It is a property of the operation, not of its HTTP method, and can be
/// overridden for one call with [`CallOptions::effect`](crate::CallOptions::effect).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It only reads.
    Safe,
    /// Doing it twice leaves what doing it once leaves.
    Idempotent,
    /// Doing it twice does it twice: repeated only when it was refused before acting.
    Effectful,
}

impl Effect {
    /// Whether a call whose fate is unknown may be sent again.
    ///
    /// ```
    /// use common_http::Effect;
    ///
    /// assert!(Effect::Safe.is_repeatable() && Effect::Idempotent.is_repeatable());
    /// assert!(!Effect::Effectful.is_repeatable()); // the order might be placed twice
    /// ```
    #[must_use]
    pub const fn is_repeatable(self) -> bool {
        matches!(self, Self::Safe | Self::Idempotent)
    }

    /// The effect as one word, as the documents under `specs/` write it.
    ///
    /// ```
    /// use common_http::Effect;
    ///
    /// assert_eq!(Effect::Effectful.as_str(), "effectful");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Idempotent => "idempotent",
            Self::Effectful => "effectful",
        }
    }
}

/// An endpoint: its id, method, path template and what a repetition does.
///
/// ```
/// use common_http::{Effect, Operation};
///
/// static LIST: Operation = Operation::get("biologix.exams.list", "/v2/partners/{partnerId}/exams");
/// assert_eq!(LIST.effect(), Effect::Safe);
/// ```
#[derive(Debug, Clone)]
pub struct Operation {
    id: &'static str,
    method: Method,
    path: &'static str,
    effect: Effect,
    transfer: bool,
    public: bool,
    login: bool,
}

impl Operation {
    /// An operation; its effect is what HTTP says of the method: GET and HEAD are safe, PUT and DELETE idempotent,
    /// everything else effectful.
    ///
    /// ```
    /// use common_http::{Effect, Operation};
    /// use http::Method;
    ///
    /// static REMOVE: Operation = Operation::new("example.files.delete", Method::DELETE, "/files/{id}");
    /// assert_eq!(REMOVE.effect(), Effect::Idempotent);
    /// ```
    #[must_use]
    pub const fn new(id: &'static str, method: Method, path: &'static str) -> Self {
        let effect = match method {
            Method::GET | Method::HEAD | Method::OPTIONS => Effect::Safe,
            Method::PUT | Method::DELETE => Effect::Idempotent,
            _ => Effect::Effectful,
        };
        Self {
            id,
            method,
            path,
            effect,
            transfer: false,
            public: false,
            login: false,
        }
    }

    /// A GET: safe.
    ///
    /// ```
    /// use common_http::Operation;
    ///
    /// static LIST: Operation = Operation::get("biologix.exams.list", "/v2/partners/{partnerId}/exams");
    /// ```
    #[must_use]
    pub const fn get(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::GET, path)
    }

    /// A POST: effectful, unless [`Operation::with_effect`] says otherwise.
    ///
    /// ```
    /// use common_http::{Effect, Operation};
    ///
    /// static CREATE: Operation = Operation::post("example.folders.create", "/folders");
    /// assert_eq!(CREATE.effect(), Effect::Effectful);
    /// ```
    #[must_use]
    pub const fn post(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::POST, path)
    }

    /// A PUT: idempotent.
    ///
    /// ```
    /// let operation = common_http::Operation::put("example.files.store", "/files/{id}");
    /// assert_eq!(operation.effect(), common_http::Effect::Idempotent);
    /// ```
    #[must_use]
    pub const fn put(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::PUT, path)
    }

    /// A PATCH: effectful, unless [`Operation::with_effect`] says otherwise.
    ///
    /// ```
    /// let operation = common_http::Operation::patch("example.files.change", "/files/{id}");
    /// assert_eq!(operation.effect(), common_http::Effect::Effectful);
    /// ```
    #[must_use]
    pub const fn patch(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::PATCH, path)
    }

    /// A DELETE: idempotent.
    ///
    /// ```
    /// let operation = common_http::Operation::delete("example.files.delete", "/files/{id}");
    /// assert_eq!(operation.effect(), common_http::Effect::Idempotent);
    /// ```
    #[must_use]
    pub const fn delete(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::DELETE, path)
    }

    /// Sets what a repetition does.
    ///
    /// ```
    /// use common_http::{Effect, Operation};
    ///
    /// // A search that is a POST because its filter is long: it only reads.
    /// static SEARCH: Operation = Operation::post("example.search", "/search").with_effect(Effect::Safe);
    /// assert!(SEARCH.effect().is_repeatable());
    /// ```
    #[must_use]
    pub const fn with_effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Marks a transfer of a file: no [`call_timeout`](crate::HttpOptions::call_timeout), but ended when it makes no
    /// progress; 3 attempts by default.
    ///
    /// ```
    /// use common_http::Operation;
    ///
    /// static REPORT: Operation = Operation::get("example.reports.get", "/reports/{id}").transfer();
    /// assert!(REPORT.is_transfer());
    /// ```
    #[must_use]
    pub const fn transfer(mut self) -> Self {
        self.transfer = true;
        self
    }

    /// Marks an operation that is sent without credentials.
    ///
    /// ```
    /// use common_http::Operation;
    ///
    /// // Documented: "não requer autenticação". So the token is not shown to it either.
    /// static REPORT: Operation = Operation::get("example.reports.get", "/reports/{id}").public();
    /// assert!(REPORT.is_public());
    /// ```
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Marks a login or token request: sent without credentials, and never repeated after a 4xx, so that no
    /// account is locked.
    ///
    /// ```
    /// use common_http::Operation;
    ///
    /// static OPEN: Operation = Operation::post("example.sessions.open", "/sessions/open").login();
    /// assert!(OPEN.is_login() && OPEN.is_public());
    /// ```
    #[must_use]
    pub const fn login(mut self) -> Self {
        self.public = true;
        self.login = true;
        self.effect = Effect::Idempotent;
        self
    }

    /// The id, such as `biologix.exams.list`.
    ///
    /// ```
    /// # use common_http::Operation;
    /// # static LIST: Operation = Operation::get("biologix.exams.list", "/v2/partners/{partnerId}/exams");
    /// // The name by which logs, errors, metrics and the sandbox know it.
    /// assert_eq!(LIST.id(), "biologix.exams.list");
    /// ```
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The HTTP method.
    ///
    /// ```
    /// # use common_http::Operation;
    /// # static LIST: Operation = Operation::get("biologix.exams.list", "/v2/partners/{partnerId}/exams");
    /// assert_eq!(LIST.method(), http::Method::GET);
    /// ```
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The path template, such as `/v2/partners/{partnerId}/exams`.
    ///
    /// ```
    /// # use common_http::Operation;
    /// # static LIST: Operation = Operation::get("biologix.exams.list", "/v2/partners/{partnerId}/exams");
    /// // May be printed: it names the argument, not its value.
    /// assert_eq!(LIST.path(), "/v2/partners/{partnerId}/exams");
    /// ```
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// What a repetition does.
    ///
    /// ```
    /// # use common_http::{Effect, Operation};
    /// # static OPERATIONS: [Operation; 1] = [Operation::post("example.folders.create", "/folders")];
    /// // Which operations must a program's operator look after when the line breaks?
    /// let doubtful: Vec<_> = OPERATIONS.iter().filter(|one| one.effect() == Effect::Effectful).collect();
    /// # assert_eq!(doubtful.len(), 1);
    /// ```
    #[must_use]
    pub const fn effect(&self) -> Effect {
        self.effect
    }

    /// Whether it carries a file.
    ///
    /// ```
    /// use common_http::Operation;
    ///
    /// static REPORT: Operation = Operation::get("example.reports.get", "/reports/{id}").transfer();
    /// // Worth a progress bar; for all others a spinner will do.
    /// let bar = REPORT.is_transfer();
    /// # assert!(bar);
    /// ```
    #[must_use]
    pub const fn is_transfer(&self) -> bool {
        self.transfer
    }

    /// Whether it is sent without credentials.
    ///
    /// ```
    /// use common_http::Operation;
    ///
    /// static REPORT: Operation = Operation::get("example.reports.get", "/reports/{id}").public();
    /// // A program without credentials can offer this one all the same.
    /// let offered = REPORT.is_public();
    /// # assert!(offered);
    /// ```
    #[must_use]
    pub const fn is_public(&self) -> bool {
        self.public
    }

    /// Whether it is a login or token request.
    ///
    /// ```
    /// use common_http::Operation;
    ///
    /// static OPEN: Operation = Operation::post("example.sessions.open", "/sessions/open").login();
    /// // An observer counts logins apart from calls.
    /// let counter = if OPEN.is_login() { "logins" } else { "calls" };
    /// # assert_eq!(counter, "logins");
    /// ```
    #[must_use]
    pub const fn is_login(&self) -> bool {
        self.login
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// All but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes all but letters, digits and `-._~`: for one path segment, a query's name or value, a header's extended
/// value.
///
/// ```
/// assert_eq!(common_http::percent_encode("a b/é"), "a%20b%2F%C3%A9");
/// ```
#[must_use]
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// All that an id is not spared in a file name: a path separator, a leading dot, a space, whatever a vendor thinks of.
const ENCODED_IN_NAMES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// A vendor's id as part of a file name: every byte outside `[A-Za-z0-9_-]` is percent-encoded, so that no id is a path,
/// and no two ids have one name (but where the file system takes upper for lower case).
///
/// ```
/// assert_eq!(common_http::file_name("0000101BB"), "0000101BB");
/// assert_eq!(common_http::file_name("../x"), "%2E%2E%2Fx");
/// ```
#[must_use]
pub fn file_name(id: &str) -> String {
    utf8_percent_encode(id, ENCODED_IN_NAMES).to_string()
}

/// Refuses what would leave its place in the path or the request: nothing, dot segments, control characters.
pub(crate) fn check_segment(name: &'static str, value: &str) -> Result<()> {
    let problem = match value {
        "" => "is empty",
        "." | ".." => "is a dot segment",
        _ if value.chars().any(char::is_control) => "has a control character",
        _ => return Ok(()),
    };
    Err(Error::argument(name, problem))
}

/// Puts the checked, encoded arguments into the template.
pub(crate) fn fill(template: &'static str, arguments: &[(&'static str, String)]) -> Result<String> {
    let mut path = String::with_capacity(template.len() + 32);
    let mut used = 0;
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(unfit)?;
        let (name, value) = arguments
            .iter()
            .find(|(argument, _)| *argument == name)
            .ok_or_else(unfit)?;
        check_segment(name, value)?;
        path.push_str(before);
        path.push_str(&percent_encode(value));
        used += 1;
        rest = after;
    }
    path.push_str(rest);
    match used == arguments.len() {
        true => Ok(path),
        false => Err(unfit()),
    }
}

fn unfit() -> Error {
    Error::new(ErrorKind::InvalidInput)
        .with_detail("the path template and the path arguments do not fit each other")
}

/// The URL of a filled path below the base, whose own path stays in front.
pub(crate) fn join(base: &Url, path: &str) -> Result<Url> {
    let whole = format!("{}{path}", base.path().trim_end_matches('/'));
    let mut url = base.clone();
    url.set_path(&whole);
    // A template with a dot segment, say: the parser would resolve it away.
    match url.path() == whole {
        true => Ok(url),
        false => Err(Error::new(ErrorKind::InvalidInput)
            .with_detail("the path does not survive as it is in a URL")),
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;

    const TEMPLATE: &str = "/v2/exams/{examKey}/files/report.pdf";

    fn filled(value: &str) -> Result<String> {
        fill(TEMPLATE, &[("examKey", value.to_owned())])
    }

    #[test]
    fn refuses_what_is_no_segment() {
        for value in ["", ".", "..", "a\0b", "\n", "x\u{7f}", "\u{85}"] {
            let error = filled(value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains("examKey"), "{error}");
        }
    }

    #[test]
    fn encodes_once() {
        assert_eq!(
            filled("a/b?c#d%2e é").unwrap(),
            "/v2/exams/a%2Fb%3Fc%23d%252e%20%C3%A9/files/report.pdf"
        );
        assert_eq!(
            filled("%2e%2e").unwrap(),
            "/v2/exams/%252e%252e/files/report.pdf"
        );
    }

    #[test]
    fn arguments_and_template_must_fit() {
        assert!(fill("/a/{x}", &[]).is_err());
        assert!(fill("/a", &[("x", "1".into())]).is_err());
        assert!(fill("/a/{x", &[("x", "1".into())]).is_err());
    }

    #[test]
    fn keeps_the_path_of_the_base() {
        for base in [
            "https://host.example/prefix",
            "https://host.example/prefix/",
        ] {
            let url = join(&Url::parse(base).unwrap(), "/v2/x").unwrap();
            assert_eq!(url.as_str(), "https://host.example/prefix/v2/x");
        }
        let base = Url::parse("https://host.example").unwrap();
        assert!(join(&base, "/a/../b").is_err());
        assert!(join(&base, "/a/%2e%2E/b").is_err());
    }

    proptest! {
        #[test]
        fn any_text_round_trips_as_one_segment(value in "\\PC{1,40}") {
            prop_assume!(value != "." && value != "..");
            let base = Url::parse("https://host.example/base").unwrap();
            let url = join(&base, &filled(&value).unwrap()).unwrap();
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 6);
            prop_assert_eq!(percent_decode_str(segments[3]).decode_utf8().unwrap(), value);
            prop_assert_eq!(url.host_str(), Some("host.example"));
            prop_assert!(url.query().is_none() && url.fragment().is_none());
        }
    }
}
