//! Which requests belong to an operation.

use http::Method;

use crate::sandbox::answer::Answer;
use crate::sandbox::request::Request;

/// One operation of a sandbox: its id, which requests belong to it, and what answers them.
pub struct Route<S> {
    pub(super) pattern: Pattern,
    pub(super) handler: fn(&S, &Request) -> Answer,
}

/// Which requests belong to an operation.
#[derive(Clone)]
pub(super) struct Pattern {
    pub(super) operation: &'static str,
    pub(super) method: Method,
    pub(super) template: &'static str,
    pub(super) address: usize,
}

impl<S> Route<S> {
    /// An operation at the sandbox's first address.
    ///
    /// In the path template `{name}` stands for one whole segment, which [`Request::arg`] gives to
    /// the handler. Everything else, a slash at the end included, is matched as it is.
    ///
    /// The handler acts as the vendor would, and answers. It is called for one request at a time,
    /// on the tasks of the server: it must not block.
    #[must_use]
    pub const fn new(
        operation: &'static str,
        method: Method,
        template: &'static str,
        handler: fn(&S, &Request) -> Answer,
    ) -> Self {
        let pattern = Pattern {
            operation,
            method,
            template,
            address: 0,
        };
        Self { pattern, handler }
    }

    /// Puts the operation at another address: the index is that of [`Vendor::listen`].
    ///
    /// [`Vendor::listen`]: crate::sandbox::Vendor::listen
    #[must_use]
    pub const fn at(mut self, address: usize) -> Self {
        self.pattern.address = address;
        self
    }
}

impl Pattern {
    /// The values of the template's arguments, if the path is one of this template.
    pub(super) fn matches(&self, segments: &[String]) -> Option<Vec<(&'static str, String)>> {
        let template: Vec<&'static str> = self.template.split('/').skip(1).collect();
        if template.len() != segments.len() {
            return None;
        }
        let mut args = Vec::new();
        for (wanted, got) in template.into_iter().zip(segments) {
            match wanted
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
            {
                Some(name) => args.push((name, got.clone())),
                None if wanted == got => {}
                None => return None,
            }
        }
        Some(args)
    }
}
