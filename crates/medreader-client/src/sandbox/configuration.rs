//! The configuration of a tenant.

use serde_json::{Value, json};

/// The fields, in the document's order.
pub(super) const FIELDS: [&str; 8] = [
    "s3_bucket_name",
    "s3_region",
    "s3_access_key_id",
    "s3_secret_access_key",
    "s3_base_path",
    "webhook_url",
    "webhook_user",
    "webhook_password",
];

/// The fields that come back masked if the settings say so.
const SECRETS: [&str; 2] = ["s3_secret_access_key", "webhook_password"];

/// A configuration. A field that is not set is null.
#[derive(Default)]
pub(super) struct Configuration([Option<String>; FIELDS.len()]);

impl Configuration {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let index = FIELDS.iter().position(|field| *field == name)?;
        self.0[index].as_deref()
    }

    pub(super) fn set(&mut self, name: &str, value: Option<&str>) {
        if let Some(index) = FIELDS.iter().position(|field| *field == name) {
            self.0[index] = value.map(str::to_owned);
        }
    }

    pub(super) fn json(&self, mask: bool) -> Value {
        let field = |name: &'static str| {
            let value = self.get(name);
            let masked = mask && value.is_some() && SECRETS.contains(&name);
            let shown = if masked { Some("***") } else { value };
            (name.to_owned(), json!(shown))
        };
        FIELDS.into_iter().map(field).collect()
    }
}
