//! The command line.

use clap::Parser;
use examples::help;

const ENVIRONMENT: &str = "
  BIOLOGIX_*, MEDREADER_*, GENSOFT_*, ERP_*
                       Settings of the vendors, as `biologix-archive`, `medreader`, `gensoft` and
                       `erp-files` read them. A vendor is checked if one of its settings is there;
                       the two of MedReader's webhook do not count
  ERP_PATIENT, ERP_ANALYSIS
                       Whose files the ERP is asked to list. Without both it is asked for a token
                       only";

const AFTER_HELP: &str = "\
The checks of a vendor come in this order. After a FAIL, those that need it are skipped:
  settings       all are there and readable; a missing one is a FAIL here, not status 2
  name           the host name has an address
  connection     the address answers, as the clients reach it, through a proxy if one is set; warn
                 if a web page does
  tls            the certificate is trusted; warn if it ends within 14 days
  clock          this machine's against the answer's Date: warn over 1 minute, FAIL over 5
  login, token   the vendor accepts the account; it is asked once, Gensoft by OPTIONS, with the key
                 and without it
  scope          the account may do what the read does
  read           one page of exams, the tenant's settings, the files of ERP_ANALYSIS; Gensoft has
                 nothing that can be read
  webhook        the address in MedReader's settings answers 401 to wrong credentials
  webhook_slash  the same, with a slash at its end, or without it if it has one

Nothing is created, changed or deleted. The webhook's address gets {} with wrong credentials.
Each request is sent once, and its answer may take 15 s unless ANSWER_TIMEOUT_SECS is set.

After the checks come the readings: how this vendor does what its document leaves open, as far as
its answers show it. Then the fields, codes and types that the clients do not know. No value is
printed.

A FAIL is exit status 1.";

/// Checks the connection, the account and the answers of each vendor, without any effect.
///
/// Checks the vendors whose settings are in the environment. Without any: the four built-in
/// sandboxes.
#[derive(Debug, Parser)]
#[command(version, after_help = help::after(ENVIRONMENT, AFTER_HELP))]
pub(crate) struct Args {
    /// Print one JSON document instead of text
    #[arg(long)]
    pub(crate) json: bool,
}
