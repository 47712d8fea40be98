//! How an address of a sandbox listens, and how it writes.

use std::borrow::Cow;

/// How one address of a sandbox listens on 127.0.0.1, and how it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen {
    /// The port. 0, the default, takes a free one.
    pub port: u16,
    /// How header names are written. Lower case by default.
    pub header_case: HeaderCase,
    /// The largest request body in bytes, 32 MiB by default. A larger one is answered 413.
    pub body_limit: usize,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            port: 0,
            header_case: HeaderCase::default(),
            body_limit: 32 << 20,
        }
    }
}

/// How header names are written on the wire. HTTP says that it does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum HeaderCase {
    /// `x-pagination-total`, as HTTP/2 always has it.
    #[default]
    Lower,
    /// `X-Pagination-Total`.
    Title,
}

impl HeaderCase {
    pub(super) fn spell(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Lower => Cow::Borrowed(name),
            Self::Title => {
                let mut start = true;
                let spell = |letter: char| {
                    let spelled = if start {
                        letter.to_ascii_uppercase()
                    } else {
                        letter
                    };
                    start = letter == '-';
                    spelled
                };
                Cow::Owned(name.chars().map(spell).collect())
            }
        }
    }
}
