//! Jobs as people and programs see them: what is handed in, how far it is, and the receipt.

use std::fmt;

use bytes::Bytes;
use common_http::{Error, ErrorKind, Result, StoreKey, safe_debug};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::task::{Kind, Task};

/// The longest key, in bytes.
const LONGEST_KEY: usize = 200;

/// The largest content, in bytes. It is held in memory while it is sent.
const LARGEST: u64 = 256 << 20;

/// A job to hand in.
#[derive(Clone)]
pub struct NewJob {
    pub(super) key: String,
    pub(super) task: Task,
    pub(super) content: Bytes,
    pub(super) after: Option<String>,
    pub(super) sha256: String,
}

safe_debug!(NewJob { key, task, after });

impl NewJob {
    /// A job under a key that its program chooses: the same key is the same job.
    ///
    /// # Errors
    /// `invalid_input`: the key is empty, longer than 200 bytes or has control characters, or the
    /// content does not fit the task.
    pub fn new(key: impl Into<String>, task: Task, content: impl Into<Bytes>) -> Result<Self> {
        let (key, content): (String, Bytes) = (key.into(), content.into());
        check_key(&key)?;
        Self::check_length(content.len() as u64)?;
        task.check(&content)?;
        Ok(Self {
            key,
            task,
            after: None,
            sha256: hexadecimal(&content),
            content,
        })
    }

    /// Checks the length of a content before it is read.
    ///
    /// # Errors
    /// `invalid_input`: it is too large.
    pub fn check_length(bytes: u64) -> Result<()> {
        if bytes > LARGEST {
            return Err(invalid("the file is larger than 256 MiB"));
        }
        Ok(())
    }

    /// Sends it only once the job with this key is done.
    ///
    /// # Errors
    /// `invalid_input`: it is the job's own key.
    pub fn after(mut self, key: impl Into<String>) -> Result<Self> {
        let key = key.into();
        if key == self.key {
            return Err(invalid("a job cannot wait for itself"));
        }
        self.after = Some(key);
        Ok(self)
    }

    /// What tells this job from another one under the same key.
    pub(super) fn digest(&self, task: &str) -> StoreKey {
        StoreKey::of(&[
            task,
            self.after.as_deref().unwrap_or_default(),
            &self.sha256,
        ])
    }
}

fn check_key(key: &str) -> Result<()> {
    if key.is_empty() || key.len() > LONGEST_KEY || key.chars().any(char::is_control) {
        return Err(invalid(
            "the key is empty, longer than 200 bytes, or has a control character",
        ));
    }
    Ok(())
}

fn invalid(why: &'static str) -> Error {
    Error::new(ErrorKind::InvalidInput).with_detail(why)
}

fn hexadecimal(content: &[u8]) -> String {
    let digits = |text: String, byte: &u8| text + &format!("{byte:02x}");
    Sha256::digest(content).iter().fold(String::new(), digits)
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is sent when it is due and what it waits for is done.
    Waiting,
    /// A worker has taken it, and may be sending it.
    Sending,
    /// It has arrived, or a person said so.
    Done,
    /// The vendor refused it. It is not sent again unless a person says so.
    Refused,
    /// It may have arrived. It is not sent again unless a person says that it did not.
    Doubt,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Sending,
        Self::Done,
        Self::Refused,
        Self::Doubt,
    ];

    /// The state as one word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Doubt => "doubt",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A job that was handed in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Job {
    /// Its key.
    pub key: String,
    /// Its kind.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// The key of the job that it waits for.
    pub after: Option<String>,
    /// How often a worker has taken it to send it.
    pub attempts: u64,
    /// Why the latest attempt failed: the fields of the programs' error document.
    pub error: Option<Value>,
    /// What proves that it is done.
    pub receipt: Option<Receipt>,
    /// When it is sent next, in milliseconds from when it was read, if it waits for its time.
    #[serde(skip)]
    pub due_in: i64,
}

/// What is kept of a job that is done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Receipt {
    /// The content's SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// The content's length.
    pub bytes: u64,
    /// When its end was recorded, by the database's clock, for example `2030-01-02T03:04:05Z`.
    pub at: String,
    /// The vendor's id of what arrived, if it gave one.
    pub remote_id: Option<String>,
    /// How it came to be done.
    pub outcome: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(key: &str) -> Result<NewJob> {
        NewJob::new(key, Task::GensoftAttendance, "{}")
    }

    #[test]
    fn keys_that_cannot_be_printed_are_refused() {
        for key in ["", "a\nb", "\u{1b}[31m", &"x".repeat(201)] {
            assert_eq!(job(key).unwrap_err().kind(), ErrorKind::InvalidInput);
        }
        for key in ["order 17", "клініка/17", &"x".repeat(200)] {
            assert!(job(key).is_ok(), "{key}");
        }
        assert!(job("a").unwrap().after("a").is_err());
    }

    #[test]
    fn another_content_task_or_order_is_another_job() {
        let digest = |job: NewJob, task: &str| job.digest(task);
        let first = digest(job("a").unwrap(), "task");
        assert_eq!(first, digest(job("b").unwrap(), "task"));
        assert_ne!(first, digest(job("a").unwrap(), "another"));
        assert_ne!(first, digest(job("a").unwrap().after("b").unwrap(), "task"));
        let other = NewJob::new("a", Task::GensoftAttendance, "{ }").unwrap();
        assert_ne!(first, digest(other, "task"));
        assert_eq!(hexadecimal(b"abc")[..8], *"ba7816bf");
    }
}
