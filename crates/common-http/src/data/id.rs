//! Ids as separate types.

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};

use crate::data::lenient;
use crate::data::text_or_number::{TextOrNumber, TextOrNumberForm};

/// Defines an id: an opaque text with its own type, so that ids cannot be confused.
///
/// | form | what |
/// | --- | --- |
/// | `pub struct FolderId;` | `Debug` and `Display` print it |
/// | `pub struct PatientId: hidden;` | `Debug` prints `PatientId(..)`; there is no `Display` |
/// | `pub struct FileId: numeric;` | it also has `From` of `u64`, `i64`, `u32` and `i32` |
/// | `pub struct PatientId: hidden numeric;` | both |
///
/// Hide the id of a person, and anything that grants access to a person's data. The first line of a
/// hidden id's documentation says to read it with `as_str()` and never with `{:?}`.
///
/// Each has `as_str()`, `Clone`, `PartialEq`, `Eq`, `Hash`, `PartialOrd`, `Ord`, `AsRef<str>`,
/// `FromStr`, `From` of `&str`, `String` and `&String`, `Into<String>`, `Serialize` as a string,
/// and `Deserialize` from a string or a whole number of 64 bits.
///
/// ```
/// common_http::id! {
///     /// The id of a folder.
///     pub struct FolderId;
/// }
/// common_http::id! {
///     /// The id of a patient: read it with `as_str()`, never with `{:?}`, which hides it.
///     pub struct PatientId: hidden numeric;
/// }
///
/// let folder: FolderId = serde_json::from_str("\"f-1\"")?;
/// assert_eq!(folder.to_string(), "f-1");
/// assert_eq!(PatientId::from(7), serde_json::from_str("7")?);
/// assert_eq!(format!("{:?}", PatientId::from(7)), "PatientId(..)");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! id {
    ($(#[$about:meta])* $vis:vis struct $name:ident;) => {
        $crate::id!(@common $(#[$about])* $vis $name);
        $crate::id!(@shown $name);
    };
    ($(#[$about:meta])* $vis:vis struct $name:ident: hidden;) => {
        $crate::id!(@common $(#[$about])* $vis $name);
        $crate::id!(@hidden $name);
    };
    ($(#[$about:meta])* $vis:vis struct $name:ident: numeric;) => {
        $crate::id!(@common $(#[$about])* $vis $name);
        $crate::id!(@shown $name);
        $crate::id!(@numeric $name u64 i64 u32 i32);
    };
    ($(#[$about:meta])* $vis:vis struct $name:ident: hidden numeric;) => {
        $crate::id!(@common $(#[$about])* $vis $name);
        $crate::id!(@hidden $name);
        $crate::id!(@numeric $name u64 i64 u32 i32);
    };
    (@common $(#[$about:meta])* $vis:vis $name:ident) => {
        $(#[$about])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis struct $name(::std::string::String);

        impl $name {
            /// The id as text.
            #[must_use]
            $vis fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(::std::borrow::ToOwned::to_owned(id))
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(id: ::std::string::String) -> Self {
                Self(id)
            }
        }

        impl ::core::convert::From<&::std::string::String> for $name {
            fn from(id: &::std::string::String) -> Self {
                Self(::core::clone::Clone::clone(id))
            }
        }

        impl ::core::convert::From<$name> for ::std::string::String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;

            fn from_str(id: &str) -> ::core::result::Result<Self, Self::Err> {
                ::core::result::Result::Ok(Self::from(id))
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error>
            where
                S: $crate::__private::serde::Serializer,
            {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> ::core::result::Result<Self, D::Error>
            where
                D: $crate::__private::serde::Deserializer<'de>,
            {
                $crate::__private::read_id(deserializer).map(Self)
            }
        }
    };
    (@shown $name:ident) => {
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_tuple(::core::stringify!($name)).field(&self.0).finish()
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
    (@hidden $name:ident) => {
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(::core::concat!(::core::stringify!($name), "(..)"))
            }
        }
    };
    (@numeric $name:ident $($number:ident)+) => {$(
        impl ::core::convert::From<$number> for $name {
            fn from(id: $number) -> Self {
                Self(::std::string::ToString::to_string(&id))
            }
        }
    )+};
}

/// Reads an id, which may be written as a whole number.
///
/// A number with a fraction or with lost digits is refused, because it would be another id.
#[doc(hidden)]
pub fn read_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    /// 2^53: from here on a float may have lost digits.
    const INEXACT: u64 = 1 << 53;
    // A binary format does not show the next type. It was written as a string.
    if !deserializer.is_human_readable() {
        return String::deserialize(deserializer);
    }
    match TextOrNumber::deserialize(deserializer)?.0 {
        TextOrNumberForm::Text(text) => Ok(text),
        TextOrNumberForm::Number(number) if number.is_u64() => Ok(number.to_string()),
        TextOrNumberForm::Number(number) => match lenient::whole(&number) {
            Some(whole) if number.is_i64() || whole.unsigned_abs() < INEXACT => {
                Ok(whole.to_string())
            }
            _ => Err(D::Error::invalid_value(
                Unexpected::Other("a number that is not whole or too large"),
                &"an id",
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use proptest::prelude::*;
    use serde::de::DeserializeOwned;

    use crate::data::json::{DecodeReason, decode};

    id! {
        /// Shown.
        struct Shown;
    }
    id! {
        /// Hidden.
        pub(crate) struct Hidden: hidden;
    }
    id! {
        /// Shown, and made from numbers.
        struct Numeric: numeric;
    }
    id! {
        /// Hidden, and made from numbers.
        struct HiddenNumeric: hidden numeric;
    }

    fn read<T: DeserializeOwned>(json: &str) -> T {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_hidden_id_is_not_printed() {
        assert_eq!(
            format!("{0:?} {0} {0:>4}", Shown::from("a-1")),
            r#"Shown("a-1") a-1  a-1"#
        );
        assert_eq!(format!("{0:?} {0}", Numeric::from(7)), r#"Numeric("7") 7"#);
        assert_eq!(
            format!("{0:?} {0:#?}", Hidden::from("MARKER")),
            "Hidden(..) Hidden(..)"
        );
        assert_eq!(
            format!("{:?}", HiddenNumeric::from("MARKER")),
            "HiddenNumeric(..)"
        );
    }

    #[test]
    fn it_is_made_from_what_programs_hold() {
        let text = "7".to_owned();
        let ids = [
            HiddenNumeric::from("7"),
            HiddenNumeric::from(&text),
            HiddenNumeric::from(text),
            "7".parse().unwrap(),
            HiddenNumeric::from(7),
            HiddenNumeric::from(7_u32),
            HiddenNumeric::from(7_i64),
            HiddenNumeric::from(7_u64),
        ];
        for id in &ids {
            assert_eq!((id.as_str(), id.as_ref()), ("7", "7"));
            assert_eq!(String::from(id.clone()), "7");
        }
        assert_eq!(HashSet::from(ids).len(), 1);
        assert!(Shown::from("a") < Shown::from("b"));
        assert_eq!(Numeric::from(-1_i64).as_str(), "-1");
        assert_eq!(Numeric::from(u64::MAX).as_str(), "18446744073709551615");
    }

    #[test]
    fn it_is_read_from_a_string_or_a_whole_number() {
        for (json, text) in [
            ("\"a-1\"", "a-1"),
            ("\"007\"", "007"),
            ("\"\"", ""),
            ("7", "7"),
            ("7.0", "7"),
            ("-7", "-7"),
            ("9007199254740991.0", "9007199254740991"),
            ("9007199254740993", "9007199254740993"),
            ("18446744073709551615", "18446744073709551615"),
        ] {
            assert_eq!(read::<Shown>(json).as_str(), text, "{json}");
            assert_eq!(read::<HiddenNumeric>(json).as_str(), text, "{json}");
        }
        let keys: BTreeMap<Shown, u8> = read(r#"{"a": 1, "7": 2}"#);
        assert_eq!(keys[&Shown::from("7")], 2);
    }

    #[test]
    fn what_would_be_another_id_is_refused_without_being_quoted() {
        for (json, reason) in [
            ("987654.5", DecodeReason::OutOfRange),
            ("9007199254740993.0", DecodeReason::OutOfRange),
            ("987654987654987654987654", DecodeReason::OutOfRange),
            ("null", DecodeReason::WrongType),
            ("true", DecodeReason::WrongType),
            ("[\"MARKER\"]", DecodeReason::WrongType),
        ] {
            let error = decode::<Hidden>(json.as_bytes()).unwrap_err();
            assert_eq!(error.reason(), reason, "{json}");
            let text = serde_json::from_str::<Hidden>(json)
                .unwrap_err()
                .to_string();
            assert!(
                !text.contains("MARKER") && !text.contains("987654"),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_text_round_trips_as_a_string(text in any::<String>()) {
            let json = serde_json::to_string(&Hidden::from(&text)).unwrap();
            prop_assert_eq!(&json, &serde_json::to_string(&text).unwrap());
            let id: Hidden = read(&json);
            prop_assert_eq!(id.as_str(), text);
        }
    }
}
