//! MedReader from the command line: folders, prescriptions, the tenant's settings, and the webhook.
//!
//! One file per group of commands: [`folders`], [`prescriptions`], [`process`], [`configuration`],
//! [`webhook`] with its [`server`]. All but the last call the vendor as the [`tenant`] that the
//! environment names; [`resource`] prints the answers.

mod args;
mod configuration;
mod folders;
mod prescriptions;
mod process;
mod resource;
mod server;
mod tenant;
mod webhook;

use std::process::ExitCode;

use examples::failure::{self, Failure};
use examples::{logging, stop};
use tokio::runtime::Runtime;

use self::args::{Args, Command};
use self::tenant::Tenant;

fn main() -> ExitCode {
    let args: Args = examples::args::parse();
    logging::start();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::file("the threads cannot be started", &error).report(args.json);
        }
    };
    let done = runtime.block_on(async {
        match &args.command {
            // It ends by a signal.
            Command::Webhook(_) => run(&args).await,
            _ => stop::or_done(run(&args)).await,
        }
    });
    // Does not wait for a write to stdout that blocks because nobody reads it.
    runtime.shutdown_background();
    failure::exit_status(done, args.json)
}

async fn run(args: &Args) -> Result<ExitCode, Failure> {
    let json = args.json;
    if let Command::Webhook(listen) = &args.command {
        webhook::serve(&listen.listen).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let tenant = Tenant::from_environment().await?;
    match &args.command {
        Command::FolderCreate(new) => folders::create(&tenant, new, json).await?,
        Command::FolderShow(folder) => folders::show(&tenant, folder, json).await?,
        Command::Upload(upload) => prescriptions::upload(&tenant, upload, json).await?,
        Command::Result(prescription) => {
            prescriptions::result(&tenant, prescription, json).await?;
        }
        Command::Results(folder) => prescriptions::results(&tenant, folder, json).await?,
        Command::ConfigGet(get) => configuration::get(&tenant, get, json).await?,
        Command::ConfigSet(set) => configuration::set(&tenant, set, json).await?,
        Command::Process(process) => return process::run(&tenant, process, json).await,
        Command::Webhook(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}
