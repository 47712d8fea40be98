//! Structs that tolerate unexpected values in single fields.

use serde::Deserializer;
use serde::de::{DeserializeOwned, Error as _};

use crate::data::cost;
use crate::data::decode::{by_the_book, is_by_the_book};
use crate::data::json::{self, DecodeError, Extra, decode_text};
use crate::data::raw::raw_text;
use crate::data::scan::{Member, members};
use crate::data::survey::survey;

/// Makes a struct tolerant: an unexpected value of a field is kept in `extra`.
///
/// Only fields that are not `Option` and have no default must be present and readable.
///
/// The struct derives both traits with `#[serde(remote = "Self")]`, which leaves the traits to this
/// macro, and has a field `extra`. It is read with `serde_json` only (`from_str`, `from_value`, ...),
/// like [`RawJson`](crate::RawJson). The derive also makes functions of the struct itself, which
/// `Oximetry::deserialize(..)` calls: those fail at an unexpected value. So does `serde_json::from_str`
/// in a `Deserialize` of your own that [`json::decode`](crate::json::decode) reads with: use `decode`
/// there too.
///
/// ```
/// use common_http::{Extra, json, lenient_model};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(remote = "Self", rename_all = "camelCase")]
/// struct Oximetry {
///     exam_id: String,
///     #[serde(skip_serializing_if = "Option::is_none")]
///     odi: Option<f64>,
///     #[serde(skip_serializing_if = "Option::is_none")]
///     mean_pulse: Option<f64>,
///     #[serde(flatten)]
///     extra: Extra,
/// }
/// lenient_model!(Oximetry);
///
/// let read: Oximetry = json::decode(br#"{"examId":"1","odi":"6,2","meanPulse":61}"#)?;
/// assert_eq!((read.odi, read.mean_pulse), (None, Some(61.0)));
/// assert_eq!(read.extra["odi"], "6,2");
/// assert!(json::decode::<Oximetry>(b"{}").is_err());
/// # Ok::<(), common_http::DecodeError>(())
/// ```
#[macro_export]
macro_rules! lenient_model {
    ($($name:ident),+ $(,)?) => {$(
        const _: () = {
            use $crate::__private::serde;

            // Calls the function of that name that the derive generated.
            struct ByTheBook($name);

            impl<'de> serde::Deserialize<'de> for ByTheBook {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    $name::deserialize(deserializer).map(Self)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let read = $crate::__private::by_field(
                        deserializer,
                        |model: &mut ByTheBook| &mut model.0.extra,
                    );
                    read.map(|model| model.0)
                }
            }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::core::result::Result<S::Ok, S::Error> {
                    $name::serialize(self, serializer)
                }
            }
        };
    )+};
}

/// Reads an object, and moves fields that cannot be read to its extra fields.
#[allow(clippy::missing_errors_doc, reason = "for `lenient_model!` alone")]
pub fn by_field<'de, D, T>(deserializer: D, extra: fn(&mut T) -> &mut Extra) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    if is_by_the_book() {
        return T::deserialize(deserializer);
    }
    let text = raw_text(deserializer)?;
    cost::within(text.len(), || by_the_book(|| serde_json::from_str(&text)))
        .or_else(|_| around_the_odd(&text, extra).map_err(D::Error::custom))
}

/// Removes the fields that fail, one after the other.
fn around_the_odd<T: DeserializeOwned>(
    text: &str,
    extra: fn(&mut T) -> &mut Extra,
) -> Result<T, DecodeError> {
    /// How much text may be read again, so that many unexpected fields in a large text do not take
    /// minutes.
    const MOST: usize = 16 << 20;
    let Some(mut survey) = survey(text) else {
        return decode_text(text);
    };
    let mut odd: Vec<(Member<'_>, DecodeError)> = Vec::new();
    loop {
        let error = match cost::within(text.len(), || json::read(text, &survey)) {
            Ok(mut model) => {
                let fields = odd.into_iter().filter_map(|(member, _)| {
                    Some((member.name.into_owned(), decode_text(member.value).ok()?))
                });
                extra(&mut model).extend(fields);
                return Ok(model);
            }
            Err(error) => error,
        };
        let name = error.path().split(['.', '[']).next().unwrap_or_default();
        // If the removed field is required, this reports it as missing.
        if let Some(at) = odd.iter().position(|(member, _)| member.name == name) {
            return Err(odd.swap_remove(at).1);
        }
        let member = members(text, &survey.unreadable)
            .into_iter()
            .find(|member| member.name == name && !survey.leaves_out(member.start));
        match member {
            Some(member) if odd.len() * text.len() < MOST => {
                let left_out = &mut survey.left_out;
                let place = left_out.partition_point(|&start| start < member.start);
                left_out.insert(place, member.start);
                odd.push((member, error));
            }
            _ => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::Value;

    use crate::data::json::{DecodeReason, Extra, RawJson, decode};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(remote = "Self", rename_all = "camelCase")]
    struct Exam {
        exam_id: String,
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        kind: Option<u8>,
        #[serde(
            default,
            deserialize_with = "crate::lenient::vec_or_null",
            skip_serializing_if = "Vec::is_empty"
        )]
        words: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<Outcome>,
        #[serde(flatten)]
        extra: Extra,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(remote = "Self")]
    struct Outcome {
        #[serde(skip_serializing_if = "Option::is_none")]
        odi: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pulse: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        raw: Option<RawJson>,
        #[serde(flatten)]
        extra: Extra,
    }

    lenient_model!(Exam, Outcome);

    #[test]
    fn a_field_of_another_type_stays_in_extra() {
        let text = r#"{"examId":"1","result":{"odi":6.5,"pulse":61.0,"raw":[1.50],"new":1},"words":["a"],"type":1,"more":[]}"#;
        let right: Exam = decode(text.as_bytes()).unwrap();
        assert_eq!(
            serde_json::to_value(&right).unwrap(),
            serde_json::from_str::<Value>(text).unwrap()
        );
        for (from, to, place, name) in [
            ("6.5", r#""6,5""#, "/result/odi", "odi"),
            ("6.5", "[2030, 1, 2]", "/result/odi", "odi"),
            (r#""type":1"#, r#""type":300"#, "/type", "type"),
            (r#"["a"]"#, r#"["a", 7]"#, "/words", "words"),
            (r#"["a"]"#, r#"{"b": null}"#, "/words", "words"),
            (
                r#"{"odi":6.5,"pulse":61.0,"raw":[1.50],"new":1}"#,
                "[]",
                "/result",
                "result",
            ),
        ] {
            let text = text.replace(from, to);
            let read: Exam = decode(text.as_bytes()).unwrap();
            let expected: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_value(&read).unwrap(), expected, "{to}");
            assert_eq!(serde_json::from_str::<Exam>(&text).unwrap(), read);
            assert_eq!(
                serde_json::from_value::<Exam>(expected.clone())
                    .unwrap()
                    .kind,
                read.kind
            );
            let odd = read.result.as_ref().map_or(&read.extra, |outcome| {
                if place == "/result/odi" {
                    &outcome.extra
                } else {
                    &read.extra
                }
            });
            assert_eq!(odd.get(name), expected.pointer(place), "{to}");
            assert_eq!(odd.len(), 2);
        }
    }

    #[test]
    fn odd_fields_and_odd_values_cost_only_themselves() {
        let text = r#"{"examId":"\ud83d","type":"x","words":7,"examId":"2","result":{"odi":NaN,"pulse":[],"raw":[ NaN ],"odi":61}}"#;
        let read: Exam = decode(text.as_bytes()).unwrap();
        assert_eq!(
            (
                read.exam_id.as_str(),
                read.kind,
                read.words.len(),
                read.extra.len()
            ),
            ("2", None, 0, 2)
        );
        let result = read.result.unwrap();
        assert_eq!(
            (result.odi, result.pulse, result.extra.len()),
            (Some(61.0), None, 1)
        );
        assert_eq!(result.raw.unwrap().as_str(), "[ NaN ]");
    }

    #[test]
    fn a_model_taken_from_the_fields_of_another_is_tolerant_too() {
        #[derive(serde::Deserialize)]
        #[serde(from = "Extra")]
        struct Taken(Option<Outcome>, Extra);

        impl From<Extra> for Taken {
            fn from(mut rest: Extra) -> Self {
                Self(crate::lenient::take(&mut rest, "result"), rest)
            }
        }

        let Taken(result, rest) = decode(br#"{"result":{"odi":"6,2","pulse":61}}"#).unwrap();
        assert_eq!((result.unwrap().pulse, rest.len()), (Some(61.0), 0));
    }

    #[test]
    fn what_a_model_needs_must_be_there() {
        use DecodeReason as R;
        for (text, path, reason) in [
            ("{}", "examId", R::MissingField),
            (r#"{"type":"x"}"#, "examId", R::MissingField),
            (r#"{"type":"x","examId":7}"#, "examId", R::WrongType),
            (r#"{"examId":NaN}"#, "examId", R::WrongType),
            ("[]", ".", R::WrongType),
            ("7", ".", R::WrongType),
        ] {
            let error = decode::<Exam>(text.as_bytes()).unwrap_err();
            assert_eq!((error.path(), error.reason()), (path, reason), "{text}");
            let error = decode::<Vec<Exam>>(format!("[{text}]").as_bytes()).unwrap_err();
            assert!(error.path().starts_with("[0]"), "{text}");
        }
    }
}
