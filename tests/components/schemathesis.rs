//! Schemathesis calls each sandbox as its OpenAPI document says: the sandbox never fails, and all
//! of its answers are documented.
//!
//! It makes up requests that fit the document, and some that do not. Values that it cannot guess,
//! such as a session and the ids of what exists, come from here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common_http::sandbox::{Sandbox, Vendor};
use common_http::{Body, Operation};
use http::StatusCode;
use medreader_client::prescriptions::PrescriptionFile;
use serde_json::json;

use crate::component::{bare_command, program, run};
use crate::support::{ANALYSIS, PATIENT, files};

/// What every answer must be. `ignored_auth` also calls without the session, which must be refused,
/// and the last two with other methods.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,ignored_auth,\
                      unsupported_method,allow_header_conformance";

/// A run of Schemathesis against one address of a sandbox.
struct Run<'a> {
    document: &'a str,
    url: &'a str,
    /// Sent with each request.
    headers: Vec<(&'a str, String)>,
    /// Values that exist, for half of the requests that have a parameter of this name.
    existing: Vec<(&'a str, Vec<String>)>,
    /// Options that choose operations.
    operations: &'a [&'a str],
}

impl Run<'_> {
    fn settings(&self) -> String {
        let hooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("components/schemathesis.py");
        let mut settings = format!("hooks = {hooks:?}\n");
        for (name, values) in &self.existing {
            settings += &format!("[dictionaries.\"{name}\"]\nvalues = {}\n", json!(values));
        }
        settings += "[parameters]\n";
        for (name, _) in &self.existing {
            settings += &format!("\"{name}\" = {{ dictionary = \"{name}\", probability = 0.5 }}\n");
        }
        settings
    }

    /// Runs it, unless it is not installed. Returns whether it is.
    async fn end(&self) -> bool {
        let Some(schemathesis) = program("schemathesis") else {
            return false;
        };
        // It leaves its own notes in the working folder.
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("schemathesis.toml");
        fs::write(&settings, self.settings()).unwrap();
        let document = format!("../specs/{}.yaml", self.document);
        let mut command = bare_command(schemathesis);
        command
            .current_dir(folder.path())
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command.args(["--no-color", "--config-file"]).arg(settings);
        command.arg("run");
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(document));
        command.args(["--url", self.url, "--checks", CHECKS, "--seed", "1"]);
        command.args(["--max-examples", "30", "--generation-database", "none"]);
        command.args(self.operations);
        for (name, value) in &self.headers {
            command.arg("--header").arg(format!("{name}: {value}"));
        }
        let output = run(command).await;
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{}\n{text}\n{errors}",
            self.document
        );
        true
    }
}

/// Checks that each operation was called, with success and with refusal.
fn assert_reached<S: Vendor>(
    sandbox: &Sandbox<S>,
    operations: &[&Operation],
    refused_only: &[&str],
) {
    for operation in operations {
        let requests = sandbox.requests_for(operation.id());
        let statuses: BTreeSet<_> = requests
            .iter()
            .filter_map(|request| request.status)
            .collect();
        let succeeded = statuses.iter().any(StatusCode::is_success);
        let is_reached = succeeded != refused_only.contains(&operation.id());
        assert!(is_reached, "{operation}: {statuses:?}");
        let refused = statuses.iter().any(StatusCode::is_client_error);
        assert!(refused, "{operation}: {statuses:?}");
    }
}

/// The header of a request that our client sent, after a real login.
fn sent<S: Vendor>(sandbox: &Sandbox<S>, operation: &str) -> Vec<(&'static str, String)> {
    let requests = sandbox.requests_for(operation);
    let authorization = requests[0].header("authorization").unwrap().to_owned();
    sandbox.clear_requests();
    vec![("Authorization", authorization)]
}

const PDF: &str = "%PDF-1.7 EXAMPLE %%EOF";
const EXAMPLE_FOLDER: &str = "00000000-0000-4000-8000-02000000000b";

#[tokio::test]
async fn biologix() {
    let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    let partner = sandbox.settings.partner_id.clone();
    let exams = sandbox.client().exams(&partner.as_str().into());
    let page = exams.list().send().await.unwrap();
    let keys = page
        .items
        .iter()
        .filter_map(|exam| exam.value()?.report_key());
    let run = Run {
        document: "biologix",
        url: sandbox.url(),
        headers: sent(&sandbox, "biologix.exams.list"),
        existing: vec![
            ("partnerId", vec![partner]),
            ("examKey", keys.map(|key| key.as_str().to_owned()).collect()),
        ],
        operations: &[],
    };
    if run.end().await {
        assert_reached(&sandbox, biologix_client::OPERATIONS, &[]);
    }
}

#[tokio::test]
async fn medreader() {
    let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    // The document's example of an upload names a folder.
    let mut folders = (0..100).map(|number| sandbox.folder(&format!("Pasta {number}")).unwrap());
    let folder = folders.find(|id| id == EXAMPLE_FOLDER).unwrap();
    let prescriptions = sandbox.client().prescriptions();
    let file = PrescriptionFile::from_bytes("receita.pdf", PDF);
    let upload = prescriptions
        .upload(&folder.as_str().into(), file)
        .send()
        .await
        .unwrap();
    let run = Run {
        document: "medreader",
        url: sandbox.url(),
        headers: sent(&sandbox, "medreader.prescriptions.upload"),
        existing: vec![
            ("X-Tenant-ID", vec![sandbox.settings.tenant_id.clone()]),
            ("folder-id", vec![folder.clone()]),
            ("body.folder_id", vec![folder]),
            ("prescription-id", vec![upload.id.as_str().to_owned()]),
        ],
        operations: &[],
    };
    if run.end().await {
        assert_reached(&sandbox, medreader_client::OPERATIONS, &[]);
    }
}

#[tokio::test]
async fn gensoft() {
    let sandbox = gensoft_client::sandbox::Sandbox::start().await.unwrap();
    let run = Run {
        document: "gensoft",
        url: sandbox.url(),
        headers: vec![("Authorization", sandbox.api_key().to_owned())],
        existing: vec![],
        operations: &[],
    };
    if run.end().await {
        assert_reached(&sandbox, gensoft_client::OPERATIONS, &[]);
    }
}

#[tokio::test]
async fn erp() {
    let sandbox = erp_files_client::sandbox::Sandbox::start().await.unwrap();
    let files = files(&sandbox);
    let (mut ids, mut names) = (Vec::new(), Vec::new());
    for number in 0..100 {
        let name = format!("result {number}.pdf");
        ids.push(sandbox.add_file(PATIENT, ANALYSIS, &name, PDF).to_string());
        let name = format!("new {number}.pdf");
        let target = files.initialize(&name).await.unwrap();
        files.transfer(&target, Body::from(PDF)).await.unwrap();
        names.push(name);
    }
    let run = Run {
        document: "erp-files",
        url: sandbox.url(),
        headers: sent(&sandbox, "erp.files.initialize"),
        existing: vec![
            ("patientId", vec![PATIENT.to_owned()]),
            ("analysisId", vec![ANALYSIS.to_owned()]),
            ("fileName", names),
            ("id", ids),
        ],
        operations: &[
            "--exclude-operation-id",
            "erp.files.transfer",
            // The document has one path under two names, since a POST has a file's name there.
            "--exclude-checks",
            "allow_header_conformance",
        ],
    };
    let stranger = Run {
        headers: vec![],
        existing: vec![],
        operations: &[
            "--exclude-operation-id",
            "erp.files.transfer",
            "--phases",
            "examples",
        ],
        ..run
    };
    // A document cannot express an address with a signature. Other tests have real storages.
    let storage = Run {
        document: "erp-files",
        url: &format!("{}/storage/1", sandbox.storage_url()),
        headers: vec![],
        existing: vec![],
        operations: &["--include-operation-id", "erp.files.transfer"],
    };
    if run.end().await && stranger.end().await && storage.end().await {
        assert_reached(
            &sandbox,
            erp_files_client::OPERATIONS,
            &["erp.files.transfer"],
        );
    }
}
