//! The files, the uploads that were started, and what was stored.

use std::collections::HashMap;
use std::time::SystemTime;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::sandbox::readings::FileIds;

/// A name of an analysis. It keeps its place in the storage, whatever happens to it.
pub(super) struct Place {
    pub(super) patient: String,
    pub(super) analysis: String,
    pub(super) name: String,
    /// An upload was started and not finished.
    pub(super) started: bool,
    pub(super) blob: Option<Blob>,
    pub(super) file: Option<File>,
}

/// What the storage holds.
#[derive(Clone)]
pub(super) struct Blob {
    pub(super) bytes: Bytes,
    pub(super) content_type: Option<String>,
}

/// A file that was finalized.
#[derive(Clone)]
pub(super) struct File {
    pub(super) number: u32,
    pub(super) is_send: bool,
    pub(super) created: SystemTime,
}

/// A signed URL that was issued.
#[derive(Clone, Copy)]
pub(super) struct Address {
    pub(super) place: usize,
    pub(super) start: SystemTime,
    pub(super) end: SystemTime,
}

#[derive(Default)]
pub(super) struct Ledger {
    pub(super) places: Vec<Place>,
    /// By path and query, byte for byte.
    addresses: HashMap<String, Address>,
    issued: usize,
    last: u32,
}

impl Ledger {
    /// The place of a name, which is made if there is none.
    pub(super) fn place(&mut self, patient: &str, analysis: &str, name: &str) -> usize {
        let found = self.places.iter().position(|place| {
            place.name == name && place.patient == patient && place.analysis == analysis
        });
        found.unwrap_or_else(|| {
            self.places.push(Place {
                patient: patient.to_owned(),
                analysis: analysis.to_owned(),
                name: name.to_owned(),
                started: false,
                blob: None,
                file: None,
            });
            self.places.len() - 1
        })
    }

    /// The files of an analysis, oldest first.
    pub(super) fn files(&self, patient: &str, analysis: &str) -> Vec<(&Place, &File)> {
        let places = self.places.iter();
        let mut files: Vec<_> = places
            .filter(|place| place.patient == patient && place.analysis == analysis)
            .filter_map(|place| Some((place, place.file.as_ref()?)))
            .collect();
        files.sort_by_key(|(_, file)| file.number);
        files
    }

    /// Makes a file of what was stored at this place.
    pub(super) fn finalize(&mut self, place: usize, now: SystemTime) -> u32 {
        self.last += 1;
        let place = &mut self.places[place];
        place.started = false;
        place.file = Some(File {
            number: self.last,
            is_send: false,
            created: now,
        });
        self.last
    }

    /// The place of the file with this id.
    pub(super) fn of_id(&mut self, id: &str, ids: FileIds) -> Option<&mut Place> {
        let has_id = |place: &&mut Place| {
            place
                .file
                .as_ref()
                .is_some_and(|file| id_text(file.number, ids) == id)
        };
        self.places.iter_mut().find(has_id)
    }

    pub(super) fn number_of_next_address(&mut self) -> usize {
        self.issued += 1;
        self.issued
    }

    pub(super) fn issue(&mut self, target: String, address: Address) {
        self.addresses.insert(target, address);
    }

    pub(super) fn address(&self, target: &str) -> Option<Address> {
        self.addresses.get(target).copied()
    }

    pub(super) fn expire_addresses(&mut self, now: SystemTime) {
        for address in self.addresses.values_mut() {
            address.end = address.end.min(now);
        }
    }
}

/// A file's id as text.
pub(super) fn id_text(number: u32, ids: FileIds) -> String {
    match ids {
        FileIds::Numbers => number.to_string(),
        FileIds::Texts => format!("00000000-0000-4000-8000-{number:012}"),
    }
}

/// A file's id in JSON.
pub(super) fn id_json(number: u32, ids: FileIds) -> Value {
    match ids {
        FileIds::Numbers => json!(number),
        FileIds::Texts => json!(id_text(number, ids)),
    }
}
