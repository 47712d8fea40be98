//! A whole answer in memory.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::data::item::Item;
use crate::data::recorded::Recorded;
use crate::data::{charset, cost, items};
use crate::engine::proof;
use crate::error::{Delivery, Error, ErrorKind, Result};
use crate::json::{DecodeError, DecodeReason, RawJson, decode_text, strict};

/// How much of an answer's body an error keeps.
pub(crate) const KEPT_BODY: usize = 64 * 1024;

/// A whole answer, in memory. `Debug` shows its status and size.
///
/// A program's tests build one from an [`http::Response`]:
///
/// ```
/// use common_http::Answer;
///
/// let answer = Answer::from(http::Response::new(r#"{"id":7}"#.into()));
/// assert_eq!(answer.json::<serde_json::Value>()?["id"], 7);
/// # Ok::<(), common_http::Error>(())
/// ```
#[derive(Clone)]
pub struct Answer {
    pub(crate) operation: Option<&'static str>,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: u32,
    pub(crate) throttled: bool,
    pub(crate) delivery: Delivery,
}

impl Answer {
    /// The status: a 2xx, unless the answer is an error that a [`Profile`](crate::Profile) reads.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The value of a header, if it is present and visible ASCII. The name's case does not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, byte for byte.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The number of attempts that the call made.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether the vendor throttled one of the attempts. If so, send fewer calls.
    #[must_use]
    pub fn was_throttled(&self) -> bool {
        self.throttled
    }

    /// Reads the body as JSON.
    ///
    /// Reading is as tolerant as [`json::decode`](crate::json::decode). A body that is not UTF-8 is
    /// read in the charset that the answer names.
    ///
    /// # Errors
    /// `decode`, with the JSON path and the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        decode_text(&self.text()).map_err(|error| self.no_json(error))
    }

    /// The JSON text of the body, or `None` if it is not JSON. For answers of any form.
    #[must_use]
    pub fn raw(&self) -> Option<RawJson> {
        self.json().ok()
    }

    /// Reads the body as JSON and keeps the text.
    ///
    /// # Errors
    /// `decode`, with the JSON path and the body.
    pub fn recorded<T: DeserializeOwned>(&self) -> Result<Recorded<T>> {
        Recorded::from_body(&self.headers, &self.body).map_err(|error| self.no_json(error))
    }

    /// Reads the body as a JSON array. An item that cannot be read is rejected alone.
    ///
    /// An empty body and `null` are an empty list. No content of an item makes it fail.
    ///
    /// # Errors
    /// `decode` if it is not an array.
    pub fn items<T: DeserializeOwned>(&self) -> Result<Vec<Item<T>>> {
        let body = &*charset::unmarked(&self.body);
        if matches!(body.trim_ascii(), b"" | b"null") {
            return Ok(Vec::new());
        }
        let no_json = |error| self.no_json(error);
        cost::check(body).map_err(no_json)?;
        items::items(body, &self.headers)
            .map_err(|error| error.map_or_else(|| self.no_list(), no_json))
    }

    /// Why the body is not a list.
    fn no_list(&self) -> Error {
        match strict::<Vec<IgnoredAny>>(&self.text()) {
            Err(error) => self.no_json(error),
            Ok(_) => self.unreadable(),
        }
    }

    fn text(&self) -> Cow<'_, str> {
        charset::text(&self.body, || charset::named(&self.headers))
    }

    fn no_json(&self, error: DecodeError) -> Error {
        if error.reason() == DecodeReason::Syntax && proof::is_encoded(&self.headers) {
            return self.unreadable().with_detail(proof::ENCODED);
        }
        self.unreadable().with_decode(error)
    }

    /// Builds the error for an answer that does not match the vendor's document.
    #[must_use]
    pub fn unreadable(&self) -> Error {
        let error = Error::new(ErrorKind::Decode)
            .with_status(self.status)
            .with_attempts(self.attempts)
            .with_delivery(self.delivery)
            .with_body(self.body.slice(..self.body.len().min(KEPT_BODY)));
        match self.operation {
            Some(operation) => error.with_operation(operation),
            None => error,
        }
    }
}

/// Builds an `Answer` for tests, as if it came from a first attempt.
impl From<Response<Bytes>> for Answer {
    fn from(response: Response<Bytes>) -> Self {
        let (head, body) = response.into_parts();
        Self {
            operation: None,
            status: head.status,
            headers: head.headers,
            body,
            attempts: 1,
            throttled: false,
            delivery: Delivery::Answered,
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("operation", &self.operation)
            .field("status", &self.status.as_u16())
            .field("bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bytes::Bytes;
    use http::Response;
    use serde::Deserialize;

    use super::Answer;
    use crate::Item;
    use crate::json::DecodeReason;

    fn answer(body: impl Into<Bytes>, kind: &str) -> Answer {
        let response = Response::builder().header("content-type", kind);
        Answer::from(response.body(body.into()).unwrap())
    }

    #[derive(Debug, Deserialize)]
    struct Exam {
        id: u8,
        name: Option<String>,
        #[serde(rename = "odi")]
        _odi: Option<f64>,
    }

    fn exams(body: impl Into<Bytes>) -> Vec<Item<Exam>> {
        answer(body, "application/json").items().unwrap()
    }

    #[test]
    fn nothing_is_an_empty_list() {
        for body in [
            "",
            " \r\n",
            "null",
            " null ",
            "\u{feff}",
            "\u{feff}null",
            "[]",
            "[ ]",
        ] {
            assert!(exams(body).is_empty(), "{body:?}");
        }
    }

    #[test]
    fn an_odd_field_costs_itself_and_an_unreadable_item_itself() {
        for odd in [
            r#"{"id":2,"odi":NaN}"#,
            r#"{"id":2,"name":"\ud83d"}"#,
            r#"{"id":1,"id":2}"#,
            "{\"id\":2,\"name\":\"a\nb\"}",
            r#"{ "id" : 2 , "odi" : }"#,
        ] {
            let items = exams(format!(r#" [{{"id":1}}, {odd} ,{{"id":3}}] "#));
            let read: Vec<_> = items.iter().map(|item| item.value().unwrap().id).collect();
            assert_eq!(read, [1, 2, 3], "{odd}");
            assert_eq!(items[1].raw().as_str(), odd);
        }
        for odd in [
            r#"{"id":2"#,
            r#"{"id":"2"}"#,
            "{id:2}",
            "<b>",
            r#"{"id":[2}"#,
            r#"{"id":2}}"#,
            "NaN",
        ] {
            let items = exams(format!(r#"[{{"id":1}},{odd},{{"id":3}}]"#));
            assert_eq!((items.len(), items[1].raw().as_str()), (3, odd));
            assert!(items[1].rejected().unwrap().error.path().starts_with("[1]"));
            assert_eq!(items[2].value().unwrap().id, 3, "{odd}");
        }
    }

    #[test]
    fn a_page_that_is_cut_off_is_an_error() {
        let whole = r#"[{"id":1,"name":"a]"},{"id":2,"name":"[b","more":[[1],{"x":[]}]}]"#;
        for length in 1..whole.len() {
            let cut = answer(whole[..length].to_owned(), "application/json");
            assert!(cut.items::<Exam>().is_err(), "{}", &whole[..length]);
        }
        for (body, reason) in [
            ("[{\"id\":1}", "ended early"),
            ("{}", "wrong type"),
            ("[] []", "syntax"),
            ("<html>", "syntax"),
        ] {
            let error = answer(body, "application/json")
                .items::<Exam>()
                .unwrap_err();
            assert!(format!("{error:?}").contains(reason), "{error:?}");
        }
    }

    #[test]
    fn a_text_is_read_by_its_charset() {
        let body = Bytes::from_static(b"[{\"id\":1,\"name\":\"S\xe3o\"}, {\"id\":2}]");
        for (kind, name) in [
            ("application/json; charset=ISO-8859-1", "S\u{e3}o"),
            ("application/json;charset=\"windows-1252\"; a=b", "S\u{e3}o"),
            ("application/json; charset=windows-1251", "S\u{433}o"),
            ("application/json; charset=utf-8", "S\u{fffd}o"),
            ("application/json", "S\u{fffd}o"),
        ] {
            let answer = answer(body.clone(), kind);
            let items = answer.items::<Exam>().unwrap();
            assert_eq!(items[0].value().unwrap().name.as_deref(), Some(name));
            assert_eq!(items[0].raw().as_bytes(), &body[1..22]);
            assert_eq!(
                items[0].raw().as_str(),
                format!(r#"{{"id":1,"name":"{name}"}}"#)
            );
            assert_eq!(items[1].raw().as_str(), r#"{"id":2}"#);
            let whole = answer.recorded::<Vec<Exam>>().unwrap();
            assert_eq!(
                (whole[0].name.as_deref(), whole.raw().as_bytes()),
                (Some(name), &body[..])
            );
        }
        let utf16: Vec<u8> = "[{\"id\":7}]"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(exams(utf16.clone())[0].value().unwrap().id, 7);
        let whole = answer(utf16, "application/json").recorded::<Vec<Exam>>();
        assert_eq!(whole.unwrap()[0].id, 7);
    }

    #[test]
    fn a_record_is_kept_as_it_came() {
        let answer = answer(
            "\u{feff} {\"a\" : NaN, \"b\":\"\t\", \"a\":1}\n",
            "application/json",
        );
        let recorded = answer
            .recorded::<BTreeMap<String, Option<serde_json::Value>>>()
            .unwrap();
        assert_eq!(
            recorded.raw().as_str(),
            "{\"a\" : NaN, \"b\":\"\t\", \"a\":1}"
        );
        assert_eq!(recorded["a"], Some(1.into()));
    }

    #[test]
    fn status_and_text_are_those_of_the_response() {
        let response = Response::builder().status(201);
        let created = Answer::from(response.body("[1]".into()).unwrap());
        assert_eq!(created.status(), 201);
        assert_eq!(created.raw().unwrap().as_str(), "[1]");
        assert_eq!(answer("<html>", "text/html").raw(), None);
    }

    #[test]
    fn an_error_keeps_64_kib_of_the_body() {
        for (length, kept) in [(5_000, 5_000), (70_000, 65_536)] {
            let error = answer(vec![b' '; length], "text/plain").unreadable();
            assert_eq!(error.body().len(), kept);
        }
    }

    #[test]
    fn a_body_of_crumbs_is_refused() {
        let crumbs = |unit: &str| format!("[{}0]", unit.repeat((1 << 20) / unit.len()));
        let error = answer(crumbs("{},"), "").items::<Exam>().unwrap_err();
        assert!(format!("{error:?}").contains(DecodeReason::TooMany.as_str()));
        assert!(
            answer(crumbs("{},"), "")
                .json::<serde_json::Value>()
                .is_err()
        );
        // Small documents cost as much as their items.
        assert!(answer(crumbs("0,"), "").items::<[u64; 32]>().is_err());
        assert_eq!(
            answer(crumbs("0,"), "").items::<u8>().unwrap().len(),
            (1 << 19) + 1
        );
    }
}
