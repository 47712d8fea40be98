//! What the sandbox holds: a clinic's files, uploads and tokens.

use std::io;
use std::sync::Mutex;
use std::time::SystemTime;

use bytes::Bytes;
use common_http::safe_debug;
use common_http::sandbox::{Host, SandboxClock, SandboxError, lock};
use sha2::{Digest, Sha256};

use crate::sandbox::ledger::{Blob, Ledger, id_text};
use crate::sandbox::settings::Settings;
use crate::sandbox::tokens::{FIXED, Tokens};

/// A file that was finalized. `Debug` does not show its name, which can name a patient.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredFile {
    /// The id as text, also if it is a number in JSON.
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
    /// The `Content-Type` with which it was stored.
    pub content_type: Option<String>,
}

safe_debug!(StoredFile {
    id,
    is_send,
    size,
    sha256
});

/// A clinic: the files of its patients' analyses, the uploads that were started, and the tokens.
pub struct Clinic {
    /// The settings that the sandbox was started with.
    pub settings: Settings,
    pub(super) url: String,
    token_url: String,
    storage_url: String,
    clock: SandboxClock,
    ledger: Mutex<Ledger>,
    tokens: Mutex<Tokens>,
}

safe_debug!(Clinic { settings });

impl Clinic {
    pub(super) fn new(settings: Settings, host: Host) -> io::Result<Self> {
        settings.check()?;
        let mut urls = host.urls.into_iter();
        let url = urls.next().unwrap_or_default();
        Ok(Self {
            settings,
            token_url: format!("{url}/connect/token"),
            url,
            storage_url: urls.next().unwrap_or_default(),
            clock: host.clock,
            ledger: Mutex::default(),
            tokens: Mutex::default(),
        })
    }

    pub(super) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    pub(super) fn ledger<T>(&self, act: impl FnOnce(&mut Ledger) -> T) -> T {
        act(&mut lock(&self.ledger))
    }

    pub(super) fn tokens<T>(&self, act: impl FnOnce(&mut Tokens) -> T) -> T {
        act(&mut lock(&self.tokens))
    }

    /// The URL of the token endpoint.
    #[must_use]
    pub fn token_url(&self) -> &str {
        &self.token_url
    }

    /// The URL of the storage behind the signed URLs. Only transfers go there.
    #[must_use]
    pub fn storage_url(&self) -> &str {
        &self.storage_url
    }

    /// A token with the scope `gambit:erp` that does not end by the clock.
    #[must_use]
    pub fn access_token(&self) -> &'static str {
        FIXED
    }

    /// The finalized files of an analysis, oldest first.
    #[must_use]
    pub fn files(&self, patient: &str, analysis: &str) -> Vec<StoredFile> {
        let ids = self.settings.file_ids;
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

    /// The names under which uploads of an analysis were started and not finished.
    #[must_use]
    pub fn unfinished(&self, patient: &str, analysis: &str) -> Vec<String> {
        self.ledger(|ledger| {
            let places = ledger.places.iter().filter(|place| {
                place.started && place.patient == patient && place.analysis == analysis
            });
            places.map(|place| place.name.clone()).collect()
        })
    }

    /// What the storage holds of a file. `None` if there is no file of this id.
    #[must_use]
    pub fn stored_bytes(&self, id: &str) -> Option<Bytes> {
        let ids = self.settings.file_ids;
        self.ledger(|ledger| Some(ledger.of_id(id, ids)?.blob.as_ref()?.bytes.clone()))
    }

    /// Adds a file, as if somebody else had uploaded it, and returns its id.
    ///
    /// It replaces a file of the same name.
    pub fn add_file(
        &self,
        patient: &str,
        analysis: &str,
        name: &str,
        bytes: impl Into<Bytes>,
    ) -> String {
        let now = self.now();
        let number = self.ledger(|ledger| {
            let place = ledger.place(patient, analysis, name);
            ledger.places[place].blob = Some(Blob {
                bytes: bytes.into(),
                content_type: None,
            });
            ledger.finalize(place, now)
        });
        id_text(number, self.settings.file_ids)
    }

    /// Removes a file, as if somebody else had deleted it.
    ///
    /// # Errors
    /// There is no such file.
    pub fn remove_file(&self, id: &str) -> Result<(), SandboxError> {
        let ids = self.settings.file_ids;
        self.ledger(|ledger| {
            let place = ledger.of_id(id, ids);
            let place = place.ok_or_else(|| SandboxError::unknown_item("file", id))?;
            (place.file, place.blob) = (None, None);
            Ok(())
        })
    }

    /// Issues a token with these scopes. It lives as long as those of the token endpoint.
    #[must_use]
    pub fn issue_token<S: Into<String>>(&self, scopes: impl IntoIterator<Item = S>) -> String {
        let (now, life) = (self.now(), self.settings.token_life);
        let scopes = scopes.into_iter().map(Into::into).collect();
        self.tokens(|tokens| tokens.issue(now, life, scopes))
    }

    /// Ends the life of all tokens, the fixed one included.
    pub fn expire_tokens(&self) {
        self.tokens(Tokens::expire);
    }

    /// How many tokens the token endpoint has issued. Refusals do not count.
    #[must_use]
    pub fn tokens_issued(&self) -> usize {
        self.tokens(|tokens| tokens.requested())
    }

    /// Ends the life of all signed URLs that were issued, but not of the tokens.
    pub fn expire_addresses(&self) {
        let now = self.now();
        self.ledger(|ledger| ledger.expire_addresses(now));
    }
}
