//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, value_parser};
use examples::help;

const ENVIRONMENT: &str = "
  MEDREADER_BASE_URL          Address of the server. If it is not set, the
                              built-in sandbox with invented data answers, and
                              the next three are ignored
  MEDREADER_TENANT_ID         The tenant's id
  MEDREADER_EMAIL             E-mail address of the tenant's user
  MEDREADER_PASSWORD          Password of that user
  MEDREADER_WEBHOOK_USER      For webhook: user name of the deliveries, as in
                              the settings
  MEDREADER_WEBHOOK_PASSWORD  For webhook: their password; webhook needs only
                              these two
  MEDREADER_SET_S3_SECRET_ACCESS_KEY, MEDREADER_SET_WEBHOOK_PASSWORD
                              For config-set: new values of the two secrets";

/// MedReader: folders, prescriptions and their results, the tenant's settings, and the webhook.
#[derive(Debug, Parser)]
#[command(version, after_help = help::after(ENVIRONMENT, ""))]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Print JSON instead of text: what the vendor sent, or the error
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a folder
    FolderCreate(FolderCreate),
    /// Show a folder, its subfolders and counts
    FolderShow(FolderShow),
    /// Upload a prescription (PDF, JPEG, PNG or TIFF) without waiting for its result
    Upload(Upload),
    /// Show the current result of a prescription
    Result(Prescription),
    /// List the results of a folder
    Results(Results),
    /// Show the tenant's settings
    ConfigGet(ConfigGet),
    /// Change some of the tenant's settings
    ConfigSet(ConfigSet),
    /// Upload a prescription and wait for its result
    Process(Process),
    /// Receive results at POST / and print each once, as one line of JSON, until a signal (status 0)
    Webhook(Webhook),
}

#[derive(Debug, clap::Args)]
pub(crate) struct FolderCreate {
    /// Name of the folder; the vendor normalises it
    pub(crate) name: String,
    /// Id of the parent folder; without it, the folder is created in the root
    #[arg(long, value_name = "ID")]
    pub(crate) parent: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct FolderShow {
    /// The folder's id
    pub(crate) id: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Upload {
    /// Id of the folder to upload it to
    #[arg(long, value_name = "ID")]
    pub(crate) folder: String,
    /// The prescription
    pub(crate) file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Prescription {
    /// The prescription's id
    pub(crate) id: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Results {
    /// The folder's id
    #[arg(long, value_name = "ID")]
    pub(crate) folder: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ConfigGet {
    #[command(flatten)]
    pub(crate) secrets: Secrets,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Secrets {
    /// Print secrets and the user info of addresses instead of ***
    #[arg(long)]
    pub(crate) show_secrets: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ConfigSet {
    /// Bucket that holds the files
    #[arg(long, value_name = "V")]
    pub(crate) s3_bucket_name: Option<String>,
    /// The bucket's AWS region
    #[arg(long, value_name = "V")]
    pub(crate) s3_region: Option<String>,
    /// Id of the access key
    #[arg(long, value_name = "V")]
    pub(crate) s3_access_key_id: Option<String>,
    /// Path in the bucket
    #[arg(long, value_name = "V")]
    pub(crate) s3_base_path: Option<String>,
    /// Address to which results are announced
    #[arg(long, value_name = "V")]
    pub(crate) webhook_url: Option<String>,
    /// User name of the announcements
    #[arg(long, value_name = "V")]
    pub(crate) webhook_user: Option<String>,
    #[command(flatten)]
    pub(crate) secrets: Secrets,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Process {
    /// The file and its folder
    #[command(flatten)]
    pub(crate) upload: Upload,
    /// How long to wait for the result after the upload
    #[arg(long, value_name = "SECS", default_value_t = 120)]
    #[arg(value_parser = value_parser!(u32).range(1..))]
    pub(crate) timeout: u32,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Webhook {
    /// Address and port to listen on, for example 127.0.0.1:8080; port 0 chooses a free one
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: String,
}
