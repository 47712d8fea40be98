//! Prescriptions: the files that came, and how far their processing is.

use std::{
    collections::VecDeque,
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use common_http::sandbox::SandboxError;

use super::{
    folders::Folder,
    ids::Kind,
    outcome::{Outcome, Processing},
    readings::IdReading,
    turn::Turn,
};

/// Longer processing is cut to this, so that one without end is not beyond what the time type holds.
const LONGEST: Duration = Duration::from_secs(1 << 36);

/// A file that was uploaded.
///
/// `Debug` leaves out the file's name and content.
#[derive(Clone)]
#[non_exhaustive]
pub struct Upload {
    /// The id that the upload's answer had.
    pub id: String,
    /// The folder's id.
    pub folder_id: String,
    /// The file's name as the form had it.
    pub file_name: String,
    /// The content type as the form had it.
    pub content_type: String,
    /// The content.
    pub content: Bytes,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("id", &self.id)
            .field("folder_id", &self.folder_id)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

/// An upload and what became of it.
pub(super) struct Prescription {
    pub(super) upload: Upload,
    pub(super) tenant: String,
    /// The id that results have.
    pub(super) result_id: String,
    /// The id that webhooks have.
    pub(super) webhook_id: String,
    pub(super) folder_path: String,
    pub(super) folder_display_path: String,
    pub(super) uploaded: SystemTime,
    planned: Outcome,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    DoneAt(SystemTime),
    /// Being processed until this time.
    Until(SystemTime),
    /// Being processed until it was shown so many times more.
    Polls(usize),
    /// Being processed until the test ends it.
    ByHand,
}

impl Prescription {
    pub(super) fn outcome(&self) -> Option<&Outcome> {
        matches!(self.stage, Stage::DoneAt(_)).then_some(&self.planned)
    }

    /// When processing ended.
    pub(super) fn done(&self) -> Option<SystemTime> {
        match self.stage {
            Stage::DoneAt(time) => Some(time),
            Stage::Until(_) | Stage::Polls(_) | Stage::ByHand => None,
        }
    }

    /// When processing is due to have ended, if it is.
    fn due(&self, now: SystemTime) -> Option<SystemTime> {
        match self.stage {
            Stage::Until(time) if time <= now => Some(time),
            Stage::Polls(0) => Some(now),
            _ => None,
        }
    }

    /// Counts an answer that showed this prescription.
    pub(super) fn shown(&mut self) {
        if let Stage::Polls(left) = &mut self.stage {
            *left = left.saturating_sub(1);
        }
    }
}

/// All tenants' prescriptions, oldest first.
#[derive(Default)]
pub(super) struct Prescriptions {
    all: Vec<Prescription>,
    /// What the next uploads end in.
    outcomes: VecDeque<Outcome>,
}

impl Prescriptions {
    pub(super) fn plan(&mut self, outcomes: impl IntoIterator<Item = Outcome>) {
        self.outcomes.extend(outcomes);
    }

    pub(super) fn uploads(&self) -> Vec<Upload> {
        self.all.iter().map(|one| one.upload.clone()).collect()
    }

    pub(super) fn by_upload(&self, id: &str) -> Option<&Prescription> {
        self.all.iter().find(|one| one.upload.id == id)
    }

    pub(super) fn by_result(&mut self, tenant: &str, id: &str) -> Option<&mut Prescription> {
        self.all
            .iter_mut()
            .find(|one| one.tenant == tenant && one.result_id == id)
    }

    pub(super) fn in_folder(
        &mut self,
        tenant: &str,
        id: &str,
    ) -> impl Iterator<Item = &mut Prescription> {
        self.all
            .iter_mut()
            .filter(move |one| one.tenant == tenant && one.upload.folder_id == id)
    }

    pub(super) fn count_in(&self, tenant: &str, folder_id: &str) -> usize {
        let there = |one: &&Prescription| one.tenant == tenant && one.upload.folder_id == folder_id;
        self.all.iter().filter(there).count()
    }

    /// Whether the clock alone will end the processing of one of them.
    pub(super) fn wait_for_clock(&self) -> bool {
        self.all
            .iter()
            .any(|one| matches!(one.stage, Stage::Until(_)))
    }
}

impl Turn<'_> {
    /// Takes in a file; its processing begins.
    pub(super) fn take_in(
        &mut self,
        tenant: String,
        folder: &Folder,
        file_name: String,
        content_type: String,
        content: Bytes,
    ) -> Upload {
        let state = &mut *self.state;
        let id = state.ids.next(Kind::Upload);
        let mut other_id = |reading, kind| match reading {
            IdReading::Same => id.clone(),
            IdReading::Different => state.ids.next(kind),
        };
        let result_id = other_id(self.settings.result_ids, Kind::Analysis);
        let webhook_id = other_id(self.settings.webhook_ids, Kind::Webhook);
        let planned = state.prescriptions.outcomes.pop_front();
        let upload = Upload {
            id,
            folder_id: folder.id.clone(),
            file_name,
            content_type,
            content,
        };
        state.prescriptions.all.push(Prescription {
            upload: upload.clone(),
            tenant,
            result_id,
            webhook_id,
            folder_path: folder.full_path.clone(),
            folder_display_path: folder.display_path.clone(),
            uploaded: self.now,
            planned: planned.unwrap_or_else(|| self.settings.outcome.clone()),
            stage: match self.settings.processing {
                Processing::Delay(delay) => Stage::Until(self.now + delay.min(LONGEST)),
                Processing::Polls(polls) => Stage::Polls(polls),
                Processing::ByHand => Stage::ByHand,
            },
        });
        upload
    }

    /// Ends the processing of what is due.
    pub(super) fn settle(&mut self) {
        let mut due: Vec<(SystemTime, usize)> = self
            .state
            .prescriptions
            .all
            .iter()
            .enumerate()
            .filter_map(|(place, one)| Some((one.due(self.now)?, place)))
            .collect();
        due.sort_unstable();
        for (time, place) in due {
            self.end(place, time);
        }
    }

    /// Ends the processing of a prescription by hand, in the planned outcome unless another is given.
    pub(super) fn finish(
        &mut self,
        id: &str,
        outcome: Option<Outcome>,
    ) -> Result<(), SandboxError> {
        let all = &mut self.state.prescriptions.all;
        let place = all
            .iter()
            .position(|one| one.upload.id == id && one.done().is_none())
            .ok_or_else(|| SandboxError::unknown_item("prescription in processing", id))?;
        if let Some(outcome) = outcome {
            all[place].planned = outcome;
        }
        self.end(place, self.now);
        Ok(())
    }

    fn end(&mut self, place: usize, time: SystemTime) {
        let one = &mut self.state.prescriptions.all[place];
        one.stage = Stage::DoneAt(time);
        if !one.planned.is_error() || self.settings.webhooks_for_errors {
            let id = one.upload.id.clone();
            self.announce(&id);
        }
    }
}
