//! Every combination of what a vendor may show: never is another prescription's result taken for
//! that under the upload's id, and the upload's own is found if the vendor shows it.

use std::time::Duration;

use common_http::transport::FakeAnswer;
use medreader_client::prescriptions::{FolderResults, FoundResult, WaitOptions};
use serde_json::{Value, json};

use super::{ids, tenant};
use crate::prescriptions::wait::unknown;
use crate::support::{FOLDER, UPLOAD, client, folder};

const OWN: &str = "own";
const ANOTHERS: &str = "another's";
/// The other id that the upload's result may have, and ids of somebody else's.
const ANALYSIS: &str = "analysis";
const OTHER: &str = "other";
const STRANGER: &str = "stranger";
const ELSEWHERE: &str = "elsewhere";

/// What is read under the upload's id in the end.
#[derive(Clone, Copy, Debug)]
struct Read {
    whose: &'static str,
    id: &'static str,
    folder: Option<&'static str>,
    /// The id under which the folder had it before the upload.
    old: Option<&'static str>,
}

/// What is read there in the first seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Early {
    Final,
    Processing,
    WithoutFolder,
    Unknown,
}

#[derive(Clone, Copy, Debug)]
struct World {
    read: Option<Read>,
    early: Early,
    /// The id under which the folder has the upload's result.
    listed: Option<&'static str>,
    /// Whether the upload's result can be read under its other id.
    is_readable: bool,
    has_stranger: bool,
    has_snapshot: bool,
    /// Whether the lists have the ids in capital letters.
    in_capitals: bool,
    /// Whether the folder's id is in the upload's answer. The caller names it otherwise then.
    is_named: bool,
}

fn reads() -> Vec<Option<Read>> {
    let read = |whose, id, folder, old| {
        let folder = Some(folder).filter(|folder: &&str| !folder.is_empty());
        Some(Read {
            whose,
            id,
            folder,
            old,
        })
    };
    let mut reads = vec![None];
    for folder in [FOLDER, "", ELSEWHERE] {
        reads.extend([UPLOAD, ANALYSIS].map(|id| read(OWN, id, folder, None)));
    }
    // Another's that names neither another folder nor another id can be told only if it is old.
    reads.extend([UPLOAD, ANALYSIS, OTHER].map(|id| read(ANOTHERS, id, ELSEWHERE, None)));
    reads.extend([UPLOAD, OTHER].map(|id| read(ANOTHERS, id, FOLDER, Some(id))));
    reads.push(read(ANOTHERS, OTHER, "", Some(OTHER)));
    reads
}

fn worlds() -> Vec<World> {
    let both = [false, true];
    let mut worlds = Vec::new();
    for read in reads() {
        for early in [
            Early::Final,
            Early::Processing,
            Early::WithoutFolder,
            Early::Unknown,
        ] {
            for listed in [None, Some(UPLOAD), Some(ANALYSIS)] {
                for bits in 0..32 {
                    worlds.push(World {
                        read,
                        early,
                        listed,
                        is_readable: both[bits & 1],
                        has_stranger: both[bits >> 1 & 1],
                        has_snapshot: both[bits >> 2 & 1],
                        in_capitals: both[bits >> 3 & 1],
                        is_named: both[bits >> 4],
                    });
                }
            }
        }
    }
    worlds.retain(World::can_be_told);
    worlds
}

impl World {
    fn knows_folder(&self) -> bool {
        self.has_snapshot || self.is_named
    }

    /// Whether anything could tell whose the result is. Two results under one id cannot be told,
    /// nor an old one without a snapshot.
    fn can_be_told(&self) -> bool {
        let Some(read) = self.read else { return true };
        let is_elsewhere = read.folder == Some(ELSEWHERE) && self.knows_folder();
        let is_told = self.has_snapshot || is_elsewhere || read.id != UPLOAD;
        read.whose == OWN || (self.listed != Some(UPLOAD) && is_told)
    }

    /// Whether the vendor shows under the upload's id what proves to be the upload's.
    fn is_shown(&self) -> bool {
        self.read.is_some_and(|read| {
            let is_new = |id| self.has_snapshot && self.listed == Some(id);
            let names_own =
                read.id == UPLOAD && (read.folder != Some(ELSEWHERE) || !self.knows_folder());
            let names_new = read.folder == Some(FOLDER) && is_new(read.id);
            read.whose == OWN && (names_own || names_new || is_new(UPLOAD))
        })
    }

    /// Whether nothing else can be taken for it before it is shown.
    fn is_plain(&self) -> bool {
        !self.has_stranger || matches!(self.early, Early::Final | Early::Processing)
    }

    fn under_the_uploads_id(&self, at: Duration) -> FakeAnswer {
        let Some(read) = self.read else {
            return unknown();
        };
        let mut folder = read.folder;
        let mut status = "completed";
        if at.as_secs() < 8 {
            match self.early {
                Early::Final => {}
                Early::Unknown => return unknown(),
                Early::Processing => status = "processing",
                Early::WithoutFolder => (status, folder) = ("processing", None),
            }
        }
        answer(read.id, status, folder, read.whose)
    }

    fn one(&self, id: &str, at: Duration) -> FakeAnswer {
        match id.to_lowercase().as_str() {
            UPLOAD => self.under_the_uploads_id(at),
            ANALYSIS if self.is_readable => answer(ANALYSIS, "completed", None, OWN),
            STRANGER => answer(STRANGER, "completed", Some(FOLDER), ANOTHERS),
            _ => unknown(),
        }
    }

    fn old(&self) -> Value {
        self.items(self.read.and_then(|read| read.old))
    }

    fn list(&self) -> Value {
        let old = self.read.and_then(|read| read.old);
        let new = [self.listed, self.has_stranger.then_some(STRANGER)];
        self.items(old.into_iter().chain(new.into_iter().flatten()))
    }

    fn items(&self, ids: impl IntoIterator<Item = &'static str>) -> Value {
        let write = |id: &str| {
            if self.in_capitals {
                id.to_uppercase()
            } else {
                id.to_owned()
            }
        };
        let ids = ids.into_iter();
        ids.map(|id| json!({"id": write(id)})).collect()
    }

    async fn found(self) -> common_http::Result<FoundResult> {
        let network = tenant(move |id, at| self.one(id, at), move |_| self.list());
        let waiting = client(&network).prescriptions().result_of(&UPLOAD.into());
        let named = if self.is_named { "pacientes" } else { FOLDER };
        let mut waiting = waiting.folder(self.is_named.then(folder));
        if self.has_snapshot {
            let old: FolderResults =
                serde_json::from_value(json!({"results": self.old()})).unwrap();
            waiting = waiting.since(old.snapshot(&named.into()));
        }
        waiting.wait(WaitOptions::default()).await
    }
}

fn answer(id: &str, status: &str, folder: Option<&str>, whose: &str) -> FakeAnswer {
    let result = json!({
        "id": id, "status": status, "folder_id": folder, "prescription_confidence_notes": whose,
    });
    FakeAnswer::json(result.to_string())
}

fn whose(found: &FoundResult) -> Option<&str> {
    let result = found.result()?;
    result.prescription_confidence_notes.as_deref()
}

#[tokio::test(start_paused = true)]
async fn whose_result_it_is() {
    let mut own = 0;
    for world in worlds() {
        let found = world.found().await;
        let is_own = found.as_ref().is_ok_and(|found| whose(found) == Some(OWN));
        match &found {
            Ok(FoundResult::SameId(_)) => assert!(is_own, "{world:?}"),
            Ok(FoundResult::OnlyNewInFolder(_)) => {
                assert!(
                    world.has_snapshot && (is_own || world.has_stranger),
                    "{world:?}"
                );
            }
            Ok(FoundResult::Ambiguous(new)) => {
                assert!(world.has_stranger && ids(new).len() == 2, "{world:?}");
            }
            Err(error) => assert_eq!(error.kind().as_str(), "timeout", "{world:?}"),
        }
        if world.is_shown() && world.is_plain() {
            assert!(is_own, "{world:?}: {found:?}");
        }
        let is_only_new = world.listed == Some(ANALYSIS) && !world.has_stranger;
        if is_only_new && world.is_readable && world.has_snapshot {
            assert!(is_own, "{world:?}: {found:?}");
        }
        own += usize::from(is_own);
    }
    assert!(own > 1200, "{own}");
}
