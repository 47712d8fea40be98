//! Signed URLs of Azure (shared access signatures) and of S3 (presigned requests).
//!
//! Their signatures are invented: the storage knows every URL that was issued, byte for byte.

use std::time::{Duration, SystemTime};

use common_http::percent_encode;
use common_http::sandbox::rfc3339;

use crate::sandbox::readings::StorageKind;

/// What a signed URL is for.
pub(super) struct Signed<'a> {
    pub(super) kind: StorageKind,
    pub(super) place: usize,
    pub(super) name: &'a str,
    /// Tells two URLs of one place apart.
    pub(super) number: usize,
    pub(super) start: SystemTime,
    pub(super) life: Duration,
}

impl Signed<'_> {
    /// The path and the query under which the storage takes the file.
    pub(super) fn target(&self) -> String {
        let name = percent_encode(self.name);
        format!("{}{name}?{}", self.folder(), self.query())
    }

    /// The same with spaces and non-ASCII letters unencoded, which a client has to encode.
    pub(super) fn unencoded_target(&self) -> String {
        let mut name = String::new();
        for letter in self.name.chars() {
            if letter == ' ' || !letter.is_ascii() {
                name.push(letter);
            } else {
                name.push_str(&percent_encode(letter.encode_utf8(&mut [0; 4])));
            }
        }
        format!("{}{name}?{}", self.folder(), self.query())
    }

    fn folder(&self) -> String {
        format!("/storage/EXAMPLE-{:04}/", self.place + 1)
    }

    fn query(&self) -> String {
        let number = self.number;
        match self.kind {
            StorageKind::Azure => {
                let end = percent_encode(&rfc3339(self.start + self.life, 0));
                format!(
                    "sv=2024-11-04&se={end}&sr=b&sp=cw&sig=EXAMPLE%2Bsignature%2F{number:04}%3D"
                )
            }
            StorageKind::S3 => {
                let date = rfc3339(self.start, 0).replace(['-', ':'], "");
                let day = date.get(..8).unwrap_or_default();
                let life = self.life.as_secs();
                format!(
                    "X-Amz-Algorithm=AWS4-HMAC-SHA256\
                     &X-Amz-Credential=EXAMPLE%2F{day}%2Fexample-1%2Fs3%2Faws4_request\
                     &X-Amz-Date={date}&X-Amz-Expires={life}\
                     &X-Amz-SignedHeaders=host&X-Amz-Signature={number:064x}"
                )
            }
        }
    }
}
