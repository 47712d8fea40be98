//! The command line.

use clap::Parser;

const AFTER_HELP: &str = "\
Once all four sandboxes listen, prints their settings on stdout as shell commands:
  export BIOLOGIX_BASE_URL=http://127.0.0.1:18101
  ...
The names are those that biologix-archive, medreader, erp-files and gensoft
read. The values of MEDREADER_WEBHOOK_USER and MEDREADER_WEBHOOK_PASSWORD are
already in the tenant's settings, so webhooks need nothing but `medreader
config-set --webhook-url URL`.

All data is invented. What you send is kept in memory until the program ends: do
not send real data. Other machines cannot reach the sandboxes.

Environment:
  RUST_LOG  Log lines on stderr, for example common_http=debug

Exit status: 0 stopped by SIGINT or SIGTERM; 1 a port is not available; 2 wrong
arguments";

/// Serves the sandboxes of the four vendors on local ports, for programs in any language.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) ports: Ports,

    /// Print the settings as one JSON document: {"settings":{"BIOLOGIX_BASE_URL":"http://...",...}}
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ports {
    /// Port for Biologix; here and below, 0 chooses a free port
    #[arg(long, value_name = "PORT", default_value_t = 18101)]
    pub(crate) biologix: u16,

    /// Port for MedReader
    #[arg(long, value_name = "PORT", default_value_t = 18102)]
    pub(crate) medreader: u16,

    /// Port for the ERP and its token endpoint; its storage uses a free port
    #[arg(long, value_name = "PORT", default_value_t = 18103)]
    pub(crate) erp_files: u16,

    /// Port for Gensoft
    #[arg(long, value_name = "PORT", default_value_t = 18104)]
    pub(crate) gensoft: u16,
}
