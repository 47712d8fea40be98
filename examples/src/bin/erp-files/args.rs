//! What the program is told on its command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use erp_files_client::files::OnConflict;
use erp_files_client::{AnalysisId, ErpFilesClient, FileId, PatientId, files::Files};

const AFTER_HELP: &str = "\
Environment:
  ERP_BASE_URL       Address of the clinic's ERP; where it is not set, the built-in sandbox answers,
                     which knows every patient and analysis, and the others are not needed
  ERP_ACCESS_TOKEN   An access token; with it the next four are not used
  ERP_CLIENT_ID      Client id, from the vendor's support
  ERP_CLIENT_SECRET  Its secret
  ERP_SCOPE          Scopes to ask for, separated by spaces; default gambit:erp
  ERP_TOKEN_URL      Address that gives access tokens; default the vendor's
  ERP_ALLOW_PRIVATE_STORAGE
                     1 allows the ERP to have files sent to a private or link-local IP address, for a
                     storage of the clinic's own; a host by its name needs no such leave
  ALLOW_PLAIN_HTTP   1 allows plain http to other machines, private addresses of the storage among
                     them: anyone on the way can then read along
  RUST_LOG           Log lines on stderr, such as common_http=debug

Exit status: 0 done; 1 the vendor, the network or a file failed; 2 wrong arguments or settings";

const UPLOAD_AFTER_HELP: &str = "\
Files in the folder of --resume-dir:
  one for each upload that was begun and not finished, which is needed to take it up again: run the
  same command again after a crash. It holds an address under which anyone can write the file, and
  the patient's id; this user alone can read it. It is removed when the upload is finished. While a
  run is at an upload an empty file (.lock) stands beside it, and a second run of it is refused; a run
  that was killed leaves that file, and it is in nobody's way

An upload that was begun without it and broke off may leave its name taken: the ERP then refuses the
name, and does not list it (error code unfinished_upload).";

/// Files of a patient's analysis in the gambit clinic ERP (Medakadem): upload, list, allow to send, delete.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Upload files, each under its own name
    Upload(Upload),
    /// List the files
    List(Analysis),
    /// Allow a file to be sent by e-mail or Viber
    Send(OneFile),
    /// Delete a file
    Delete(OneFile),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Analysis {
    /// Id of the patient
    #[arg(long, value_name = "ID")]
    patient: String,

    /// Id of the patient's analysis
    #[arg(long, value_name = "ID")]
    analysis: String,
}

impl Analysis {
    pub(crate) fn patient(&self) -> &str {
        &self.patient
    }

    pub(crate) fn analysis(&self) -> &str {
        &self.analysis
    }

    /// The files of this analysis.
    pub(crate) fn files(&self, client: &ErpFilesClient) -> Files {
        let patient = PatientId::from(self.patient.as_str());
        client.files(&patient, &AnalysisId::from(self.analysis.as_str()))
    }
}

#[derive(Debug, clap::Args)]
#[command(after_help = UPLOAD_AFTER_HELP)]
pub(crate) struct Upload {
    #[command(flatten)]
    pub(crate) of: Analysis,

    /// What to do where a file of the name exists
    #[arg(long, value_enum, default_value_t)]
    pub(crate) on_conflict: Conflict,

    /// Keep here what is needed to take an unfinished upload up again; the folder is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) resume_dir: Option<PathBuf>,

    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Conflict {
    /// Fail
    #[default]
    Error,
    /// Leave the file that is there
    Skip,
    /// Delete the file that is there, and upload this one
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

#[derive(Debug, clap::Args)]
pub(crate) struct OneFile {
    #[command(flatten)]
    pub(crate) of: Analysis,

    /// Id of the file, as the list has it
    #[arg(long, value_name = "ID")]
    file: String,
}

impl OneFile {
    pub(crate) fn id(&self) -> FileId {
        FileId::from(self.file.as_str())
    }
}
