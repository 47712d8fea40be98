//! The command line.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, Subcommand};
use examples::help;

const ENVIRONMENT: &str = "
  GENSOFT_BASE_URL     Address of the server. If it is not set, the built-in
                       sandbox answers, and the other two are not needed
  GENSOFT_API_KEY      The key that Gensoft's support gave
  GENSOFT_AUTH_PREFIX  A word before the key, for example ApiKey, if the
                       installation needs one
  ACCEPT_HTML          1 takes a web page under 2xx for Gensoft's answer:
                       otherwise that is a failure, because a firewall may have
                       written it";

const FILES: &str = "A file of the wrong type counts as a wrong argument.";

/// Sends attendances and report PDFs (laudos) to Gensoft, a genomics laboratory system.
#[derive(Debug, Parser)]
#[command(version, after_help = help::after(ENVIRONMENT, FILES))]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send an attendance (created, changed, cancelled or blocked, as the file says)
    Attendance {
        /// The attendance: one JSON object, sent byte for byte
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
    },
    /// Upload the laudo of an execution, replacing an earlier one
    Report(Report),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    /// Id of the execution: one exam of a patient as the laboratory carries it out
    #[arg(long, value_name = "ID")]
    pub(crate) execution: String,

    /// Send the file in this field of a multipart form, instead of as application/pdf
    #[arg(long, value_name = "FIELD", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) multipart: Option<String>,

    /// End the path with a slash, for servers that redirect or answer 404 without it
    #[arg(long)]
    pub(crate) slash: bool,

    /// The laudo
    #[arg(value_name = "FILE.pdf")]
    pub(crate) file: PathBuf,
}
