//! Enums whose values are one word each: as text, from text, and in serde.

/// Writes `as_str`, `Display`, `FromStr`, `Serialize` and `Deserialize` for an enum.
///
/// The words must not change once they are published.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// The value as one word in snake_case, for logs, metrics and programs.
            ///
            /// The word is stable across versions. `FromStr` and serde read it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }

            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        /// Reads the word of [`as_str`](Self::as_str). Any other text is `invalid_input`.
        impl FromStr for $name {
            type Err = Error;

            fn from_str(word: &str) -> Result<Self, Error> {
                match word {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err(Error::argument(stringify!($name), "is not a known word")),
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = Cow::<'_, str>::deserialize(deserializer)?;
                word.parse().map_err(|_| {
                    // serde's own message would quote the word.
                    D::Error::custom(concat!("not a known ", stringify!($name)))
                })
            }
        }
    };
}

pub(super) use words;

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};
    use std::str::FromStr;

    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use crate::error::{Cause, Delivery, Error, ErrorKind};

    fn round_trips<T>(all: &[T])
    where
        T: Copy + Debug + Display + PartialEq + FromStr<Err = Error> + Serialize + DeserializeOwned,
    {
        for value in all {
            let word = value.to_string();
            assert!(
                word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{word}"
            );
            assert_eq!(word.parse::<T>().unwrap(), *value);
            let json = serde_json::to_string(value).unwrap();
            assert_eq!(json, format!("\"{word}\""));
            assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value);
        }
        for other in ["", "MARKER", "Config", " config"] {
            let error = other.parse::<T>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            let json = serde_json::to_string(other).unwrap();
            let refusal = serde_json::from_str::<T>(&json).unwrap_err().to_string();
            assert!(
                !format!("{error} {refusal}").contains("MARKER"),
                "{refusal}"
            );
        }
        assert!(serde_json::from_str::<T>("1").is_err());
    }

    #[test]
    fn each_value_is_written_and_read_as_its_word() {
        round_trips(ErrorKind::ALL);
        round_trips(Delivery::ALL);
        round_trips(Cause::ALL);
        assert_eq!(
            (ErrorKind::ALL.len(), Delivery::ALL.len(), Cause::ALL.len()),
            (16, 3, 12)
        );
    }

    #[test]
    fn a_word_is_padded_and_an_escaped_one_is_read() {
        assert_eq!(format!("{:>10}|", Delivery::NotSent), "  not_sent|");
        let read: Delivery = serde_json::from_str(r#""not\u005fsent""#).unwrap();
        assert_eq!(read, Delivery::NotSent);
    }
}
