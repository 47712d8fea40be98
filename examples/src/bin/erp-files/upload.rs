//! Uploading files, one after the other.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use common_http::CallOptions;
use erp_files_client::FileId;
use erp_files_client::files::{Files, UploadOutcome};
use examples::failure::{Failure, Fields};
use examples::input::Input;
use examples::progress::Progress;
use examples::{output, stop};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::advice;
use crate::args;
use crate::clinic::Clinic;
use crate::hash::sha256_of;
use crate::journal::ResumeFolder;

/// Uploads each file, even if others fail, and prints how each upload ended.
///
/// Returns the exit status; if there is only one file, its failure.
pub(crate) async fn run(args: &args::Upload, json: bool) -> Result<ExitCode, Failure> {
    let names = names(&args.files)?;
    let progress = Progress::new();
    let clinic = Clinic::from_environment(&progress).await?;
    let resume = match &args.resume_dir {
        Some(folder) => Some(ResumeFolder::open(folder).await?),
        None => None,
    };
    let uploads = Uploads {
        files: args.of.files(&clinic.client),
        resume,
        clinic,
        args,
        progress,
    };
    let mut ended = Vec::with_capacity(names.len());
    for (number, (path, name)) in args.files.iter().zip(&names).enumerate() {
        let what = match names.len() {
            1 => "upload".to_owned(),
            count => format!("file {} of {count}", number + 1),
        };
        stop::advise(advice::if_stopped(args, number));
        ended.push(uploads.one(path, name, what).await);
    }
    // Removes the bar before anything is printed.
    drop(uploads);
    match ended.pop() {
        Some(Ended {
            outcome: Err(failure),
            ..
        }) if ended.is_empty() => Err(failure),
        last => {
            ended.extend(last);
            report(&ended, json)
        }
    }
}

/// The names of the files. They must differ, or one upload would conflict with another.
fn names(files: &[PathBuf]) -> Result<Vec<&str>, Failure> {
    let mut names = Vec::with_capacity(files.len());
    let mut seen = HashSet::new();
    for path in files {
        let name = path.file_name().and_then(OsStr::to_str).ok_or_else(|| {
            Failure::arguments("a FILE has no name, or one that is not valid UTF-8")
                .advise("rename it")
        })?;
        // Unicode has two forms of an accented letter (NFC, NFD). To an ERP they are one name.
        if !seen.insert(name.nfc().collect::<String>()) {
            return Err(Failure::arguments("two files have the same name")
                .advise("upload them one by one, or rename one"));
        }
        names.push(name);
    }
    Ok(names)
}

/// How the upload of a file ended.
struct Ended<'a> {
    name: &'a str,
    /// The file's length; 0 if it could not be read.
    bytes: u64,
    outcome: Result<UploadOutcome, Failure>,
}

struct Uploads<'a> {
    clinic: Clinic,
    files: Files,
    args: &'a args::Upload,
    resume: Option<ResumeFolder>,
    progress: Progress,
}

impl Uploads<'_> {
    async fn one<'n>(&self, path: &Path, name: &'n str, what: String) -> Ended<'n> {
        let input = Input::open(path).await;
        let bytes = input.as_ref().map_or(0, |input| input.length);
        let outcome = match input {
            Ok(input) => {
                self.progress.begin_file(what, bytes);
                self.send(path, name, input).await
            }
            Err(failure) => Err(failure),
        };
        Ended {
            name,
            bytes,
            outcome,
        }
    }

    async fn send(&self, path: &Path, name: &str, input: Input) -> Result<UploadOutcome, Failure> {
        let mut is_resumed = false;
        let mut upload = self.files.upload(name, input.body);
        if let Some(folder) = &self.resume {
            let of = &self.args.of;
            let clinic = self.clinic.url.trim_end_matches('/');
            let journal = folder.journal([clinic, &of.patient, &of.analysis, name])?;
            is_resumed = journal.has_state().await?;
            let hash = sha256_of(path.to_owned()).await?;
            upload = upload.fingerprint(hash).resumable(&Arc::new(journal));
        }
        let content_type = match self.args.content_type.as_deref() {
            Some("auto") => input.content_type,
            set => set,
        };
        if let Some(content_type) = content_type {
            upload = upload.content_type(content_type);
        }
        upload
            .on_conflict(self.args.on_conflict.into())
            .options(CallOptions::default().on_progress(self.progress.sending()))
            .await
            .map_err(|error| advice::failure_of_upload(error, self.args.on_conflict, is_resumed))
    }
}

#[derive(Serialize)]
struct Document<'a> {
    files: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    bytes: u64,
    outcome: &'static str,
    file_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Fields<'a>>,
}

impl<'a> From<&'a Ended<'_>> for Entry<'a> {
    fn from(ended: &'a Ended<'_>) -> Self {
        let outcome = ended.outcome.as_ref();
        let file_id = outcome.ok().and_then(UploadOutcome::file_id);
        Self {
            name: ended.name,
            bytes: ended.bytes,
            outcome: outcome.map_or("failed", UploadOutcome::as_str),
            file_id: file_id.map(FileId::as_str),
            error: outcome.err().map(Failure::fields),
        }
    }
}

fn report(ended: &[Ended<'_>], json: bool) -> Result<ExitCode, Failure> {
    let document = Document {
        files: ended.iter().map(Entry::from).collect(),
    };
    let mut status = ExitCode::SUCCESS;
    for (number, one) in ended.iter().enumerate() {
        // Shows the number, because the file's name can contain a patient's.
        let of = match ended.len() {
            1 => String::new(),
            count => format!("file {} of {count}: ", number + 1),
        };
        match &one.outcome {
            Ok(UploadOutcome::Unconfirmed { .. }) => advice::note_unconfirmed(&of),
            Ok(_) => continue,
            Err(failure) => failure.note(&of),
        }
        status = ExitCode::FAILURE;
    }
    output::result(json, &document, lines(&document))?;
    Ok(status)
}

/// One line per file.
fn lines(document: &Document<'_>) -> String {
    let line = |entry: &Entry<'_>| {
        let name = output::one_line(entry.name);
        let id = match entry.file_id {
            Some(id) => format!(", id {}", output::one_line(id)),
            None => String::new(),
        };
        let size = output::size(entry.bytes);
        format!("{:<8}  {name} ({size}{id})", entry.outcome)
    };
    let lines: Vec<_> = document.files.iter().map(line).collect();
    lines.join("\n")
}
