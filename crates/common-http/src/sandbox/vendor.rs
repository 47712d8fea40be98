//! The seam between the plumbing and a vendor.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Request};

/// One operation of a vendor: its id and which requests belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub(super) operation: &'static str,
    pub(super) method: Method,
    pub(super) template: &'static str,
}

impl Route {
    /// An operation, for example `biologix.exams.list`, with its method and its path template. In the template
    /// `{name}` stands for one whole segment; everything else, a slash at the end included, is matched as it is.
    ///
    /// ```
    /// use common_http::sandbox::Route;
    /// use http::Method;
    ///
    /// static ROUTES: [Route; 1] =
    ///     [Route::new("example.reports.get", Method::GET, "/exams/{examKey}/files/report.pdf")];
    /// ```
    #[must_use]
    pub const fn new(operation: &'static str, method: Method, template: &'static str) -> Self {
        Self {
            operation,
            method,
            template,
        }
    }

    /// The values of the template's arguments, when the path is one of this template.
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

/// What a vendor's crate says about its sandbox: its operations, and what it answers.
///
/// The methods are called one request at a time, on the server's tasks: they must not block.
pub trait Vendor: Send + Sync + 'static {
    /// The operations. A path of none of them is answered 404, a known path with another method 405.
    fn routes(&self) -> &'static [Route];

    /// Acts upon a request, as the vendor would, and answers it.
    fn answer(&self, operation: &'static str, request: &Request) -> Answer;

    /// The vendor's answer of this status where the plumbing has to refuse (404, 405, 413) or a fault asks for it
    /// (429, 503). `Allow` and `Retry-After` are added by the plumbing.
    fn refusal(&self, status: StatusCode, request: &Request) -> Answer;

    /// Changes the JSON of an answer as the vendor may without notice: fields and codes that nobody documented,
    /// blocks that are null.
    fn drift(&self, operation: &'static str, body: &mut Value);
}

/// Puts undocumented fields into every object of a JSON value: a help for [`Vendor::drift`].
///
/// ```
/// use common_http::sandbox::add_unknown_fields;
///
/// let mut body = serde_json::json!([{ "id": "0000001" }]);
/// add_unknown_fields(&mut body);
/// assert!(body[0].as_object().is_some_and(|thing| thing.len() > 1 && thing["id"] == "0000001"));
/// ```
pub fn add_unknown_fields(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(add_unknown_fields),
        Value::Object(members) => {
            members.values_mut().for_each(add_unknown_fields);
            members.insert("sandboxUnknownText".to_owned(), json!("texto ficticio"));
            members.insert(
                "sandboxUnknownBlock".to_owned(),
                json!({ "nested": [1, 2.5, null, true] }),
            );
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
