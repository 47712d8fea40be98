//! Delivers orders, reports and files to the vendors, through a database of jobs.
//!
//! The work is done by the library module [`examples::courier`]; this program is its command line.

mod args;
mod enqueue;
mod show;
mod work;

use std::process::ExitCode;

use common_http::Error;
use examples::courier::{Answer, Courier};
use examples::failure::{self, Failure};
use examples::{logging, output, settings};
use serde::Serialize;

use self::args::{Args, Command, Settle};

const DATABASE: &str = "COURIER_DATABASE_URL";

#[tokio::main]
async fn main() -> ExitCode {
    let args: Args = examples::args::parse();
    logging::start();
    failure::exit_status(run(&args).await, args.json)
}

async fn run(args: &Args) -> Result<ExitCode, Failure> {
    match &args.command {
        // Reads the file before anything is created.
        Command::Enqueue(new) => enqueue::run(new, args.json).await?,
        Command::Work(options) => return work::run(options, args.json).await,
        Command::Status => {
            let jobs = open().await?.jobs().await.map_err(failed)?;
            show::jobs(&jobs, args.json)?;
        }
        Command::Settle(one) => settle(one, args.json).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens the database that the environment names.
async fn open() -> Result<Courier, Failure> {
    let url = settings::optional(DATABASE)?;
    let opened = Courier::open(url.as_deref().unwrap_or("sqlite://courier.db")).await;
    opened.map_err(failed)
}

/// The failure of the database, or of what was asked of it.
fn failed(error: Error) -> Failure {
    use common_http::ErrorKind;
    let advice = match error.kind() {
        ErrorKind::Config => {
            "check COURIER_DATABASE_URL; only ALLOW_PLAIN_HTTP=1 allows a remote one without TLS"
        }
        ErrorKind::LocalIo => "look at the database that COURIER_DATABASE_URL names",
        ErrorKind::NotFound => "`courier status` shows the keys",
        ErrorKind::Conflict if error.code().is_some() => {
            "choose another key; the job that is there stays as it is"
        }
        ErrorKind::Conflict => "`courier status` shows how far it is",
        _ => return Failure::from(error),
    };
    Failure::from(error).advise(advice)
}

async fn settle(one: &Settle, json: bool) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Document<'a> {
        job: &'a examples::courier::Job,
    }

    let answer = if one.answer.arrived {
        Answer::Arrived
    } else {
        Answer::NotArrived
    };
    let courier = open().await?;
    let job = courier.settle(&one.key, answer).await.map_err(failed)?;
    // With it, what was removed leaves SQLite's journal.
    courier.close().await;
    output::result(json, &Document { job: &job }, show::lines(&job))
}
