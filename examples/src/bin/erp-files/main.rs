//! Files of a patient's analysis in a clinic's ERP: upload, list, allow to send, delete.
//!
//! An upload is three calls of the ERP and its storage, which the client does as one. With `--resume-dir` the state between
//! them is kept on the disk ([`journal`]), so that a run that was killed can be repeated: at its end there is one file.

mod advice;
mod args;
mod clinic;
mod hash;
mod journal;
mod list;
mod upload;

use std::process::ExitCode;

use clap::Parser;
use erp_files_client::files::FileEntry;
use examples::failure::Failure;
use examples::progress::Progress;
use examples::{logging, output};
use serde::Serialize;

use self::args::{Analysis, Args, Command, OneFile};
use self::clinic::Clinic;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    logging::start();
    match run(&args).await {
        Ok(status) => status,
        Err(failure) => failure.report(args.json),
    }
}

async fn run(args: &Args) -> Result<ExitCode, Failure> {
    match &args.command {
        Command::Upload(upload) => return upload::run(upload, args.json).await,
        Command::List(of) => list::show(&list(of).await?, args.json)?,
        Command::Send(one) => {
            allow_to_send(one).await?;
            done("the file may be sent now", args.json)?;
        }
        Command::Delete(one) => {
            delete(one).await?;
            done("deleted", args.json)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

// Each has a bar of its own, which is gone before anything is printed.

async fn list(of: &Analysis) -> Result<Vec<FileEntry>, Failure> {
    let progress = Progress::new();
    let clinic = Clinic::from_environment(&progress).await?;
    progress.begin_call("list");
    let list = of.files(&clinic.client).list();
    list.send().await.map_err(advice::failure)
}

async fn allow_to_send(one: &OneFile) -> Result<(), Failure> {
    let progress = Progress::new();
    let clinic = Clinic::from_environment(&progress).await?;
    progress.begin_call("send");
    let send = one.of.files(&clinic.client).set_send(&one.id(), true);
    send.send().await.map_err(advice::failure)
}

async fn delete(one: &OneFile) -> Result<(), Failure> {
    let progress = Progress::new();
    let clinic = Clinic::from_environment(&progress).await?;
    progress.begin_call("delete");
    let delete = one.of.files(&clinic.client).delete(&one.id());
    delete.send().await.map_err(advice::failure)
}

#[derive(Serialize)]
struct Done {
    ok: bool,
}

fn done(text: &str, json: bool) -> Result<(), Failure> {
    match json {
        true => output::document(&Done { ok: true }),
        false => output::text(text),
    }
}
