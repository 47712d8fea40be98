//! Enums of a vendor's codes that keep unknown codes.

/// Defines an enum of a vendor's codes that keeps unknown codes instead of failing.
///
/// Codes are numbers (`: i64`, also written as floats without a fraction) or texts (`: String`).
/// Besides the named variants, the enum has `Unknown`, which holds the vendor's code and is written
/// as that code.
///
/// `From` converts a code; use it instead of the variant `Unknown`. `code()` or `as_str()` returns
/// the code.
/// - An enum of texts has `KNOWN`, the list of the named codes.
/// - `Display` prints a known code, `Debug` its variant's name. Of a code that is not on the list
///   they print only `unrecognised`, because a vendor may put anything there.
/// - It is `#[non_exhaustive]`, `Clone`, `PartialEq`, `Eq`, `Hash`, `Serialize` and `Deserialize`;
///   one of numbers is `Copy` too.
///
/// ```
/// common_http::open_enum! {
///     /// How far an exam is.
///     pub enum Progress: i64 {
///         /// It has begun.
///         Started = 1,
///         /// It is finished.
///         Done = 6,
///     }
/// }
/// common_http::open_enum! {
///     /// A colour.
///     pub enum Colour: String {
///         /// Red, in the vendor's words "vermelho".
///         Red = "vermelho",
///     }
/// }
///
/// assert_eq!(serde_json::from_str::<Progress>("6.0")?, Progress::Done);
/// let new = Progress::from(77);
/// assert_eq!((new, new.code()), (Progress::Unknown(77), 77));
/// assert_eq!(format!("{new:?} {:?}", Progress::Done), "Unknown(unrecognised) Done");
///
/// assert_eq!(Colour::from("vermelho"), Colour::Red);
/// assert_eq!((Colour::KNOWN, Colour::Red.to_string()), (&["vermelho"][..], "vermelho".into()));
/// assert_eq!(serde_json::to_string(&Colour::from("azul"))?, r#""azul""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$about:meta])*
        $vis:vis enum $name:ident : i64 {
            $( $(#[$about_variant:meta])* $variant:ident = $code:literal ),+ $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $( $(#[$about_variant])* $variant, )+
            /// A code that is not on the list, unchanged.
            Unknown(i64),
        }

        impl $name {
            /// The vendor's code.
            #[must_use]
            $vis fn code(self) -> i64 {
                match self {
                    $( Self::$variant => $code, )+
                    Self::Unknown(code) => code,
                }
            }
        }

        impl ::core::convert::From<i64> for $name {
            fn from(code: i64) -> Self {
                match code {
                    $( $code => Self::$variant, )+
                    _ => Self::Unknown(code),
                }
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error>
            where
                S: $crate::__private::serde::Serializer,
            {
                serializer.serialize_i64(self.code())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> ::core::result::Result<Self, D::Error>
            where
                D: $crate::__private::serde::Deserializer<'de>,
            {
                $crate::lenient::integer(deserializer).map(Self::from)
            }
        }

        $crate::open_enum!(@print $name $($variant = $code),+);
    };
    (
        $(#[$about:meta])*
        $vis:vis enum $name:ident : String {
            $( $(#[$about_variant:meta])* $variant:ident = $code:literal ),+ $(,)?
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $( $(#[$about_variant])* $variant, )+
            /// A code that is not on the list, unchanged.
            Unknown(::std::string::String),
        }

        impl $name {
            /// The vendor's codes that have a variant.
            $vis const KNOWN: &'static [&'static str] = &[$($code),+];

            /// The vendor's code.
            #[must_use]
            $vis fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $code, )+
                    Self::Unknown(code) => code,
                }
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(code: &str) -> Self {
                match code {
                    $( $code => Self::$variant, )+
                    _ => Self::Unknown(::std::borrow::ToOwned::to_owned(code)),
                }
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(code: ::std::string::String) -> Self {
                match code.as_str() {
                    $( $code => Self::$variant, )+
                    _ => Self::Unknown(code),
                }
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error>
            where
                S: $crate::__private::serde::Serializer,
            {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> ::core::result::Result<Self, D::Error>
            where
                D: $crate::__private::serde::Deserializer<'de>,
            {
                <::std::string::String as $crate::__private::serde::Deserialize>::deserialize(deserializer)
                    .map(Self::from)
            }
        }

        $crate::open_enum!(@print $name $($variant = $code),+);
    };
    (@print $name:ident $($variant:ident = $code:literal),+) => {
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(match self {
                    $( Self::$variant => ::core::stringify!($variant), )+
                    Self::Unknown(_) => "Unknown(unrecognised)",
                })
            }
        }

        /// Prints the vendor's code, or `unrecognised` if it has no variant.
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(match self {
                    $( Self::$variant => ::core::concat!($code), )+
                    Self::Unknown(_) => "unrecognised",
                })
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    open_enum! {
        /// Numbers.
        enum Level: i64 {
            /// Below zero.
            Negative = -2,
            /// Nothing.
            Zero = 0,
            /// Six.
            Six = 6,
        }
    }

    open_enum! {
        /// Words.
        enum Word: String {
            /// One.
            Yes = "y",
            /// The other.
            No = "n",
        }
    }

    fn level(json: &str) -> Level {
        serde_json::from_str(json).unwrap()
    }

    fn word(json: &str) -> Word {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn known_codes_have_names() {
        for (json, expected) in [
            ("-2", Level::Negative),
            ("0", Level::Zero),
            ("6", Level::Six),
            ("6.0", Level::Six),
            ("7", Level::Unknown(7)),
        ] {
            assert_eq!(level(json), expected);
        }
        assert_eq!([word("\"y\""), word("\"n\"")], [Word::Yes, Word::No]);
        assert_eq!(word("\"Y\""), Word::Unknown("Y".to_owned()));
        assert_eq!(Word::from("n"), Word::from("n".to_owned()));
    }

    #[test]
    fn other_json_is_refused() {
        for json in ["6.5", "\"6\"", "null", "true", "[6]"] {
            assert!(serde_json::from_str::<Level>(json).is_err(), "{json}");
        }
        for json in ["6", "null", "true", "[\"y\"]"] {
            assert!(serde_json::from_str::<Word>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn only_known_codes_are_printed() {
        assert_eq!(
            format!("{:?}", [Level::Six, Level::from(98765)]),
            "[Six, Unknown(unrecognised)]"
        );
        assert_eq!(
            format!("{:#?} {:#?}", Word::Yes, Word::from("MARKER")),
            "Yes Unknown(unrecognised)"
        );
        assert_eq!(
            format!("{} {} {}", Level::Negative, Level::Six, Level::from(98765)),
            "-2 6 unrecognised"
        );
        assert_eq!(
            format!("{:>2} {}", Word::Yes, Word::from("MARKER")),
            " y unrecognised"
        );
    }

    #[test]
    fn the_known_texts_are_listed() {
        assert_eq!(Word::KNOWN, ["y", "n"]);
    }

    #[test]
    fn they_serve_as_keys() {
        let levels: HashSet<Level> = [6, 7, 6, 7, 0].into_iter().map(Level::from).collect();
        assert_eq!(levels.len(), 3);
        let words: HashSet<Word> = ["y", "x", "y"].into_iter().map(Word::from).collect();
        assert_eq!(
            words,
            HashSet::from([Word::Yes, Word::Unknown("x".to_owned())])
        );
    }

    proptest! {
        #[test]
        fn every_number_round_trips(code in prop_oneof![-9..9_i64, any::<i64>()]) {
            let level = level(&code.to_string());
            prop_assert_eq!(level.code(), code);
            prop_assert_eq!(Level::from(code), level);
            prop_assert_eq!(serde_json::to_string(&level).unwrap(), code.to_string());
        }

        #[test]
        fn every_text_round_trips(code in prop_oneof![Just("y".to_owned()), Just("n".to_owned()), any::<String>()]) {
            let json = serde_json::to_string(&code).unwrap();
            let word = word(&json);
            prop_assert_eq!(word.as_str(), &*code);
            prop_assert_eq!(Word::from(code), word.clone());
            prop_assert_eq!(serde_json::to_string(&word).unwrap(), json);
        }
    }
}
