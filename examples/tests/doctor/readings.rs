//! Every reading that a sandbox plays is accepted, and named if a read shows it.

use biologix_client::sandbox as biologix;
use erp_files_client::sandbox as erp;
use gensoft_client::sandbox as gensoft;
use medreader_client::sandbox as medreader;
use medreader_client::sandbox::HeaderCase;

use crate::run::{self, report};

#[tokio::test(flavor = "multi_thread")]
async fn of_biologix() {
    type S = biologix::Settings;
    let default = S::default;
    for (settings, name, form) in [
        (default(), "exams.total", "header"),
        (default(), "exams.limit", "header"),
        (default(), "login.token_start", "fraction-z"),
        (default(), "exams.status", "number"),
        (default(), "exams.ids", "digits-and-letters"),
        (
            S {
                total_header: false,
                ..default()
            },
            "exams.total",
            "none",
        ),
        (
            S {
                limit_header: false,
                ..default()
            },
            "exams.limit",
            "none",
        ),
        (
            S {
                offset_header: false,
                ..default()
            },
            "exams.total",
            "header",
        ),
        (
            S {
                header_case: HeaderCase::Title,
                ..default()
            },
            "exams.total",
            "header",
        ),
        (
            S {
                max_limit: 5,
                default_limit: Some(3),
                ..default()
            },
            "exams.total",
            "header",
        ),
        (
            S {
                exams: 0,
                ..default()
            },
            "exams.total",
            "header",
        ),
        (
            S {
                drift: true,
                ..default()
            },
            "exams.total",
            "header",
        ),
        (
            S {
                redirect_reports: true,
                ..default()
            },
            "exams.total",
            "header",
        ),
    ] {
        let sandbox = biologix::Sandbox::with(settings).await.unwrap();
        let report = report(&run::biologix(&sandbox), 0);
        assert_eq!(report.reading("biologix", name), Some(form));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_medreader() {
    use medreader::{EmptyFolder, ErrorShape, IdReading, PathForm, TimeStyle, UnknownFolder};
    type S = medreader::Settings;
    let default = S::default;
    for (settings, name, form) in [
        (default(), "errors.body", "error"),
        (
            S {
                error_shape: ErrorShape::Nested,
                ..default()
            },
            "errors.body",
            "nested",
        ),
        (
            S {
                error_shape: ErrorShape::CodeAndDescription,
                ..default()
            },
            "errors.body",
            "code",
        ),
        (
            S {
                error_shape: ErrorShape::Empty,
                ..default()
            },
            "errors.body",
            "empty",
        ),
        (
            S {
                error_shape: ErrorShape::PlainText,
                ..default()
            },
            "errors.body",
            "text",
        ),
        (default(), "results.unknown_folder", "not-found"),
        (
            S {
                unknown_folder: UnknownFolder::NoResults,
                ..default()
            },
            "results.unknown_folder",
            "no-results",
        ),
        (default(), "configuration.unset", "null"),
        (
            S {
                nulls: false,
                ..default()
            },
            "configuration.unset",
            "absent",
        ),
        (default(), "configuration.secrets", "shown"),
        (
            S {
                mask_secrets: true,
                ..default()
            },
            "configuration.secrets",
            "masked",
        ),
        (
            S {
                result_ids: IdReading::Number,
                ..default()
            },
            "errors.body",
            "error",
        ),
        (
            S {
                webhook_ids: IdReading::Different,
                ..default()
            },
            "errors.body",
            "error",
        ),
        (
            S {
                path_form: PathForm::Normalised,
                ..default()
            },
            "errors.body",
            "error",
        ),
        (
            S {
                empty_folder: EmptyFolder::NoContent,
                ..default()
            },
            "errors.body",
            "error",
        ),
        (
            S {
                times: TimeStyle::Offset,
                ..default()
            },
            "errors.body",
            "error",
        ),
        (
            S {
                header_case: HeaderCase::Title,
                ..default()
            },
            "errors.body",
            "error",
        ),
    ] {
        let sandbox = medreader::Sandbox::with(settings).await.unwrap();
        sandbox.set_webhook("", "EXAMPLE", "EXAMPLE-PASSWORD");
        let report = report(&run::medreader(&sandbox), 0);
        assert_eq!(report.reading("medreader", name), Some(form));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_erp() {
    use erp::{AddressShape, Casing, ErrorShape, FileIds, ListShape, SendFlag, StorageKind};
    type S = erp::Settings;
    let default = S::default;
    let wrapped = || ListShape::Wrapped("items".to_owned());
    for (settings, name, form) in [
        (default(), "files.list", "bare"),
        (
            S {
                list_shape: wrapped(),
                ..default()
            },
            "files.list",
            "wrapped",
        ),
        (default(), "files.names", "pascal"),
        (
            S {
                casing: Casing::Camel,
                ..default()
            },
            "files.names",
            "camel",
        ),
        (default(), "files.ids", "number"),
        (
            S {
                file_ids: FileIds::Texts,
                ..default()
            },
            "files.ids",
            "text",
        ),
        (default(), "files.dates", "fraction+fraction-z"),
        (
            S {
                error_shape: ErrorShape::Empty,
                ..default()
            },
            "files.list",
            "bare",
        ),
        (
            S {
                send_flag: SendFlag::Body,
                ..default()
            },
            "files.list",
            "bare",
        ),
        (
            S {
                storage: StorageKind::S3,
                ..default()
            },
            "files.list",
            "bare",
        ),
        (
            S {
                address_shape: AddressShape::Text,
                ..default()
            },
            "files.list",
            "bare",
        ),
        (
            S {
                header_case: HeaderCase::Title,
                ..default()
            },
            "files.list",
            "bare",
        ),
    ] {
        let sandbox = erp::Sandbox::with(settings).await.unwrap();
        for name in ["a.pdf", "b.pdf"] {
            sandbox.add_file("7", "12", name, "EXAMPLE");
        }
        let report = report(&run::erp(&sandbox), 0);
        assert_eq!(report.reading("erp", name), Some(form));
        assert!(report.unknown("erp").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_gensoft() {
    use gensoft::{AnswerShape, KeyForm, PathForm, ReportForm};
    type S = gensoft::Settings;
    let default = S::default;
    for settings in [
        S {
            key_form: KeyForm::Prefixed("ApiKey".to_owned()),
            ..default()
        },
        S {
            report_path: PathForm::Slash,
            ..default()
        },
        S {
            report_form: ReportForm::Multipart,
            ..default()
        },
        S {
            attendance_answer: AnswerShape::Page,
            ..default()
        },
        S {
            header_case: HeaderCase::Title,
            ..default()
        },
    ] {
        let sandbox = gensoft::Sandbox::with(settings).await.unwrap();
        let report = report(&run::gensoft(&sandbox), 0);
        assert_eq!(
            report.0["vendors"]["gensoft"]["readings"],
            serde_json::json!({})
        );
    }
}
