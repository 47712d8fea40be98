//! Pushes an attendance or a laudo to Gensoft, and shows what it answered.

mod args;
mod laboratory;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use common_http::{CallOptions, ErrorKind, RawJson};
use examples::failure::Failure;
use examples::input::Input;
use examples::progress::Progress;
use examples::{logging, output};
use gensoft_client::attendances::AttendanceBody;
use gensoft_client::http::StatusCode;
use gensoft_client::{ExecutionId, Reply};
use serde::Serialize;

use self::args::{Args, Command, Report};
use self::laboratory::Laboratory;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    logging::start();
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(args.json),
    }
}

async fn run(args: &Args) -> Result<(), Failure> {
    let reply = {
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
    show(&reply, args.json)
}

async fn attendance(
    laboratory: &Laboratory,
    file: &Path,
    progress: &Progress,
) -> Result<Reply, Failure> {
    let text = Input::read(file).await?;
    progress.begin_call("attendance");
    let call = laboratory
        .client
        .send_attendance(AttendanceBody::text(text));
    call.send().await.map_err(laboratory::failure_of_attendance)
}

async fn upload(
    laboratory: &Laboratory,
    report: &Report,
    progress: &Progress,
) -> Result<Reply, Failure> {
    let input = Input::open(&report.file).await?;
    progress.begin_file("report", input.length);
    let execution = ExecutionId::from(report.execution.as_str());
    let mut call = laboratory
        .client
        .upload_report(&execution, input.body)
        .trailing_slash(report.slash)
        .options(CallOptions::default().on_progress(progress.sending()));
    if let Some(field) = &report.multipart {
        call = call.multipart(field);
    }
    call.send().await.map_err(|error| {
        let slash = match report.slash {
            true => "try it without --slash, and check GENSOFT_BASE_URL",
            false => "try it with --slash, and check GENSOFT_BASE_URL",
        };
        match error.kind() {
            ErrorKind::NotFound => {
                Failure::from(error).advise(format!("is there such an execution? If so, {slash}"))
            }
            _ if error.status() == Some(StatusCode::UNSUPPORTED_MEDIA_TYPE) => Failure::from(error)
                .advise(match report.multipart {
                    Some(_) => "the server does not take forms: try it without --multipart",
                    None => "the server may take forms only: try it with --multipart file",
                }),
            _ => laboratory::failure(error, slash),
        }
    })
}

/// What the vendor answered; `body` is its JSON as it came, if it is JSON, without the white space between its tokens.
#[derive(Serialize)]
struct Answered {
    status: u16,
    body: Option<RawJson>,
}

fn show(reply: &Reply, json: bool) -> Result<(), Failure> {
    let on_one_line = |body: &RawJson| RawJson::from_text(body.compact()).ok();
    let answered = Answered {
        status: reply.status().as_u16(),
        body: reply.raw().and_then(on_one_line),
    };
    if json {
        return output::document(&answered);
    }
    let body = answered
        .body
        .as_ref()
        .map(|body| output::one_line(body.as_str()));
    match body {
        Some(body) => output::text(format_args!("taken (status {})\n{body}", answered.status)),
        None => output::text(format_args!("taken (status {})", answered.status)),
    }
}
