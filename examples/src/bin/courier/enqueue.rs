//! Hands a job in.

use std::ffi::OsStr;
use std::path::Path;

use examples::courier::{Job, NewJob, Task};
use examples::failure::Failure;
use examples::input::Input;
use examples::output;
use serde::Serialize;

use crate::args::{Enqueue, Kind};
use crate::{failed, open};

#[derive(Serialize)]
struct Document {
    new: bool,
    job: Option<Job>,
}

pub(crate) async fn run(new: &Enqueue, json: bool) -> Result<(), Failure> {
    let content = Input::open(file(&new.kind)).await?;
    NewJob::check_length(content.length)?;
    let content = content.bytes().await?;
    let mut job = NewJob::new(&new.key, task(&new.kind)?, content)?;
    if let Some(after) = &new.after {
        job = job.after(after)?;
    }
    let courier = open().await?;
    let is_new = courier.enqueue(&job).await.map_err(failed)?;
    let document = Document {
        new: is_new,
        job: courier.job(&new.key).await.map_err(failed)?,
    };
    let key = output::one_line(&new.key);
    let text = match &document.job {
        Some(job) if !is_new => format!("{key} is there already: {}", job.state),
        _ => format!("{key} is waiting to be sent"),
    };
    output::result(json, &document, text)
}

fn file(kind: &Kind) -> &Path {
    match kind {
        Kind::GensoftAttendance { file }
        | Kind::GensoftReport { file, .. }
        | Kind::ErpFile { file, .. }
        | Kind::MedreaderPrescription { file, .. } => file,
    }
}

fn task(kind: &Kind) -> Result<Task, Failure> {
    Ok(match kind {
        Kind::GensoftAttendance { .. } => Task::GensoftAttendance,
        Kind::GensoftReport { execution, .. } => Task::GensoftReport {
            execution: execution.clone(),
        },
        Kind::ErpFile {
            patient,
            analysis,
            on_conflict,
            file,
        } => Task::ErpFile {
            patient: patient.clone(),
            analysis: analysis.clone(),
            name: name(file)?,
            on_conflict: (*on_conflict).into(),
        },
        Kind::MedreaderPrescription { folder, file } => Task::MedreaderPrescription {
            folder: folder.clone(),
            name: name(file)?,
        },
    })
}

/// The file's name, which the vendor gets.
fn name(file: &Path) -> Result<String, Failure> {
    let name = file.file_name().and_then(OsStr::to_str).map(str::to_owned);
    name.ok_or_else(|| {
        Failure::arguments("the FILE has no name, or one that is not valid UTF-8")
            .advise("rename it")
    })
}
