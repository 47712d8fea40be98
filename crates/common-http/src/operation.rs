//! An endpoint as data.

use std::fmt;

use http::Method;

/// The effect of sending the same request twice.
///
/// It is a property of the operation, not of its HTTP method, and can be overridden for one call
/// with [`CallOptions::effect`](crate::CallOptions::effect).
///
/// ```
/// use common_http::Effect;
///
/// assert!(Effect::Safe.is_repeatable() && Effect::Idempotent.is_repeatable());
/// assert!(!Effect::Effectful.is_repeatable()); // a second order might be placed
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It only reads.
    Safe,
    /// Doing it twice leaves the same state as doing it once.
    Idempotent,
    /// Doing it twice has the effect twice. It is repeated only if it was refused before the vendor
    /// acted.
    Effectful,
}

impl Effect {
    /// Whether a call with an unknown outcome may be sent again.
    #[must_use]
    pub const fn is_repeatable(self) -> bool {
        matches!(self, Self::Safe | Self::Idempotent)
    }

    /// The effect as one word, as the documents under `specs/` write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Idempotent => "idempotent",
            Self::Effectful => "effectful",
        }
    }
}

/// An endpoint: its id, method and path template, and whether it may be repeated.
///
/// ```
/// use common_http::{Effect, Operation};
///
/// static LIST: Operation = Operation::get("example.exams.list", "/partners/{partnerId}/exams");
/// assert_eq!(LIST.effect(), Effect::Safe);
///
/// // A POST that only reads (its filter is too long for a URL), so it may be repeated.
/// static SEARCH: Operation =
///     Operation::post("example.exams.search", "/search").with_effect(Effect::Safe);
/// assert!(SEARCH.effect().is_repeatable());
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
    /// An operation with the effect that HTTP gives its method.
    ///
    /// GET, HEAD and OPTIONS are safe, PUT and DELETE idempotent, all others effectful.
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
    #[must_use]
    pub const fn get(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::GET, path)
    }

    /// A POST: effectful, unless [`Operation::with_effect`] says otherwise.
    #[must_use]
    pub const fn post(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::POST, path)
    }

    /// A PUT: idempotent.
    #[must_use]
    pub const fn put(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::PUT, path)
    }

    /// A PATCH: effectful, unless [`Operation::with_effect`] says otherwise.
    #[must_use]
    pub const fn patch(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::PATCH, path)
    }

    /// A DELETE: idempotent.
    #[must_use]
    pub const fn delete(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::DELETE, path)
    }

    /// Sets the effect of repeating the operation.
    #[must_use]
    pub const fn with_effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    /// Marks the transfer of a file.
    ///
    /// A transfer has no [`call_timeout`](crate::HttpOptions::call_timeout), but ends if it makes
    /// no progress. It has 3 attempts by default.
    #[must_use]
    pub const fn transfer(mut self) -> Self {
        self.transfer = true;
        self
    }

    /// Marks an operation that is sent without credentials.
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Marks a login or token request.
    ///
    /// It is sent without credentials and never repeated after a 4xx, so that no account is locked.
    #[must_use]
    pub const fn login(mut self) -> Self {
        self.public = true;
        self.login = true;
        self.effect = Effect::Idempotent;
        self
    }

    /// The id, such as `biologix.exams.list`: its name in logs, errors, metrics and the sandbox.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The path template, such as `/v2/partners/{partnerId}/exams`; it is safe to print.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The effect of repeating the operation.
    #[must_use]
    pub const fn effect(&self) -> Effect {
        self.effect
    }

    /// Whether it transfers a file.
    #[must_use]
    pub const fn is_transfer(&self) -> bool {
        self.transfer
    }

    /// Whether it is sent without credentials.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        self.public
    }

    /// Whether it is a login or token request.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_decides_the_effect_until_it_is_set() {
        type Constructor = fn(&'static str, &'static str) -> Operation;
        let constructors: [(Constructor, Method, &str); 5] = [
            (Operation::get, Method::GET, "safe"),
            (Operation::post, Method::POST, "effectful"),
            (Operation::put, Method::PUT, "idempotent"),
            (Operation::patch, Method::PATCH, "effectful"),
            (Operation::delete, Method::DELETE, "idempotent"),
        ];
        for (constructor, method, effect) in constructors {
            let operation = constructor("example.things.do", "/things/{id}");
            assert_eq!(operation.method(), method);
            assert_eq!(operation.effect().as_str(), effect, "{method}");
            assert_eq!(operation.to_string(), "example.things.do");
            assert_eq!(
                (operation.id(), operation.path()),
                ("example.things.do", "/things/{id}")
            );
            assert_eq!(operation.with_effect(Effect::Safe).effect(), Effect::Safe);
        }
        for (method, effect) in [
            (Method::HEAD, Effect::Safe),
            (Method::OPTIONS, Effect::Safe),
        ] {
            assert_eq!(Operation::new("example", method, "/").effect(), effect);
        }
    }

    #[test]
    fn a_mark_sets_what_it_says() {
        let marks = |one: &Operation| (one.is_transfer(), one.is_public(), one.is_login());
        let post = || Operation::post("example", "/");
        assert_eq!(marks(&post()), (false, false, false));
        assert_eq!(marks(&post().transfer()), (true, false, false));
        assert_eq!(marks(&post().public()), (false, true, false));
        assert_eq!(marks(&post().login()), (false, true, true));
        assert_eq!(post().public().effect(), Effect::Effectful);
        assert_eq!(post().login().effect(), Effect::Idempotent);
    }

    #[test]
    fn only_what_has_an_effect_is_not_repeatable() {
        let repeatable =
            [Effect::Safe, Effect::Idempotent, Effect::Effectful].map(Effect::is_repeatable);
        assert_eq!(repeatable, [true, true, false]);
    }
}
