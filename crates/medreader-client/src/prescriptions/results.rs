//! The results of a folder.

use common_http::lenient::take;
use common_http::{
    CallOptions, DecodeError, Engine, Extra, RawJson, Recorded, Request, Result, safe_debug,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::result_of::FolderSnapshot;
use super::{RESULTS, ResultStatus};
use crate::ids::{self, Fields, FolderId, PrescriptionId};

/// Lists the results of a folder. Made by [`Prescriptions::results`](super::Prescriptions::results).
#[must_use = "nothing is sent before `send`"]
pub struct ListResults {
    engine: Engine,
    folder: FolderId,
    options: CallOptions,
}

safe_debug!(ListResults { folder });

impl ListResults {
    pub(super) fn new(engine: Engine, folder: FolderId) -> Self {
        Self {
            engine,
            folder,
            options: CallOptions::default(),
        }
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// use std::time::Duration;
    /// use medreader_client::CallOptions;
    ///
    /// let hurried = CallOptions::default().deadline(Duration::from_secs(10));
    /// client.prescriptions().results(&folder).options(hurried).send().await?;
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// What would be sent.
    #[doc(hidden)]
    pub fn request(&self) -> Request {
        self.engine
            .request(&RESULTS)
            .query("folder-id", self.folder.as_str())
            .options(self.options.clone())
    }

    /// Asks for the results of all prescriptions in the folder. No paging is documented.
    ///
    /// Only reads: repeated freely, and a cancelled call leaves nothing behind.
    ///
    /// # Errors
    /// - `invalid_input`: the folder's id is empty, `.`, `..` or has control characters
    /// - `rejected`, code [`BadRequest`](crate::ErrorCode::BadRequest): the vendor does not take the id
    /// - `not_found`: there is no such folder (not documented: an empty list is as likely)
    /// - `unauthenticated`: the session was refused, the new one too
    /// - `credentials` and the other errors of the login, see [`OpenSession::send`](crate::OpenSession::send)
    /// - `decode`: what came is no list of results
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// # let file = medreader_client::prescriptions::PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 ...");
    /// # client.prescriptions().upload(&folder, file).send().await.unwrap();
    /// use medreader_client::prescriptions::ResultStatus;
    ///
    /// let list = client.prescriptions().results(&folder).send().await?;
    /// for result in list.readable() {
    ///     println!("{} {:?}", result.id, result.status);
    /// }
    /// let failed = |status: &ResultStatus| *status == ResultStatus::Error;
    /// let count = list.readable().filter(|result| result.status.as_ref().is_some_and(failed)).count();
    /// println!("{count} could not be read");
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<Recorded<FolderResults>> {
        let problem = "argument `folder-id` is empty, a dot segment or has a control character";
        ids::check(self.folder.as_str(), &RESULTS, problem)?;
        self.request().send().await?.recorded()
    }
}

/// The results of a folder. Documented.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "List")]
#[non_exhaustive]
pub struct FolderResults {
    /// The folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_id: Option<FolderId>,
    /// The folder's path, see [`PrescriptionResult::folder_fullpath`](super::PrescriptionResult::folder_fullpath).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_fullpath: Option<String>,
    /// What the list has, in the vendor's order.
    pub results: Vec<Listed>,
    /// Fields that this type does not name, and those whose value it could not hold.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(FolderResults { folder_id, results });

/// The fields of the list as they are read first.
#[derive(Deserialize)]
struct List {
    #[serde(default, deserialize_with = "listed")]
    results: Vec<Listed>,
    #[serde(flatten)]
    rest: Extra,
}

impl From<List> for FolderResults {
    fn from(List { results, mut rest }: List) -> Self {
        Self {
            folder_id: ids::take(&mut rest, "folder_id"),
            folder_fullpath: take(&mut rest, "folder_fullpath"),
            results,
            extra: rest,
        }
    }
}

impl FolderResults {
    /// The results, without what could not be read as one.
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
        self.results.iter().filter_map(Listed::result)
    }

    /// Remembers which results there are, to tell later which are new, see
    /// [`ResultOf::since`](super::ResultOf::since).
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// let before = client.prescriptions().results(&folder).send().await?.snapshot(&folder);
    /// let saved = serde_json::to_string(&before).unwrap(); // for a wait in another process
    /// # let _ = saved;
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    #[must_use]
    pub fn snapshot(&self, folder: &FolderId) -> FolderSnapshot {
        FolderSnapshot::new(folder, self)
    }
}

/// Something that the list held: a result, or what could not be read as one.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "there is nothing else it could be")]
pub enum Listed {
    /// A result.
    Result(ListedResult),
    /// What cannot be read as a result: kept as it came, so that one bad item costs nobody the others.
    Rejected {
        /// The vendor's JSON text.
        raw: RawJson,
        /// Why, with its place in the list.
        error: DecodeError,
    },
}

impl Listed {
    /// The result, if it is one.
    ///
    /// ```
    /// use medreader_client::prescriptions::FolderResults;
    ///
    /// let text = r#"{"results":[{"id":"EXAMPLE-1"}]}"#;
    /// let list: FolderResults = serde_json::from_str(text)?;
    /// assert!(list.results[0].result().is_some());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn result(&self) -> Option<&ListedResult> {
        match self {
            Self::Result(result) => Some(result),
            Self::Rejected { .. } => None,
        }
    }
}

impl Serialize for Listed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Result(result) => result.serialize(serializer),
            Self::Rejected { raw, .. } => raw.serialize(serializer),
        }
    }
}

fn listed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Listed>, D::Error> {
    let items: Vec<RawJson> = common_http::lenient::vec_or_null(deserializer)?;
    let read = |(index, raw): (usize, RawJson)| match raw.parse() {
        Ok(result) => Listed::Result(result),
        Err(error) => Listed::Rejected {
            raw,
            error: error.in_item(index),
        },
    };
    Ok(items.into_iter().enumerate().map(read).collect())
}

/// A result as a folder's list has it: documented with these two fields.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Fields<PrescriptionId>")]
#[non_exhaustive]
pub struct ListedResult {
    /// The prescription's id.
    pub id: PrescriptionId,
    /// How far it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ResultStatus>,
    /// Fields that this type does not name, and those whose value it could not hold.
    #[serde(flatten)]
    pub extra: Extra,
}

safe_debug!(ListedResult { id, status });

impl From<Fields<PrescriptionId>> for ListedResult {
    fn from(Fields { id, mut rest }: Fields<PrescriptionId>) -> Self {
        Self {
            id,
            status: take(&mut rest, "status"),
            extra: rest,
        }
    }
}
