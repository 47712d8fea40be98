//! The argument `--on-conflict`.

use clap::ValueEnum;
use erp_files_client::files::OnConflict;

/// What to do if the ERP has a file of that name.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
#[allow(clippy::exhaustive_enums, reason = "it has what `OnConflict` has")]
pub enum Conflict {
    /// Fail
    #[default]
    Error,
    /// Keep the existing file
    Skip,
    /// Delete the existing file, and upload this one
    Replace,
}

impl From<Conflict> for OnConflict {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Error => Self::Error,
            Conflict::Skip => Self::Skip,
            Conflict::Replace => Self::Replace,
        }
    }
}
