//! Creating a folder.

use common_http::{
    Call, CallOptions, Engine, Error, ErrorKind, Operation, Prepared, Recorded, Result, safe_debug,
    sent_by_await,
};
use serde::Serialize;

use super::get::Folder;
use super::{Folders, normalize_folder_name};
use crate::errors::ErrorCode;
use crate::fields;
use crate::ids::FolderId;

/// `POST /api/v1/folders`: a new folder.
pub(crate) static CREATE: Operation =
    Operation::post("medreader.folders.create", "/api/v1/folders");

impl Folders {
    /// Creates a folder of this name, which the vendor normalises as [`normalize_folder_name`]
    /// does.
    ///
    /// It has an effect, so it is repeated only after a refusal (not sent, throttled, session
    /// expired). If the answer is lost, the error's delivery is `Unknown`: the folder may have been
    /// created. It is then harmless to create it again, because a name can be taken only once on a
    /// level: `conflict` means that it exists. A call that is cancelled while it waits for its
    /// answer leaves the same doubt.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = medreader_client::sandbox::Sandbox::start().await?;
    /// let folders = sandbox.client().folders();
    /// let patients = folders.create("Pacientes").await?;
    /// let cardiology = folders.create("Cardiologia 2030").parent(&patients.id).await?;
    /// assert_eq!(cardiology.folder_name.as_deref(), Some("cardiologia-2030"));
    /// assert_eq!(cardiology.parent_folder_id.as_ref(), Some(&patients.id));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// - `conflict`, code [`FolderNameDuplicate`](ErrorCode::FolderNameDuplicate): the normalised
    ///   name is taken on this level
    /// - `not_found`, code [`ParentFolderNotFound`](ErrorCode::ParentFolderNotFound) (status 409):
    ///   there is no such parent
    /// - `invalid_input`, code [`ValidationError`](ErrorCode::ValidationError): the normalised name
    ///   is empty; nothing was sent
    /// - `invalid_input`: the parent's id is empty, `.`, `..` or has a slash, a backslash or a
    ///   control character; nothing was sent
    /// - `rejected`, code `ValidationError`: the vendor does not accept the name
    /// - `unauthenticated`: the session was refused, and so was a new one
    /// - `credentials` and the other errors of [`Sessions::open`](crate::Sessions::open)
    /// - `decode`: the answer is not a folder, but the folder was created. With delivery `Unknown`,
    ///   a web page came, which a firewall or a gateway may have written
    /// - `too_large`: the answer exceeds the limit, but the folder was created
    /// - `timeout`, `interrupted`, `server`: it may have been created; not repeated
    /// - `rate_limited`, `connect`: it was not created, after four attempts
    pub fn create(&self, name: impl Into<String>) -> CreateFolder {
        CreateFolder {
            engine: self.engine.clone(),
            name: name.into(),
            parent: None,
            unchecked_name: false,
            options: CallOptions::default(),
        }
    }
}

/// Creates a folder: [`Folders::create`], which says what may fail.
#[must_use = "nothing is sent before `.await` or `send`"]
pub struct CreateFolder {
    engine: Engine,
    name: String,
    parent: Option<FolderId>,
    unchecked_name: bool,
    options: CallOptions,
}

safe_debug!(CreateFolder { parent });

#[derive(Serialize)]
struct NewFolder<'a> {
    folder_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_folder_id: Option<&'a FolderId>,
}

impl CreateFolder {
    /// Creates it in this folder, instead of in the root.
    pub fn parent(mut self, folder: &FolderId) -> Self {
        self.parent = Some(folder.clone());
        self
    }

    /// Sends the name even if its normalised form is empty, for example one in Cyrillic letters.
    ///
    /// What the vendor makes of such a name is not known.
    pub fn unchecked_name(mut self) -> Self {
        self.unchecked_name = true;
        self
    }

    /// Sets options of this call: deadline, attempts, size limits.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    fn call(self) -> Call<Recorded<Folder>> {
        let mut request = self.engine.request(&CREATE).options(self.options);
        if !self.unchecked_name && normalize_folder_name(&self.name).is_empty() {
            request = request.invalid(
                Error::new(ErrorKind::InvalidInput)
                    .with_detail("the folder's normalised name is empty")
                    .with_code(ErrorCode::ValidationError.as_str(), true),
            );
        }
        let problem = "argument `parent` is not an id: empty, a dot segment, or with a slash, \
                       a backslash or a control character";
        let refusal = |parent: &FolderId| fields::refusal(parent.as_str(), problem);
        if let Some(refusal) = self.parent.as_ref().and_then(refusal) {
            request = request.invalid(refusal);
        }
        let body = NewFolder {
            folder_name: &self.name,
            parent_folder_id: self.parent.as_ref(),
        };
        request.json(&body).recorded()
    }

    /// Creates the folder: the same as `.await`.
    ///
    /// # Errors
    /// Those of [`Folders::create`].
    pub async fn send(self) -> Result<Recorded<Folder>> {
        self.call().await
    }

    #[doc(hidden)]
    #[allow(clippy::missing_errors_doc, reason = "for tests only")]
    pub fn prepare(self) -> Result<Prepared> {
        self.call().prepare()
    }
}

sent_by_await!(CreateFolder => Recorded<Folder>);
