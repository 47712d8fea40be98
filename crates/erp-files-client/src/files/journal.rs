//! What is needed to take an unfinished upload up again, in another process.

use std::io;

use async_trait::async_trait;
use common_http::{Secret, safe_debug};
use serde::{Deserialize, Serialize};

/// How far an upload has come: its file's name, the signed address, and whether the file is there already.
///
/// It is a secret (the address is), and names a patient: `Debug` shows nothing.
#[derive(Clone, PartialEq)]
pub struct UploadState {
    pub(super) patient: String,
    pub(super) analysis: String,
    pub(super) name: String,
    pub(super) address: Secret,
    pub(super) length: Option<u64>,
    pub(super) fingerprint: Option<String>,
    pub(super) transferred: bool,
    /// A finalize was sent, or is about to be.
    pub(super) finalizing: bool,
    pub(super) replaces: bool,
}

safe_debug!(UploadState {});

#[derive(Serialize, Deserialize)]
struct Saved {
    version: u32,
    patient: String,
    analysis: String,
    name: String,
    address: String,
    length: Option<u64>,
    #[serde(default)]
    fingerprint: Option<String>,
    transferred: bool,
    #[serde(default)]
    finalizing: bool,
    replaces: bool,
}

impl UploadState {
    /// The file's name.
    ///
    /// ```
    /// # fn example(state: erp_files_client::files::UploadState) {
    /// assert_eq!(state.name(), "result.pdf");
    /// # }
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The state as JSON text, to be kept as a secret. See [`UploadJournal`] for an example.
    ///
    /// ```
    /// # fn example(state: erp_files_client::files::UploadState) {
    /// let text = state.to_json();
    /// # let _ = text.expose();
    /// # }
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Secret {
        let saved = Saved {
            version: 1,
            patient: self.patient.clone(),
            analysis: self.analysis.clone(),
            name: self.name.clone(),
            address: self.address.expose().to_owned(),
            length: self.length,
            fingerprint: self.fingerprint.clone(),
            transferred: self.transferred,
            finalizing: self.finalizing,
            replaces: self.replaces,
        };
        Secret::from(serde_json::to_string(&saved).unwrap_or_default())
    }

    /// Reads what [`UploadState::to_json`] wrote; `None` for anything else. See [`UploadJournal`] for an example.
    ///
    /// ```
    /// use erp_files_client::files::UploadState;
    ///
    /// assert!(UploadState::from_json("{}").is_none());
    /// ```
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        let saved: Saved = serde_json::from_str(text).ok()?;
        (saved.version == 1).then(|| Self {
            patient: saved.patient,
            analysis: saved.analysis,
            name: saved.name,
            address: Secret::from(saved.address),
            length: saved.length,
            fingerprint: saved.fingerprint,
            transferred: saved.transferred,
            finalizing: saved.finalizing,
            replaces: saved.replaces,
        })
    }
}

/// Keeps the state of an upload as it goes, so that it can be taken up again after a crash.
///
/// One state must not be taken up by two at once: both would send their file to the same address, and one would be told that
/// it is done with the other's content. Hold a lock for as long as an upload runs.
///
/// ```
/// # #[cfg(feature = "sandbox")]
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let sandbox = erp_files_client::sandbox::Sandbox::start().await.unwrap();
/// # let client = sandbox.client();
/// # let folder = tempfile::tempdir().unwrap();
/// use std::io::{self, Write};
/// use std::path::PathBuf;
/// use erp_files_client::files::{UploadJournal, UploadState};
/// use erp_files_client::{Body, async_trait};
/// use tempfile::NamedTempFile;
///
/// /// One file an upload, readable by this user alone, and never half of one.
/// struct InFile(PathBuf);
///
/// #[async_trait]
/// impl UploadJournal for InFile {
///     async fn save(&self, state: &UploadState) -> io::Result<()> {
///         let folder = self.0.parent().ok_or(io::ErrorKind::InvalidInput)?;
///         let mut file = NamedTempFile::new_in(folder)?; // on Unix with the mode 0600
///         file.write_all(state.to_json().expose().as_bytes())?;
///         file.as_file().sync_all()?;
///         file.persist(&self.0)?;
///         Ok(())
///     }
///     async fn clear(&self) -> io::Result<()> {
///         match std::fs::remove_file(&self.0) {
///             Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
///             removed => removed,
///         }
///     }
/// }
///
/// let files = client.files(&7.into(), &12.into());
/// let path = folder.path().join("upload.json");
/// let pdf = Body::from("%PDF-1.7 ...");
/// let upload = match std::fs::read_to_string(&path).ok().as_deref().and_then(UploadState::from_json) {
///     Some(state) => files.resume(state, pdf),
///     None => files.upload("result.pdf", pdf),
/// };
/// upload.journal(InFile(path.clone())).send().await?;
/// assert!(!path.exists());
/// # Ok::<(), erp_files_client::Error>(())
/// # }).unwrap();
/// ```
#[async_trait]
pub trait UploadJournal: Send + Sync + 'static {
    /// Keeps this state in place of the one before. It should be on the disk when it returns.
    ///
    /// # Errors
    /// The upload ends with `local_io`: it could not be taken up again.
    async fn save(&self, state: &UploadState) -> io::Result<()>;

    /// The upload is finished: forgets the state.
    ///
    /// # Errors
    /// The upload is finished all the same; a state that stays is found to be finished when it is resumed.
    async fn clear(&self) -> io::Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_from_its_text() {
        let state = UploadState {
            patient: "7".into(),
            analysis: "12".into(),
            name: "знімок.jpg".into(),
            address: Secret::from("https://storage.example/x?sig=EXAMPLE"),
            length: Some(5),
            fingerprint: Some("EXAMPLE-FINGERPRINT".into()),
            transferred: true,
            finalizing: true,
            replaces: false,
        };
        assert!(UploadState::from_json(state.to_json().expose()) == Some(state.clone()));
        assert_eq!(format!("{state:?}"), "UploadState { .. }");
        for text in ["", "{}", "null", r#"{"version":2}"#] {
            assert!(UploadState::from_json(text).is_none());
        }
    }
}
