//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use erp_files_client::files::Files;
use erp_files_client::{AnalysisId, ErpFilesClient, FileId, PatientId};
use examples::conflict::Conflict;
use examples::help;

const ENVIRONMENT: &str = "
  ERP_BASE_URL       Address of the clinic's ERP. If it is not set, the built-in
                     sandbox answers, which knows every patient and analysis,
                     and the others are not needed
  ERP_ACCESS_TOKEN   An access token; with it the next four are ignored
  ERP_CLIENT_ID      Client id, from the vendor's support
  ERP_CLIENT_SECRET  Client secret
  ERP_SCOPE          Scopes to request, separated by spaces; default gambit:erp
  ERP_TOKEN_URL      Address of the token endpoint; default the vendor's
  ERP_ALLOW_PRIVATE_STORAGE
                     1 allows uploads to private and link-local IP addresses,
                     for a storage that the clinic runs itself; not needed for
                     host names. ALLOW_PLAIN_HTTP=1 allows them too";

const UPLOAD_AFTER_HELP: &str = "\
Files in the folder of --resume-dir:
  One per unfinished upload. To resume it after a crash, run the same command
  again. The file contains the patient's id and an address to which anyone can
  write the upload, so only this user can read it. It is removed when the upload
  is finished. A folder or file that others may write is refused. An empty .lock
  file beside it refuses a second run of the same upload; the one that a killed
  run leaves does no harm. Another one, .lock alone, stays in the folder.

If an upload without --resume-dir breaks off, its name may stay taken: the ERP
then refuses the name, but does not list it (error code unfinished_upload).

Outcomes: uploaded, skipped, replaced, failed, or unconfirmed: all was
sent, but the ERP's list does not show the file.";

/// Uploads, lists, sends and deletes a patient's files in the gambit clinic ERP (Medakadem).
#[derive(Debug, Parser)]
#[command(version, after_help = help::after(ENVIRONMENT, ""))]
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
    pub(crate) patient: String,

    /// Id of the patient's analysis
    #[arg(long, value_name = "ID")]
    pub(crate) analysis: String,
}

impl Analysis {
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

    /// What to do if a file of that name exists
    #[arg(long, value_enum, default_value_t)]
    pub(crate) on_conflict: Conflict,

    /// Keep what is needed to resume unfinished uploads in this folder; created if missing
    #[arg(long, value_name = "DIR")]
    pub(crate) resume_dir: Option<PathBuf>,

    /// Content-Type that the storage is sent, or `auto` to tell it from each file's first bytes;
    /// none by default, since a signed address may not allow one
    #[arg(long, value_name = "TYPE")]
    pub(crate) content_type: Option<String>,

    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct OneFile {
    #[command(flatten)]
    pub(crate) of: Analysis,

    /// Id of the file, as the list shows it
    #[arg(long, value_name = "ID")]
    file: String,
}

impl OneFile {
    pub(crate) fn id(&self) -> FileId {
        FileId::from(self.file.as_str())
    }
}
