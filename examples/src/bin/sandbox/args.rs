//! What the program is told on its command line.

use clap::Parser;

const AFTER_HELP: &str = "\
Prints on stdout what programs need to be told, as lines for a shell, once all four listen:
  export BIOLOGIX_BASE_URL=http://127.0.0.1:18101
  ...
Addresses and credentials are those of the sandboxes, under the names that biologix-archive,
medreader, erp-files and gensoft read. MEDREADER_WEBHOOK_USER and MEDREADER_WEBHOOK_PASSWORD are in
the tenant's settings already: `medreader config-set --webhook-url URL` is all that its webhooks need.

All data is invented. What is sent is kept in memory and gone at the end: do not send real data.
Another machine cannot reach it.

Environment:
  RUST_LOG  Log lines on stderr, such as common_http=debug

Exit status: 0 ended by SIGINT or SIGTERM; 1 a port cannot be had; 2 wrong arguments";

/// Serves the sandboxes of the four vendors on ports of this machine, for programs in any language.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) ports: Ports,

    /// Print the settings as one JSON document instead: {"settings":{"BIOLOGIX_BASE_URL":"http://...",...}}
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ports {
    /// Port for Biologix; for this and the others, 0 takes one that is free
    #[arg(long, value_name = "PORT", default_value_t = 18101)]
    pub(crate) biologix: u16,

    /// Port for MedReader
    #[arg(long, value_name = "PORT", default_value_t = 18102)]
    pub(crate) medreader: u16,

    /// Port for the ERP and its token endpoint; its storage takes one that is free
    #[arg(long, value_name = "PORT", default_value_t = 18103)]
    pub(crate) erp_files: u16,

    /// Port for Gensoft
    #[arg(long, value_name = "PORT", default_value_t = 18104)]
    pub(crate) gensoft: u16,
}
