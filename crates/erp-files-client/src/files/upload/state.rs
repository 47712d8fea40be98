//! How far an upload has come, as a store keeps it.

use common_http::{Secret, safe_debug};
use serde::{Deserialize, Serialize};

/// The format of the JSON text. Another version's state is not used.
const VERSION: u32 = 1;

/// How far an upload has come. It is a secret (the URL is), and names a patient.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    patient: String,
    analysis: String,
    name: String,
    address: String,
    length: Option<u64>,
    #[serde(default)]
    fingerprint: Option<String>,
    /// A transfer was started, and its result is not known or is success.
    #[serde(default)]
    pub(super) sending: bool,
    pub(super) transferred: bool,
    /// A finalize was sent, or is about to be.
    #[serde(default)]
    pub(super) finalizing: bool,
    /// A finalize was sent that may have had its effect.
    #[serde(default)]
    pub(super) unsettled: bool,
    pub(super) replaces: bool,
}

safe_debug!(State {});

/// What identifies an upload within a clinic.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Of<'a> {
    pub(super) patient: &'a str,
    pub(super) analysis: &'a str,
    pub(super) name: &'a str,
}

impl State {
    /// The state before the transfer.
    pub(super) fn new(
        of: Of<'_>,
        url: &Secret,
        length: Option<u64>,
        fingerprint: Option<String>,
        replaces: bool,
    ) -> Self {
        Self {
            version: VERSION,
            patient: of.patient.to_owned(),
            analysis: of.analysis.to_owned(),
            name: of.name.to_owned(),
            address: url.expose().to_owned(),
            length,
            fingerprint,
            sending: false,
            transferred: false,
            finalizing: false,
            unsettled: false,
            replaces,
        }
    }

    pub(super) fn of(&self) -> Of<'_> {
        Of {
            patient: &self.patient,
            analysis: &self.analysis,
            name: &self.name,
        }
    }

    /// The signed URL.
    pub(super) fn url(&self) -> Secret {
        Secret::from(self.address.as_str())
    }

    /// Whether both states are about the same content, as far as is known.
    pub(super) fn has_content_of(&self, other: &Self) -> bool {
        let same_fingerprint = match (&self.fingerprint, &other.fingerprint) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        self.length == other.length && same_fingerprint
    }

    pub(super) fn to_json(&self) -> Secret {
        Secret::from(serde_json::to_string(self).unwrap_or_default())
    }

    /// `None` for a text that this version did not write, or wrote only to try the store.
    pub(super) fn from_json(text: &str) -> Option<Self> {
        let state: Self = serde_json::from_str(text).ok()?;
        (state.version == VERSION && !state.address.is_empty()).then_some(state)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn saved() -> Value {
        json!({
            "version": 1, "patient": "7", "analysis": "12", "name": "знімок.jpg",
            "address": "https://storage.example/x?sig=EXAMPLE", "length": 5,
            "fingerprint": "EXAMPLE-FINGERPRINT", "sending": true, "transferred": true, "finalizing": true,
            "replaces": false,
        })
    }

    fn with(name: &str, value: Value) -> Option<State> {
        let mut state = saved();
        state[name] = value;
        State::from_json(&state.to_string())
    }

    proptest! {
        #[test]
        fn a_state_comes_back_from_its_text_and_from_no_part_of_it(
            texts: [String; 3], address in ".+", length: Option<u64>, fingerprint: Option<String>, done: [bool; 3],
        ) {
            let [patient, analysis, name] = &texts;
            let mut state = State::new(
                Of { patient, analysis, name }, &Secret::from(address), length, fingerprint, done[0],
            );
            (state.sending, state.finalizing) = (done[1], done[2]);
            let json = state.to_json();
            let again = State::from_json(json.expose()).unwrap();
            prop_assert_eq!(again.to_json(), json.clone());
            prop_assert_eq!(format!("{:?}", again), "State { .. }");
            for (end, _) in json.expose().char_indices() {
                prop_assert!(State::from_json(&json.expose()[..end]).is_none());
            }
        }
    }

    #[test]
    fn other_texts_are_not_states() {
        assert!(with("length", json!(4)).is_some());
        assert!(with("fingerprint", Value::Null).is_some());
        assert!(with("later", json!(1)).is_some(), "of a later version");
        for (name, value) in [
            ("version", json!(2)),
            ("name", json!(1)),
            ("address", json!("")),
            ("transferred", json!("no")),
            ("length", json!(-1)),
        ] {
            assert!(with(name, value).is_none(), "{name}");
        }
        for text in ["{}", "null"] {
            assert!(State::from_json(text).is_none());
        }
    }

    #[test]
    fn contents_differ_by_length_or_by_fingerprint() {
        let state = State::from_json(&saved().to_string()).unwrap();
        for (name, value, same) in [
            ("fingerprint", json!("EXAMPLE-FINGERPRINT"), true),
            ("fingerprint", Value::Null, true),
            ("fingerprint", json!("ANOTHER"), false),
            ("length", json!(6), false),
            ("length", Value::Null, false),
        ] {
            let other = with(name, value).unwrap();
            assert_eq!(state.has_content_of(&other), same, "{name}");
        }
    }
}
