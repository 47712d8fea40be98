//! Sessions that outlive a process or are shared by several.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Session;
use crate::redact::Secret;

/// Keeps sessions so that a nightly job or several replicas share one instead of logging in again and again.
///
/// A store that fails does not fail the call: the client logs in itself.
///
/// ```
/// use std::io;
/// use common_http::{SavedSession, SessionKey, SessionStore, async_trait};
///
/// /// One file a session, readable by this user alone.
/// struct Files(std::path::PathBuf);
///
/// #[async_trait]
/// impl SessionStore for Files {
///     async fn load(&self, key: &SessionKey) -> io::Result<Option<SavedSession>> {
///         match std::fs::read_to_string(self.0.join(key.as_str())) {
///             Ok(text) => Ok(SavedSession::from_json(&text)),
///             Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
///             Err(error) => Err(error),
///         }
///     }
///
///     async fn save(&self, key: &SessionKey, session: &SavedSession) -> io::Result<()> {
///         // Private from the start, and never half there: another process may be reading.
///         let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
///         io::Write::write_all(&mut file, session.to_json().expose().as_bytes())?;
///         file.persist(self.0.join(key.as_str()))?;
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// The session saved under this key, if any.
    ///
    /// # Errors
    /// The store's own; the client then logs in.
    async fn load(&self, key: &SessionKey) -> io::Result<Option<SavedSession>>;

    /// Saves a session in place of the one saved before.
    ///
    /// # Errors
    /// The store's own; the client goes on with the session it has.
    async fn save(&self, key: &SessionKey, session: &SavedSession) -> io::Result<()>;
}

/// Under what a session is saved: a hash of the vendor, its address and the login, 64 hexadecimal digits. It shows none
/// of them and can be a file name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionKey(String);

impl SessionKey {
    /// The key for these parts, each of which matters.
    ///
    /// ```
    /// use common_http::SessionKey;
    ///
    /// let url = "https://vendor.example";
    /// let key = SessionKey::of(&["example", url, "user 1"]);
    /// assert_ne!(key, SessionKey::of(&["example", url, "user 2"]));
    /// ```
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digits = hash
            .finalize()
            .iter()
            .fold(String::new(), |mut text, byte| {
                for digit in [byte >> 4, byte & 15] {
                    text.extend(char::from_digit(u32::from(digit), 16));
                }
                text
            });
        Self(digits)
    }

    /// The key as text.
    ///
    /// ```
    /// use common_http::SessionKey;
    ///
    /// let key = SessionKey::of(&["example", "https://vendor.example", "user 1"]);
    /// let file = std::path::Path::new("sessions").join(key.as_str());
    /// # assert_eq!(key.as_str().len(), 64);
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(..)")
    }
}

/// A session as a store keeps it. Whoever reads it can act as the user: store it as a secret.
#[derive(Clone)]
pub struct SavedSession {
    pub(super) session: Session,
    pub(super) opened_at: SystemTime,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    version: u32,
    authorization: String,
    details: Option<String>,
    opened_at_ms: u64,
    lifetime_ms: Option<u64>,
    refresh_after_ms: Option<u64>,
}

impl SavedSession {
    pub(super) fn now(session: Session) -> Self {
        Self {
            session,
            opened_at: SystemTime::now(),
        }
    }

    /// The session as JSON text, to be kept as a secret.
    ///
    /// ```
    /// use common_http::SavedSession;
    ///
    /// fn keep(session: &SavedSession, file: &std::path::Path) -> std::io::Result<()> {
    ///     let mut private = tempfile::NamedTempFile::new_in(file.parent().unwrap())?;
    ///     std::io::Write::write_all(&mut private, session.to_json().expose().as_bytes())?;
    ///     private.persist(file)?;
    ///     Ok(())
    /// }
    /// # let text = r#"{"version":1,"authorization":"basic RVhBTVBMRQ==","opened_at_ms":1893456000000}"#;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let file = folder.path().join("session");
    /// # keep(&SavedSession::from_json(text).unwrap(), &file).unwrap();
    /// # assert!(SavedSession::from_json(&std::fs::read_to_string(file).unwrap()).is_some());
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Secret {
        let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).ok();
        let opened = self
            .opened_at
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let saved = Saved {
            version: 1,
            authorization: self.session.authorization.expose().to_owned(),
            details: self
                .session
                .details
                .as_ref()
                .map(|details| details.expose().to_owned()),
            opened_at_ms: milliseconds(opened).unwrap_or_default(),
            lifetime_ms: self.session.lifetime.and_then(milliseconds),
            refresh_after_ms: self.session.refresh_after.and_then(milliseconds),
        };
        Secret::from(serde_json::to_string(&saved).unwrap_or_default())
    }

    /// Reads what [`SavedSession::to_json`] wrote; `None` for anything else.
    ///
    /// ```
    /// use common_http::SavedSession;
    ///
    /// // A file that was cut off, or is of another version: no session, so the client logs in.
    /// assert!(SavedSession::from_json(r#"{"version":1,"auth"#).is_none());
    /// ```
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        let saved: Saved = serde_json::from_str(text).ok()?;
        if saved.version != 1 {
            return None;
        }
        Some(Self {
            session: Session {
                authorization: Secret::from(saved.authorization),
                details: saved.details.map(Secret::from),
                lifetime: saved.lifetime_ms.map(Duration::from_millis),
                refresh_after: saved.refresh_after_ms.map(Duration::from_millis),
            },
            opened_at: UNIX_EPOCH.checked_add(Duration::from_millis(saved.opened_at_ms))?,
        })
    }
}

impl fmt::Debug for SavedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SavedSession(..)")
    }
}

/// Keeps sessions in memory: for several clients of one process.
#[derive(Debug, Default)]
pub struct MemorySessionStore(Mutex<HashMap<SessionKey, SavedSession>>);

#[async_trait]
impl SessionStore for MemorySessionStore {
    async fn load(&self, key: &SessionKey) -> io::Result<Option<SavedSession>> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(sessions.get(key).cloned())
    }

    async fn save(&self, key: &SessionKey, session: &SavedSession) -> io::Result<()> {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(key.clone(), session.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_by_each_part_and_show_none() {
        let key = SessionKey::of(&["biologix", "https://host.example", "user"]);
        assert_eq!(key.as_str().len(), 64);
        assert_eq!(
            key,
            SessionKey::of(&["biologix", "https://host.example", "user"])
        );
        assert_ne!(
            key,
            SessionKey::of(&["biologix", "https://host.exampl", "euser"])
        );
        assert!(!format!("{key:?}").contains(key.as_str()));
    }

    #[test]
    fn a_saved_session_comes_back_as_it_was() {
        let session = Session::new(Secret::from("basic abc"))
            .lifetime(Duration::from_secs(7))
            .refresh_after(Duration::from_secs(6))
            .details(Secret::from("{}"));
        let saved = SavedSession::now(session);
        let back = SavedSession::from_json(saved.to_json().expose()).unwrap();
        assert_eq!(back.session.authorization, saved.session.authorization);
        assert_eq!(back.session.details, saved.session.details);
        assert_eq!(back.session.lifetime, saved.session.lifetime);
        assert_eq!(back.session.refresh_after, saved.session.refresh_after);
        let drift = saved.opened_at.duration_since(back.opened_at).unwrap();
        assert!(drift < Duration::from_millis(1));
        assert!(!format!("{saved:?} {:?}", saved.session).contains("abc"));
    }

    #[test]
    fn anything_else_is_no_session() {
        for text in [
            "",
            "{}",
            "null",
            "[1]",
            r#"{"version":2,"authorization":"x","opened_at_ms":1}"#,
        ] {
            assert!(SavedSession::from_json(text).is_none());
        }
    }
}
