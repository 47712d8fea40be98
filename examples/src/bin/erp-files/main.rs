//! Uploads, lists, sends and deletes files of a patient's analysis in a clinic's ERP.
//!
//! An upload is three calls to the ERP and its storage, which the client makes as one. With
//! `--resume-dir`, the state between them is kept on the disk ([`journal`]), so that the same
//! command, run again after a crash, ends with exactly one file.

mod advice;
mod args;
mod clinic;
mod hash;
mod journal;
mod list;
mod upload;

use std::process::ExitCode;

use common_http::Call;
use erp_files_client::files::Files;
use examples::failure::{self, Failure};
use examples::progress::Progress;
use examples::{logging, output, stop};
use serde::Serialize;

use self::args::{Analysis, Args, Command};
use self::clinic::Clinic;

#[tokio::main]
async fn main() -> ExitCode {
    let args: Args = examples::args::parse();
    logging::start();
    failure::exit_status(stop::or_done(run(&args)).await, args.json)
}

async fn run(args: &Args) -> Result<ExitCode, Failure> {
    match &args.command {
        Command::Upload(upload) => return upload::run(upload, args.json).await,
        Command::List(of) => {
            let files = call("list", of, Files::list).await?;
            list::show(&files, args.json)?;
        }
        Command::Send(one) => {
            stop::advise("it may have been done: `erp-files list` shows whether it was");
            call("send", &one.of, |files| files.set_send(&one.id(), true)).await?;
            done("the file may be sent now", args.json)?;
        }
        Command::Delete(one) => {
            stop::advise("it may have been deleted: `erp-files list` shows whether it was");
            call("delete", &one.of, |files| files.delete(&one.id())).await?;
            done("deleted", args.json)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes one call, with a bar of its own that is removed at the end.
async fn call<T: 'static>(
    what: &'static str,
    of: &Analysis,
    call: impl FnOnce(&Files) -> Call<T>,
) -> Result<T, Failure> {
    let progress = Progress::new();
    let clinic = Clinic::from_environment(&progress).await?;
    progress.begin_call(what);
    let answer = call(&of.files(&clinic.client)).send().await;
    answer.map_err(advice::failure)
}

#[derive(Serialize)]
struct Done {
    ok: bool,
}

fn done(text: &str, json: bool) -> Result<(), Failure> {
    output::result(json, &Done { ok: true }, text)
}
