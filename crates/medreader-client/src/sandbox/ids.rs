//! Ids in the form of the document's (UUIDs), obviously made up.

/// What an id belongs to; its number stands in the id, so that a log can be read.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    User = 1,
    Folder = 2,
    Upload = 3,
    Analysis = 4,
    Webhook = 5,
}

/// Counts the ids that were given.
#[derive(Default)]
pub(super) struct Ids(u64);

impl Ids {
    /// A new id, for example `00000000-0000-4000-8000-020000000001` for a folder.
    pub(super) fn next(&mut self, kind: Kind) -> String {
        self.0 += 1;
        format!("00000000-0000-4000-8000-{:02x}{:010x}", kind as u8, self.0)
    }
}
