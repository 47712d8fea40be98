//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, value_parser};
use examples::conflict::Conflict;
use examples::help;

const ENVIRONMENT: &str = "
  COURIER_DATABASE_URL  sqlite://FILE (default sqlite://courier.db) or postgres://USER@HOST/NAME;
                        with Postgres, any number of machines may work at once
  GENSOFT_BASE_URL, ERP_BASE_URL, MEDREADER_BASE_URL
                        For work: the vendors' addresses. Jobs of a vendor without one are left
                        waiting. If none is set, the built-in sandboxes answer, and keep nothing
  GENSOFT_API_KEY, ERP_CLIENT_ID, MEDREADER_TENANT_ID, ...
                        For work: the other settings of each vendor; the help of `gensoft`,
                        `erp-files` and `medreader` lists them";

const MORE: &str = "\
States: waiting, sending, done, refused (the vendor refused it) and doubt (it may have arrived).
A job in doubt is never sent again until `settle` says what became of it. `settle` also takes an
answer about a refused job, and --arrived ends a waiting one. The page docs/courier.md has more.";

/// Delivers orders, reports and files, and neither loses nor repeats one.
#[derive(Debug, Parser)]
#[command(version, after_help = help::after(ENVIRONMENT, MORE))]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Hand in a job; its content is kept until it has arrived
    Enqueue(Enqueue),
    /// Send what is due
    Work(Work),
    /// Show the jobs, and the receipts of those that are done
    Status,
    /// Say whether a job in doubt has arrived
    Settle(Settle),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Enqueue {
    /// Your name of the job, without personal data: the same key is the same job
    #[arg(long)]
    pub(crate) key: String,

    /// Send it only once the job of this key is done
    #[arg(long, value_name = "KEY")]
    pub(crate) after: Option<String>,

    #[command(subcommand)]
    pub(crate) kind: Kind,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Kind {
    /// An attendance for Gensoft: one JSON object, sent byte for byte
    GensoftAttendance {
        /// The attendance
        file: PathBuf,
    },
    /// The laudo of an execution, for Gensoft
    GensoftReport {
        /// Id of the execution
        #[arg(long, value_name = "ID")]
        execution: String,
        /// The laudo, a PDF
        file: PathBuf,
    },
    /// A file of a patient's analysis, for the ERP
    ErpFile {
        /// Id of the patient
        #[arg(long, value_name = "ID")]
        patient: String,
        /// Id of the patient's analysis
        #[arg(long, value_name = "ID")]
        analysis: String,
        /// What to do if a file of that name exists
        #[arg(long, value_enum, default_value_t)]
        on_conflict: Conflict,
        /// The file
        file: PathBuf,
    },
    /// A prescription for MedReader: a PDF, JPEG, PNG or TIFF
    MedreaderPrescription {
        /// Id of the folder to upload it to
        #[arg(long, value_name = "ID")]
        folder: String,
        /// The prescription
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Work {
    /// End when nothing is due and nothing is being sent
    #[arg(long)]
    pub(crate) until_idle: bool,

    /// How many jobs to send at once
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,

    /// How long a worker may be silent before its jobs are taken from it
    #[arg(long, value_name = "SECS", default_value_t = 20)]
    #[arg(value_parser = value_parser!(u32).range(1..=86_400))]
    pub(crate) lease: u32,

    /// How long to keep the receipts of jobs that are done
    #[arg(long, value_name = "DAYS", default_value_t = 400)]
    pub(crate) keep_receipts: u32,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Settle {
    /// The job's key
    pub(crate) key: String,

    #[command(flatten)]
    pub(crate) answer: Answer,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Answer {
    /// It is at the vendor, or need not be sent: it counts as done
    #[arg(long)]
    pub(crate) arrived: bool,

    /// It is not at the vendor: send it
    #[arg(long)]
    pub(crate) not_arrived: bool,
}
