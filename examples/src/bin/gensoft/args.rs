//! What the program is told on its command line.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, Subcommand};

const AFTER_HELP: &str = "\
Environment:
  GENSOFT_BASE_URL     Address of the server; where it is not set, the built-in sandbox answers, and
                       the other two are not needed
  GENSOFT_API_KEY      The key that Gensoft's support gave
  GENSOFT_AUTH_PREFIX  A word before the key, such as ApiKey, where the installation wants one
  ALLOW_PLAIN_HTTP     1 allows plain http to another machine: anyone on the way can then read along
  RUST_LOG             Log lines on stderr, such as common_http=debug

Exit status: 0 done; 1 the vendor, the network or a file failed; 2 wrong arguments or settings,
a file of the wrong kind included";

/// Pushes attendances and report PDFs (laudos) to Gensoft, a genomics laboratory system.
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
    /// Send a file as an attendance: created, changed, cancelled or blocked, as the file says
    Attendance {
        /// The attendance: one JSON object, sent byte for byte
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
    },
    /// Upload the laudo of an execution, in place of the one before
    Report(Report),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    /// Id of the execution: an exam of a patient as it is carried out in the laboratory
    #[arg(long, value_name = "ID")]
    pub(crate) execution: String,

    /// Send the file in this field of a form, instead of as application/pdf
    #[arg(long, value_name = "FIELD", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) multipart: Option<String>,

    /// End the path in a slash, where the server redirects or does not find it without
    #[arg(long)]
    pub(crate) slash: bool,

    /// The laudo
    #[arg(value_name = "FILE.pdf")]
    pub(crate) file: PathBuf,
}
