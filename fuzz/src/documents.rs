//! Bodies: JSON of any form, and the vendors' models.

use biologix_client::SessionInfo;
use biologix_client::exams::Exam;
use bytes::Bytes;
use common_http::json::{DecodeReason, Extra, RawJson, TextOrNumber, decode};
use common_http::{Answer, Item, Timestamp, lenient};
use erp_files_client::files::FileEntry;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response};
use medreader_client::User;
use medreader_client::configuration::TenantConfiguration;
use medreader_client::folders::Folder;
use medreader_client::prescriptions::{FolderResults, PrescriptionResult, Upload};
use medreader_client::webhook::WebhookEvent;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const TYPES: [&str; 2] = [
    "application/json",
    "application/json; charset=\"windows-1252\"",
];

/// Every lenient reader at once.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Sample {
    #[serde(default)]
    id: Option<TextOrNumber>,
    #[serde(default)]
    when: Option<Timestamp>,
    #[serde(default)]
    raw: Option<RawJson>,
    #[serde(default, deserialize_with = "lenient::items")]
    items: Vec<Item<Box<Sample>>>,
    #[serde(flatten)]
    extra: Extra,
}

fn answer(data: &[u8], content_type: &'static str) -> Answer {
    let mut response = Response::new(Bytes::copy_from_slice(data));
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    Answer::from(response)
}

/// Reads a body as JSON in every way that does not know a vendor.
///
/// What a strict reader reads, ours reads as the same. What ours reads is written as JSON.
pub fn json(data: &[u8]) {
    if let Ok(strict) = serde_json::from_slice::<Value>(data) {
        match decode::<Value>(data) {
            Ok(read) => assert_eq!(read, strict),
            Err(error) => assert_eq!(error.reason(), DecodeReason::TooMany),
        }
    }
    for content_type in TYPES {
        let answer = answer(data, content_type);
        if let Some(raw) = answer.raw() {
            for text in [serde_json::to_string(&raw).unwrap(), raw.compact()] {
                assert!(RawJson::from_text(&*text).is_ok(), "{text}");
            }
            is_json(&raw);
        }
        for item in answer.items::<Sample>().unwrap_or_default() {
            is_json(item.raw());
            if let Some(when) = item.value().and_then(|sample| sample.when.as_ref()) {
                let _ = when.to_system_time();
            }
        }
    }
}

fn is_json(written: &impl Serialize) {
    let text = serde_json::to_string(written).unwrap();
    assert!(serde_json::from_str::<IgnoredAny>(&text).is_ok(), "{text}");
}

/// Reads a body as each model of each vendor, alone and as a list.
///
/// A model that was read can be written, and what is written is read and written as the same, unless
/// the document is so large or nested so deep that parts of it are not read.
pub fn models(data: &[u8]) {
    let answer = answer(data, TYPES[0]);
    let whole = data.len() < 1 << 15 && depth(data) <= 12;
    model::<Exam>(&answer, whole);
    model::<SessionInfo>(&answer, whole);
    model::<FolderResults>(&answer, whole);
    model::<PrescriptionResult>(&answer, whole);
    model::<Upload>(&answer, whole);
    model::<Folder>(&answer, whole);
    model::<User>(&answer, whole);
    model::<WebhookEvent>(&answer, whole);
    // Neither a password nor a name that comes twice is written.
    let _ = answer.recorded::<TenantConfiguration>();
    let _ = answer.items::<FileEntry>();
}

fn model<T: DeserializeOwned + Serialize>(answer: &Answer, whole: bool) {
    let alone = answer.recorded::<T>().ok();
    let items = answer.items::<T>().unwrap_or_default();
    let values = items.iter().filter_map(Item::value);
    for value in values.chain(alone.as_deref()).filter(|_| whole) {
        let written = serde_json::to_string(value).unwrap();
        let again = decode::<T>(written.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), written);
    }
}

/// How deep lists and objects are nested, strings included.
fn depth(data: &[u8]) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for byte in data {
        match byte {
            b'[' | b'{' => now += 1,
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}
