//! Keeps secrets and personal data out of printed text.

use std::fmt;
use std::hint::black_box;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};

use crate::data::lenient;

/// A text that must never be printed: a password, a token, a key.
///
/// `Debug` prints `Secret(***)`; there is no `Display` and no `Serialize`. The memory is
/// overwritten on drop. Comparing two secrets of the same length takes a time that does not depend
/// on where they differ.
///
/// ```
/// use common_http::Secret;
///
/// let password = Secret::from("EXAMPLE-PASSWORD");
/// assert_eq!(format!("{password:?}"), "Secret(***)");
/// assert_eq!(password.expose(), "EXAMPLE-PASSWORD");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// The text itself. Anything that is made from it, such as a header, is secret too.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(SecretString::from(text))
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        same_bytes(self.expose().as_bytes(), other.expose().as_bytes())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::string(deserializer).map(Self::from)
    }
}

/// Compares every byte even after a difference, so that the time reveals only the length.
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    let difference = a
        .iter()
        .zip(b)
        .fold(0, |seen, (x, y)| black_box(seen | (x ^ y)));
    a.len() == b.len() && difference == 0
}

/// Implements `Debug` so that it prints only the named fields, and `..` for the rest.
///
/// For types that hold secrets or personal data: a field that is not named cannot leak, even one
/// that is added later. Use it in the module of the type, instead of `derive(Debug)`.
///
/// ```
/// struct Patient {
///     clinic: String,
///     name: String,
/// }
/// common_http::safe_debug!(Patient { clinic });
///
/// let patient = Patient { clinic: "Clinica Exemplo".into(), name: "Paciente Ficticio".into() };
/// assert_eq!(format!("{patient:?}"), r#"Patient { clinic: "Clinica Exemplo", .. }"#);
/// # let _ = patient.name;
/// ```
#[macro_export]
macro_rules! safe_debug {
    ($name:ident { $($shown:ident),* $(,)? }) => {
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(::core::stringify!($name))
                    $(.field(::core::stringify!($shown), &self.$shown))*
                    .finish_non_exhaustive()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Secret, same_bytes};

    #[test]
    fn a_secret_does_not_print_itself() {
        let secret = Secret::from("EXAMPLE-SECRET");
        assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(***) Secret(***)");
        assert_eq!(secret.clone().expose(), "EXAMPLE-SECRET");
    }

    #[test]
    fn a_secret_is_read_from_a_json_string_only() {
        let secret: Secret = serde_json::from_str(r#""EXAMPLE-SECRET""#).unwrap();
        assert_eq!(secret, Secret::from("EXAMPLE-SECRET"));
        let error = serde_json::from_str::<Secret>("987654")
            .unwrap_err()
            .to_string();
        assert!(!error.contains("987654"), "{error}");
    }

    proptest! {
        #[test]
        fn secrets_are_equal_when_their_texts_are(a in "[ab]{0,4}", b in "[ab]{0,4}") {
            prop_assert_eq!(Secret::from(&*a) == Secret::from(b.clone()), a == b);
            prop_assert_eq!(same_bytes(a.as_bytes(), b.as_bytes()), a == b);
        }
    }

    struct Holder {
        shown: u8,
        also: &'static str,
        hidden: &'static str,
    }
    safe_debug!(Holder { shown, also });

    struct Nothing {
        hidden: &'static str,
    }
    safe_debug!(Nothing {});

    #[test]
    fn safe_debug_prints_what_it_is_told_and_no_more() {
        let holder = Holder {
            shown: 7,
            also: "word",
            hidden: "MARKER",
        };
        assert_eq!(
            format!("{holder:?}"),
            r#"Holder { shown: 7, also: "word", .. }"#
        );
        let nothing = Nothing { hidden: "MARKER" };
        assert_eq!(format!("{nothing:?}"), "Nothing { .. }");
        assert_eq!(nothing.hidden, holder.hidden);
    }
}
