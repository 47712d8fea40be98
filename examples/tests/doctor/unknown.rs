//! What a vendor sends and the models do not know is named, without values.

use common_http::sandbox::Fault;
use serde_json::{Value, json};

use crate::run::{self, Report, report};
use crate::server::{Answer, Server};

const MARKER: &str = "MARKER";

/// A fake vendor and its settings.
pub struct Fake {
    pub server: Server,
    pub vendor: &'static str,
}

impl Fake {
    pub fn settings(&self) -> Vec<(&str, &str)> {
        let url = self.server.url.as_str();
        match self.vendor {
            "biologix" => vec![
                ("BIOLOGIX_BASE_URL", url),
                ("BIOLOGIX_USERNAME", "MARKER-USER"),
                ("BIOLOGIX_PASSWORD", "MARKER-PASSWORD"),
                ("BIOLOGIX_PARTNER_ID", "MARKER-PARTNER"),
            ],
            "medreader" => vec![
                ("MEDREADER_BASE_URL", url),
                ("MEDREADER_TENANT_ID", "MARKER-TENANT"),
                ("MEDREADER_EMAIL", "MARKER-EMAIL"),
                ("MEDREADER_PASSWORD", "MARKER-PASSWORD"),
            ],
            "gensoft" => vec![("GENSOFT_BASE_URL", url), ("GENSOFT_API_KEY", "MARKER-KEY")],
            _ => vec![
                ("ERP_BASE_URL", url),
                ("ERP_ACCESS_TOKEN", "MARKER-TOKEN"),
                ("ERP_PATIENT", "MARKER-PATIENT"),
                ("ERP_ANALYSIS", "MARKER-ANALYSIS"),
            ],
        }
    }

    pub fn report(&self) -> Report {
        report(&self.settings(), 0)
    }
}

pub fn biologix(exams: Value) -> Fake {
    let server = Server::start(move |request| match request.path.as_str() {
        "/v2/sessions/open" => {
            let session = json!({"userId": "MARKER", "mfaVerified": "MARKER", "news": "MARKER"});
            Answer::json(200, session.to_string()).header("bx-session-token", "MARKER-TOKEN")
        }
        "/" => Answer::json(404, "{}"),
        _ => Answer::json(200, exams.to_string()),
    });
    Fake {
        server,
        vendor: "biologix",
    }
}

pub fn medreader(configuration: Value) -> Fake {
    let server = Server::start(move |request| match request.path.as_str() {
        "/api/v1/auth/login" => {
            let user = json!({"id": "MARKER", "name": ["MARKER"], "cpf": "MARKER"});
            let session = json!({"token": "MARKER-TOKEN", "expires_in": "MARKER", "user": user,
                                 "refresh_token": "MARKER"});
            Answer::json(200, session.to_string())
        }
        "/api/v1/tenant/configurations" => Answer::json(200, configuration.to_string()),
        "/api/v1/prescriptions/results" => {
            Answer::json(400, r#"{"error":"Um MARKER","code":"folder_marker"}"#)
        }
        _ => Answer::json(404, json!({"error": MARKER, "message": MARKER}).to_string()),
    });
    Fake {
        server,
        vendor: "medreader",
    }
}

pub fn erp(files: Value) -> Fake {
    let server = Server::start(move |request| match request.path.as_str() {
        "/" => Answer::json(404, "{}"),
        _ => Answer::json(200, files.to_string()),
    });
    Fake {
        server,
        vendor: "erp",
    }
}

#[test]
fn of_biologix() {
    let exam = json!({
        "examId": "MARKER-1", "status": "MARKER", "type": 9, "base": null, "newField": "MARKER",
        "0000001AA": "MARKER", "Maria MARKER": 1,
        "patient": {"gender": "MARKER", "name": {"first": "MARKER"}, "cpf": "MARKER"},
        "result": {"oximetry": {"odiCategory": 8, "spO2Min": "88,5", "pulse": 1},
                   "cardiology": {"afNotification": 7}, "snoring": [1]},
    });
    let no_id = json!({"examId": null, "patient": {"name": "MARKER"}});
    let report = biologix(json!([exam, no_id, {"examId": "MARKER-2", "status": 42}])).report();
    assert_eq!(
        report.unknown("biologix"),
        [
            "exams[] (wrong type)",
            "exams[].?",
            "exams[].newField",
            "exams[].patient.cpf",
            "exams[].patient.gender (code)",
            "exams[].patient.name (object)",
            "exams[].result.cardiology.afNotification (code)",
            "exams[].result.oximetry.odiCategory (code)",
            "exams[].result.oximetry.pulse",
            "exams[].result.oximetry.spO2Min (text)",
            "exams[].result.snoring (array)",
            "exams[].status (code)",
            "exams[].status (text)",
            "exams[].type (code)",
            "login.mfaVerified (text)",
            "login.news",
        ]
    );
    assert_eq!(
        report.reading("biologix", "exams.status"),
        Some("number+text")
    );
    assert_eq!(report.reading("biologix", "exams.ids"), Some("other"));
    assert_eq!(
        report.reading("biologix", "exams.missing"),
        Some("absent+null")
    );
    report.is("biologix", "read", "ok", "exams listed: 3");
}

#[test]
fn of_medreader() {
    let configuration = json!({"s3_region": ["MARKER"], "webhook_url": null,
                               "webhook_password": "MARKER", "new_field": "MARKER",
                               "s3_secret_access_key": 1});
    let report = medreader(configuration).report();
    assert_eq!(
        report.unknown("medreader"),
        [
            "configuration.new_field",
            "configuration.s3_region (array)",
            "configuration.s3_secret_access_key (number)",
            "errors.code (code)",
            "login.expires_in (text)",
            "login.refresh_token",
            "login.user.cpf",
            "login.user.name (array)"
        ]
    );
    // A word that is not in the form of a code is none.
    assert_eq!(
        report.reading("medreader", "errors.body"),
        Some("code+other")
    );
    assert_eq!(
        report.reading("medreader", "results.unknown_folder"),
        Some("other")
    );
    assert_eq!(
        report.reading("medreader", "configuration.secrets"),
        Some("shown")
    );
}

#[test]
fn of_the_erp() {
    let file = json!({"Id": {"MARKER": 1}, "FileName": "MARKER.pdf", "isSend": "MARKER",
                      "Size": 1, "DateCr": "MARKER"});
    let report = erp(json!([file, "MARKER"])).report();
    assert_eq!(
        report.unknown("erp"),
        [
            "files[] (wrong type)",
            "files[].Id (object)",
            "files[].Size",
            "files[].isSend (text)"
        ]
    );
    assert_eq!(report.reading("erp", "files.names"), Some("camel+pascal"));
    assert_eq!(report.reading("erp", "files.dates"), Some("other"));
}

/// The list could not confirm an upload.
#[test]
fn a_list_without_readable_names_is_a_warning() {
    let report = erp(json!([{"Id": 1, "Titulo": "MARKER.pdf"}])).report();
    let found = "files listed: 1, none with a readable name";
    report.is("erp", "read", "warn", found);
    assert_eq!(report.unknown("erp"), ["files[].Titulo"]);
    let report = erp(json!([])).report();
    report.is("erp", "read", "ok", "files listed: 0");
}

/// The sandboxes can change their answers as a vendor may: nothing fails, and it is named.
#[tokio::test(flavor = "multi_thread")]
async fn of_sandboxes_that_drift() {
    let biologix = biologix_client::sandbox::Sandbox::start().await.unwrap();
    let medreader = medreader_client::sandbox::Sandbox::start().await.unwrap();
    let erp = erp_files_client::sandbox::Sandbox::start().await.unwrap();
    erp.add_file("7", "12", "result.pdf", "EXAMPLE");
    biologix
        .fail_always("biologix.exams.list", Fault::Drift)
        .unwrap();
    medreader
        .fail_always("medreader.configuration.get", Fault::Drift)
        .unwrap();
    erp.fail_always("erp.files.list", Fault::Drift).unwrap();
    let settings = [
        run::biologix(&biologix),
        run::medreader(&medreader),
        run::erp(&erp),
    ];
    let report = report(&settings.concat(), 0);
    for (vendor, start) in [
        ("biologix", "exams[]."),
        ("medreader", "configuration."),
        ("erp", "files[]."),
    ] {
        let unknown = report.unknown(vendor);
        assert!(!unknown.is_empty(), "{vendor}");
        assert!(
            unknown.iter().all(|path| path.starts_with(start)),
            "{unknown:?}"
        );
    }
    for code in ["exams[].status (code)", "exams[].patient.gender (code)"] {
        assert!(report.unknown("biologix").contains(&code));
    }
}
