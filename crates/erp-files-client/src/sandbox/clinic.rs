//! The handle on what the sandbox holds.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock},
    time::SystemTime,
};

use bytes::Bytes;
use common_http::sandbox::{SandboxClock, SandboxError, lock};
use sha2::{Digest, Sha256};

use super::{
    builder::Settings,
    ledger::{Blob, Ledger, id_text, no_file},
    tokens::Tokens,
};

/// A file that was finalized. `Debug` does not show its name, which can name a patient.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredFile {
    /// The id, as a text also where JSON has it as a number.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether it may be sent by e-mail or Viber.
    pub is_send: bool,
    /// When it was finalized, by the sandbox's clock.
    pub created: SystemTime,
    /// The size of what the storage holds, in bytes.
    pub size: u64,
    /// The SHA-256 of what the storage holds, in lower-case hexadecimal digits.
    pub sha256: String,
    /// The `Content-Type` that it was stored with.
    pub content_type: Option<String>,
}

impl fmt::Debug for StoredFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredFile")
            .field("id", &self.id)
            .field("is_send", &self.is_send)
            .field("size", &self.size)
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

/// A clinic as the sandbox holds it: the files of its patients' analyses, the uploads that were begun, the tokens. Clones are
/// the same clinic.
#[derive(Clone)]
pub struct Clinic(Arc<Inner>);

struct Inner {
    settings: Settings,
    clock: SandboxClock,
    storage_url: OnceLock<String>,
    ledger: Mutex<Ledger>,
    tokens: Mutex<Tokens>,
}

impl Clinic {
    pub(super) fn new(settings: Settings, clock: SandboxClock) -> Self {
        Self(Arc::new(Inner {
            settings,
            clock,
            storage_url: OnceLock::new(),
            ledger: Mutex::default(),
            tokens: Mutex::new(Tokens::new()),
        }))
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(super) fn clock(&self) -> &SandboxClock {
        &self.0.clock
    }

    /// Known once the storage runs, which it does before the ERP.
    pub(super) fn storage_url(&self) -> &str {
        self.0.storage_url.get().map_or("", String::as_str)
    }

    pub(super) fn storage_runs_at(&self, url: &str) {
        self.0.storage_url.get_or_init(|| url.to_owned());
    }

    pub(super) fn ledger<T>(&self, use_it: impl FnOnce(&mut Ledger) -> T) -> T {
        use_it(&mut lock(&self.0.ledger))
    }

    pub(super) fn tokens<T>(&self, use_it: impl FnOnce(&mut Tokens) -> T) -> T {
        use_it(&mut lock(&self.0.tokens))
    }

    /// The files of an analysis, the oldest first. What was not finalized is not among them.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// let clinic = sandbox.clinic();
    /// clinic.add_file("7", "12", "result.pdf", "%PDF-1.7 EXAMPLE");
    /// assert_eq!(clinic.files("7", "12")[0].size, 16);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn files(&self, patient: &str, analysis: &str) -> Vec<StoredFile> {
        let ids = self.settings().file_ids;
        self.ledger(|ledger| {
            let files = ledger.files(patient, analysis).into_iter();
            let stored = files.map(|(place, file)| {
                let bytes = place.blob.as_ref().map(|blob| blob.bytes.as_ref());
                let bytes = bytes.unwrap_or_default();
                let digest = Sha256::digest(bytes);
                StoredFile {
                    id: id_text(file.number, ids),
                    name: place.name.clone(),
                    is_send: file.is_send,
                    created: file.created,
                    size: bytes.len() as u64,
                    sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
                    content_type: place
                        .blob
                        .as_ref()
                        .and_then(|blob| blob.content_type.clone()),
                }
            });
            stored.collect()
        })
    }

    /// The names under which uploads of an analysis were begun and not finished.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// // After a run of the program that was killed and repeated: nothing is left behind.
    /// assert!(sandbox.clinic().unfinished("7", "12").is_empty());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn unfinished(&self, patient: &str, analysis: &str) -> Vec<String> {
        self.ledger(|ledger| {
            let places = ledger.places.iter().filter(|place| {
                place.begun && place.patient == patient && place.analysis == analysis
            });
            places.map(|place| place.name.clone()).collect()
        })
    }

    /// What the storage holds of a file; none where there is no file of this id.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// let clinic = sandbox.clinic();
    /// let id = clinic.add_file("7", "12", "result.pdf", "%PDF-1.7 EXAMPLE");
    /// assert_eq!(clinic.stored_bytes(&id).as_deref(), Some(&b"%PDF-1.7 EXAMPLE"[..]));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stored_bytes(&self, id: &str) -> Option<Bytes> {
        let ids = self.settings().file_ids;
        self.ledger(|ledger| Some(ledger.of_id(id, ids)?.blob.as_ref()?.bytes.clone()))
    }

    /// Puts a file into an analysis, as if it had been uploaded and finalized by somebody else, in place of one of the same
    /// name; gives its id.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::{FILES_INITIALIZE, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// // Somebody else is quicker.
    /// sandbox.on_request(FILES_INITIALIZE, 1, |clinic| {
    ///     clinic.add_file("7", "12", "result.pdf", "%PDF-1.7 EXAMPLE");
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_file(
        &self,
        patient: &str,
        analysis: &str,
        name: &str,
        bytes: impl Into<Bytes>,
    ) -> String {
        let now = self.clock().now();
        let number = self.ledger(|ledger| {
            let place = ledger.place(patient, analysis, name);
            ledger.places[place].blob = Some(Blob {
                bytes: bytes.into(),
                content_type: None,
            });
            ledger.finalize(place, now)
        });
        id_text(number, self.settings().file_ids)
    }

    /// Takes a file away, as if somebody else had deleted it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// let clinic = sandbox.clinic();
    /// let id = clinic.add_file("7", "12", "result.pdf", "%PDF-1.7 EXAMPLE");
    /// clinic.remove_file(&id)?;
    /// assert!(clinic.remove_file(&id).is_err()); // it is gone
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// There is no such file.
    pub fn remove_file(&self, id: &str) -> Result<(), SandboxError> {
        let ids = self.settings().file_ids;
        self.ledger(|ledger| {
            let place = ledger.of_id(id, ids).ok_or_else(|| no_file(id))?;
            (place.file, place.blob) = (None, None);
            Ok(())
        })
    }

    /// A token with these scopes, which lives as long as those of the token endpoint.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// // For a program that is given its token: one that may do nothing here is answered 403.
    /// let token = sandbox.clinic().issue_token(["gambit:static_data"]);
    /// assert_ne!(token, sandbox.access_token());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn issue_token<S: Into<String>>(&self, scopes: impl IntoIterator<Item = S>) -> String {
        let (now, life) = (self.clock().now(), self.settings().token_life);
        let scopes = scopes.into_iter().map(Into::into).collect();
        self.tokens(|tokens| tokens.issue(now, life, scopes))
    }

    /// Ends the life of all tokens, the fixed one included.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::{FILES_FINALIZE, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// // Between the upload and its last step.
    /// sandbox.on_request(FILES_FINALIZE, 1, |clinic| clinic.expire_tokens())?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire_tokens(&self) {
        self.tokens(Tokens::expire);
    }

    /// How many tokens the token endpoint gave out so far; refusals do not count.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::Sandbox;
    /// # let sandbox = Sandbox::start().await?;
    /// assert_eq!(sandbox.clinic().tokens_issued(), 0); // one, after any number of calls of a client
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn tokens_issued(&self) -> usize {
        self.tokens(|tokens| tokens.asked())
    }

    /// Ends the life of all upload addresses that were given out, but not of the tokens.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use erp_files_client::sandbox::{FILES_TRANSFER, Sandbox};
    /// # let sandbox = Sandbox::start().await?;
    /// // The file is large, and the line slow.
    /// sandbox.on_request(FILES_TRANSFER, 1, |clinic| clinic.expire_addresses())?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn expire_addresses(&self) {
        let now = self.clock().now();
        self.ledger(|ledger| ledger.expire_addresses(now));
    }
}

impl fmt::Debug for Clinic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.ledger(|ledger| {
            let places = ledger.places.iter();
            places.filter(|place| place.file.is_some()).count()
        });
        f.debug_struct("Clinic")
            .field("files", &files)
            .finish_non_exhaustive()
    }
}
