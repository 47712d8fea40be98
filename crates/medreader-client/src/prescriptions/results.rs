//! Listing the results of a folder.

use common_http::{
    Answer, Call, Extra, Item, Operation, RawJson, Recorded, Result, lenient_model, safe_debug,
};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{Prescriptions, ResultStatus};
use crate::fields;
use crate::ids::{FolderId, PrescriptionId};

/// `GET /api/v1/prescriptions/results`: the results of a folder.
pub(crate) static RESULTS: Operation = Operation::get(
    "medreader.prescriptions.results",
    "/api/v1/prescriptions/results",
);

impl Prescriptions {
    /// Lists the results of all prescriptions in a folder. No paging is documented.
    ///
    /// An answer without a body, `null`, and an object with a null or absent list and nothing that
    /// is not documented are lists without items.
    ///
    /// Only reads, so it is repeated freely. A cancelled call leaves nothing behind.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let client = sandbox.client();
    /// let folder = client.folders().create("Pacientes Exemplo").await?;
    ///
    /// let list = client.prescriptions().results(&folder.id).await?;
    /// for result in list.readable() {
    ///     println!("{} {:?}", result.id, result.status);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `invalid_input`: the folder's id is empty, `.`, `..` or has a slash, a backslash or a
    ///   control character; nothing was sent
    /// - `rejected`, code [`BadRequest`](crate::ErrorCode::BadRequest): the vendor does not accept
    ///   the id
    /// - `not_found`: there is no such folder (not documented: an empty list is as likely)
    /// - `unauthenticated`: the session was refused, and so was a new one
    /// - `credentials` and the other errors of [`Sessions::open`](crate::Sessions::open)
    /// - `decode`: the answer is not a list of results
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts
    pub fn results(&self, folder: &FolderId) -> Call<Recorded<FolderResults>> {
        let request = self.engine.request(&RESULTS);
        let request = request.query("folder-id", folder.as_str());
        let problem = "argument `folder-id` is not an id: empty, a dot segment, or with a slash, \
                       a backslash or a control character";
        match fields::refusal(folder.as_str(), problem) {
            Some(refusal) => request.invalid(refusal).reads(read),
            None => request.reads(read),
        }
    }
}

/// Reads the list. Nothing at all is one without items; what is not a list is not taken for one.
fn read(answer: Answer) -> Result<Recorded<FolderResults>> {
    let body = answer.body();
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let nothing =
        body.trim_ascii().is_empty() || matches!(answer.json::<Option<IgnoredAny>>(), Ok(None));
    if nothing {
        let empty = RawJson::from_text(r#"{"results":[]}"#).and_then(Recorded::read);
        return empty.map_err(|error| answer.unreadable().with_decode(error));
    }
    let list: Recorded<FolderResults> = answer.recorded()?;
    if list.extra.contains_key("results") {
        return Err(answer.unreadable().with_detail("`results` is not a list"));
    }
    // An error, or the list in another place: not a folder without results.
    let has_more = list.extra.values().any(|value| !value.is_null());
    if has_more && list.results.is_empty() && !has_list(&answer) {
        return Err(answer
            .unreadable()
            .with_detail("there is no list of results"));
    }
    Ok(list)
}

fn has_list(answer: &Answer) -> bool {
    #[derive(Deserialize)]
    struct Listed {
        results: Option<Vec<IgnoredAny>>,
    }

    answer
        .json()
        .is_ok_and(|Listed { results }| results.is_some())
}

/// The results of a folder. Documented.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct FolderResults {
    /// The folder.
    #[serde(
        default,
        deserialize_with = "fields::optional_id",
        skip_serializing_if = "Option::is_none"
    )]
    pub folder_id: Option<FolderId>,
    /// The folder's path, see
    /// [`PrescriptionResult::folder_fullpath`](super::PrescriptionResult::folder_fullpath).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_fullpath: Option<String>,
    /// The items of the list, in the vendor's order.
    #[serde(default, deserialize_with = "common_http::lenient::items")]
    pub results: Vec<Item<ListedResult>>,
    /// Fields that this type does not name, and those with an unexpected type.
    #[serde(flatten)]
    pub extra: Extra,
}

lenient_model!(FolderResults, ListedResult);
safe_debug!(FolderResults { folder_id, results });

impl FolderResults {
    /// The results that can be read.
    ///
    /// ```
    /// use medreader_client::prescriptions::FolderResults;
    ///
    /// let text = r#"{"results":[{"id":"EXAMPLE-1"},{"id":[]}]}"#;
    /// let list: FolderResults = serde_json::from_str(text)?;
    /// assert_eq!((list.readable().count(), list.results.len()), (1, 2));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn readable(&self) -> impl Iterator<Item = &ListedResult> {
        self.results.iter().filter_map(Item::value)
    }
}

/// A result in a folder's list: documented with these two fields.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
#[non_exhaustive]
pub struct ListedResult {
    /// The prescription's id.
    #[serde(deserialize_with = "fields::id")]
    pub id: PrescriptionId,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ResultStatus>,
    /// Fields that this type does not name, and those with an unexpected type.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(ListedResult { id, status });
