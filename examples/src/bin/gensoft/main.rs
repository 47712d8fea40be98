//! Sends an attendance or a laudo to Gensoft, and shows the answer.

mod args;
mod laboratory;

use std::path::Path;
use std::process::ExitCode;

use common_http::{CallOptions, ErrorKind, RawJson};
use examples::failure::{self, Failure};
use examples::input::Input;
use examples::progress::Progress;
use examples::{logging, output, stop};
use gensoft_client::http::StatusCode;
use gensoft_client::{Answer, ExecutionId};
use serde::Serialize;

use self::args::{Args, Command, Report};
use self::laboratory::Laboratory;

#[tokio::main]
async fn main() -> ExitCode {
    let args: Args = examples::args::parse();
    logging::start();
    failure::exit_status(stop::or_done(run(&args)).await, args.json)
}

async fn run(args: &Args) -> Result<(), Failure> {
    let answer = {
        let progress = Progress::new();
        let field = match &args.command {
            Command::Report(report) => report.multipart.as_deref(),
            Command::Attendance { .. } => None,
        };
        let laboratory = Laboratory::from_environment(&progress, field).await?;
        match &args.command {
            Command::Attendance { file } => attendance(&laboratory, file, &progress).await?,
            Command::Report(report) => upload(&laboratory, report, &progress).await?,
        }
    };
    show(&answer, args.json)
}

async fn attendance(
    laboratory: &Laboratory,
    file: &Path,
    progress: &Progress,
) -> Result<Answer, Failure> {
    let text = Input::read(file).await?;
    progress.begin_call("attendance");
    stop::advise("it may have arrived: look it up in Gensoft before you send it again");
    let call = laboratory.client.attendances().send_text(text);
    call.await.map_err(laboratory::failure_of_attendance)
}

async fn upload(
    laboratory: &Laboratory,
    report: &Report,
    progress: &Progress,
) -> Result<Answer, Failure> {
    let input = Input::open(&report.file).await?;
    progress.begin_file("report", input.length);
    stop::advise("it may have arrived: run the same command again, which replaces it");
    let execution = ExecutionId::from(report.execution.as_str());
    let mut call = laboratory
        .client
        .reports()
        .upload(&execution, input.body)
        .trailing_slash(report.slash)
        .options(CallOptions::default().on_progress(progress.sending()));
    if let Some(field) = &report.multipart {
        call = call.multipart(field);
    }
    call.await.map_err(|error| {
        let slash = if report.slash {
            "try it without --slash, and check GENSOFT_BASE_URL"
        } else {
            "try it with --slash, and check GENSOFT_BASE_URL"
        };
        match error.kind() {
            ErrorKind::NotFound => {
                Failure::from(error).advise(format!("does this execution exist? If so, {slash}"))
            }
            _ if error.status() == Some(StatusCode::UNSUPPORTED_MEDIA_TYPE) => Failure::from(error)
                .advise(match report.multipart {
                    Some(_) => "the server does not accept forms: try it without --multipart",
                    None => "the server may accept only forms: try it with --multipart file",
                }),
            _ => laboratory::failure(error, slash),
        }
    })
}

/// The vendor's answer. `body` is its JSON on one line, or `None` if it is not JSON.
#[derive(Serialize)]
struct Answered {
    status: u16,
    body: Option<RawJson>,
}

fn show(answer: &Answer, json: bool) -> Result<(), Failure> {
    let status = answer.status().as_u16();
    let on_one_line = |body: RawJson| RawJson::from_text(body.compact()).ok();
    let body = answer.raw().and_then(on_one_line);
    let text = match &body {
        Some(body) => {
            let body = output::one_line(body.as_str());
            format!("accepted (status {status})\n{body}")
        }
        None => format!("accepted (status {status})"),
    };
    output::result(json, &Answered { status, body }, text)
}
