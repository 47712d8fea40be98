//! Folders: where prescriptions are kept.
//!
//! ```
//! use medreader_client::folders::Folder;
//!
//! let folder: Folder = serde_json::from_str(
//!     r#"{"id": "00000000-0000-4000-8000-00000000000a", "folder_name": "pasta-exemplo", "novo": true}"#,
//! )?;
//! assert_eq!(folder.folder_name.as_deref(), Some("pasta-exemplo"));
//! assert!(folder.extra.contains_key("novo"));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod folder;
mod normalize;

use common_http::{
    CallOptions, Engine, Error, ErrorKind, Operation, Recorded, Request, Result, safe_debug,
};
use serde::Serialize;

pub use self::folder::{Child, Folder};
pub use self::normalize::normalize_folder_name;
use crate::ids::{self, FolderId};

/// `POST /api/v1/folders`: a new folder.
pub(crate) static CREATE: Operation =
    Operation::post("medreader.folders.create", "/api/v1/folders");

/// `GET /api/v1/folders/{folder-id}`: a folder with its subfolders and counts.
pub(crate) static GET: Operation =
    Operation::get("medreader.folders.get", "/api/v1/folders/{folder-id}");

/// A tenant's folders. Made by [`MedReaderClient::folders`](crate::MedReaderClient::folders).
///
/// The vendor has no operation that lists the folders of the root: keep the ids of those that you create.
#[derive(Clone, Debug)]
pub struct Folders {
    engine: Engine,
}

impl Folders {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine }
    }

    /// Creates a folder of this name, which the vendor normalises as [`normalize_folder_name`] does.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// let folder = client.folders().create("Pacientes Cardiologia").send().await?;
    /// assert_eq!(folder.folder_name.as_deref(), Some("pacientes-cardiologia"));
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn create(&self, name: impl Into<String>) -> CreateFolder {
        CreateFolder::new(self.engine.clone(), name.into())
    }

    /// Looks at a folder, its subfolders and counts.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// let found = client.folders().get(&folder).send().await?;
    /// assert_eq!(found.prescription_files_count, Some(0));
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn get(&self, folder: &FolderId) -> GetFolder {
        GetFolder {
            engine: self.engine.clone(),
            folder: folder.clone(),
            options: CallOptions::default(),
        }
    }
}

/// Creates a folder. Made by [`Folders::create`].
#[must_use = "nothing is sent before `send`"]
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
    fn new(engine: Engine, name: String) -> Self {
        Self {
            engine,
            name,
            parent: None,
            unchecked_name: false,
            options: CallOptions::default(),
        }
    }

    /// Creates it in this folder; without, in the root.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let folder = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// let child = client.folders().create("Janeiro").parent(&folder).send().await?;
    /// assert_eq!(child.parent_folder_id, Some(folder));
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn parent(mut self, folder: &FolderId) -> Self {
        self.parent = Some(folder.clone());
        self
    }

    /// Sends the name even if it normalises to nothing, such as one in Cyrillic letters: what the vendor makes of those is
    /// not known.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// let created = client.folders().create("Клініка").unchecked_name().send().await;
    /// // What the vendor answers is not known; the sandbox refuses it.
    /// assert_eq!(created.unwrap_err().status().map(|status| status.as_u16()), Some(400));
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn unchecked_name(mut self) -> Self {
        self.unchecked_name = true;
        self
    }

    /// Sets the settings of this call.
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// use std::time::Duration;
    /// use medreader_client::CallOptions;
    ///
    /// let hurried = CallOptions::default().deadline(Duration::from_secs(10));
    /// client.folders().create("Pacientes").options(hurried).send().await?;
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
        let body = NewFolder {
            folder_name: &self.name,
            parent_folder_id: self.parent.as_ref(),
        };
        self.engine
            .request(&CREATE)
            .json(&body)
            .options(self.options.clone())
    }

    /// Creates the folder.
    ///
    /// It has an effect, so it is repeated only when it was refused before it acted (not sent, throttled, session
    /// expired). When the answer is lost, the error's delivery is `Unknown`: the folder may be there. Creating it once more
    /// then is harmless, since a name can be taken only once on a level: `conflict` tells that it was there. A call that
    /// is cancelled while it waits for its answer leaves the same doubt.
    ///
    /// # Errors
    /// - `conflict`, code [`FolderNameDuplicate`](crate::ErrorCode::FolderNameDuplicate): the normalised name is taken on
    ///   this level
    /// - `not_found`, code [`ParentFolderNotFound`](crate::ErrorCode::ParentFolderNotFound) (status 409): no such parent
    /// - `invalid_input`, code [`ValidationError`](crate::ErrorCode::ValidationError): the name normalises to nothing; not
    ///   sent
    /// - `invalid_input`: the parent's id is empty, `.`, `..` or has control characters; not sent
    /// - `rejected`, code `ValidationError`: the vendor does not take the name
    /// - `unauthenticated`: the session was refused, the new one too
    /// - `credentials` and the other errors of the login, see [`OpenSession::send`](crate::OpenSession::send)
    /// - `decode`: what came is no folder; it was created
    /// - `timeout`, `interrupted`, `server`: it may have been created; not repeated
    /// - `rate_limited`, `connect`: it was not created; after four attempts
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// let patients = client.folders().create("Pacientes").send().await?;
    /// let cardiology = client.folders().create("Cardiologia 2030").parent(&patients.id).send().await?;
    /// assert_eq!(cardiology.folder_name.as_deref(), Some("cardiologia-2030"));
    /// assert_eq!(cardiology.parent_folder_id.as_ref(), Some(&patients.id));
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<Recorded<Folder>> {
        if !self.unchecked_name && normalize_folder_name(&self.name).is_empty() {
            return Err(Error::new(ErrorKind::InvalidInput)
                .with_detail("the folder's name normalises to nothing")
                .with_code("validation_error", true)
                .with_operation(CREATE.id()));
        }
        if let Some(parent) = &self.parent {
            let problem = "argument `parent` is empty, a dot segment or has a control character";
            ids::check(parent.as_str(), &CREATE, problem)?;
        }
        self.request().send().await?.recorded()
    }
}

/// Looks at a folder. Made by [`Folders::get`].
#[must_use = "nothing is sent before `send`"]
pub struct GetFolder {
    engine: Engine,
    folder: FolderId,
    options: CallOptions,
}

safe_debug!(GetFolder { folder });

impl GetFolder {
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
    /// client.folders().get(&folder).options(hurried).send().await?;
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
            .request(&GET)
            .path("folder-id", self.folder.as_str())
            .options(self.options.clone())
    }

    /// Asks for the folder.
    ///
    /// Only reads: repeated freely, and a cancelled call leaves nothing behind.
    ///
    /// # Errors
    /// - `not_found`, code [`FolderNotFound`](crate::ErrorCode::FolderNotFound): there is no such folder
    /// - `invalid_input`: the id is empty, `.`, `..` or has control characters
    /// - `unauthenticated`: the session was refused, the new one too
    /// - `credentials` and the other errors of the login, see [`OpenSession::send`](crate::OpenSession::send)
    /// - `decode`: what came is no folder
    /// - `rate_limited`, `server`, `connect`, `timeout`, `interrupted`: after four attempts
    ///
    /// ```
    /// # #[cfg(feature = "sandbox")]
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// # let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    /// # let client = sandbox.client();
    /// # let id = client.folders().create("Pacientes Exemplo").send().await.unwrap().id.clone();
    /// let folder = client.folders().get(&id).send().await?;
    /// println!("{:?} files in folder {id}", folder.prescription_files_count);
    /// for child in folder.children() {
    ///     println!("- {}: {:?} files", child.id, child.prescription_files_count);
    /// }
    /// # Ok::<(), medreader_client::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn send(self) -> Result<Recorded<Folder>> {
        self.request().send().await?.recorded()
    }
}
