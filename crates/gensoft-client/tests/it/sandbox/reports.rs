//! Reports: their versions, the forms that they are sent in, the slash of their path.

use gensoft_client::sandbox::{PathForm, ReportForm, Sandbox, Settings, WrongSlash};

use crate::support::{REPORTS_UPLOAD, start_with};

use super::wire::{FILE, KEY, NAMED, PDF, Refusal as _, form, send, upload, upload_form};

#[tokio::test]
async fn each_upload_is_a_new_version() {
    let sandbox = Sandbox::start().await.unwrap();
    let headers = |name| [PDF, ("content-disposition", name), ("authorization", KEY)];
    let line = "PUT /api/v1/results/upload/execution/10";
    for (name, file) in [
        ("attachment; filename=\"um.pdf\"", &b"%PDF-1.4 1"[..]),
        (
            "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%A9.pdf",
            b"\n%PDF-1.4 2",
        ),
    ] {
        assert_eq!(
            send(sandbox.url(), line, &headers(name), file).await.status,
            200
        );
    }
    let versions = sandbox.report_versions("10");
    let kept: Vec<_> = versions
        .iter()
        .map(|one| (one.file_name.as_deref(), &one.pdf[..], one.field.as_deref()))
        .collect();
    let second = (Some("é.pdf"), &b"\n%PDF-1.4 2"[..], None);
    assert_eq!(kept, [(Some("um.pdf"), &b"%PDF-1.4 1"[..], None), second]);
    assert!(sandbox.report_versions("11").is_empty());
    assert!(!format!("{versions:?}").contains("um.pdf"));
    // Ids are any text, decoded once.
    assert_eq!(upload(&sandbox, "a%2Fb%20c").await.status, 200);
    assert_eq!(sandbox.report_versions("a/b c").len(), 1);
}

#[tokio::test]
async fn the_slash_of_the_path_is_as_set() {
    for (path, wrong, without, with) in [
        (PathForm::NoSlash, WrongSlash::Redirect, 200, 301),
        (PathForm::NoSlash, WrongSlash::NotFound, 200, 404),
        (PathForm::Slash, WrongSlash::Redirect, 301, 200),
        (PathForm::Slash, WrongSlash::NotFound, 404, 200),
        (PathForm::Either, WrongSlash::Redirect, 200, 200),
    ] {
        let sandbox = start_with(|set| (set.report_path, set.wrong_slash) = (path, wrong)).await;
        let got = (upload(&sandbox, "10").await, upload(&sandbox, "10/").await);
        assert_eq!(
            (got.0.status, got.1.status),
            (without, with),
            "{path:?}, {wrong:?}"
        );
        let base = "/api/v1/results/upload/execution/10";
        if without == 301 {
            assert_eq!(got.0.header("location"), Some(format!("{base}/").as_str()));
        }
        if with == 301 {
            assert_eq!(got.1.header("location"), Some(base));
        }
        let taken = [without, with].into_iter().filter(|status| *status == 200);
        assert_eq!(sandbox.report_versions("10").len(), taken.count());
        assert_eq!(sandbox.count(REPORTS_UPLOAD), 2);
    }
}

#[tokio::test]
async fn a_path_without_an_id_is_not_found() {
    let sandbox = Sandbox::start().await.unwrap();
    for end in ["", "/"] {
        let got = upload(&sandbox, end).await;
        assert_eq!(
            (got.status, got.header("content-type")),
            (404, Some("text/html; charset=utf-8"))
        );
    }
}

#[tokio::test]
async fn a_report_is_carried_as_set() {
    for (wanted, raw, multipart) in [
        (ReportForm::Raw, 200, 415),
        (ReportForm::Multipart, 415, 200),
        (ReportForm::Either, 200, 200),
    ] {
        let sandbox = start_with(|set| set.report_form = wanted).await;
        assert_eq!(upload(&sandbox, "10").await.status, raw, "{wanted:?}");
        let got = upload_form(&sandbox, &form("file", Some("laudo.pdf"), FILE)).await;
        assert_eq!(got.status, multipart, "{wanted:?}");
        for version in sandbox.report_versions("10") {
            assert_eq!(
                (version.file_name.as_deref(), &version.pdf[..]),
                (Some("laudo.pdf"), FILE)
            );
        }
        let taken = [raw, multipart].into_iter().filter(|status| *status == 200);
        assert_eq!(sandbox.report_versions("10").len(), taken.count());
    }
}

#[tokio::test]
async fn a_form_must_have_the_file_in_its_field() {
    let sandbox = start_with(|set| {
        set.report_form = ReportForm::Multipart;
        set.report_field = "laudo".to_owned();
    })
    .await;
    for bad in [
        form("file", Some("laudo.pdf"), FILE),
        form("laudo", None, FILE),
        form("laudo", Some("laudo.pdf"), b""),
        form("laudo", Some("laudo.pdf"), b"<html>"),
    ] {
        let got = upload_form(&sandbox, &bad).await.fields();
        assert_eq!(got, (400, vec!["laudo".to_owned()]));
    }
    let (status, _) = upload_form(&sandbox, b"--XY--\r\n").await.detail();
    assert_eq!(status, 400);
    assert!(sandbox.report_versions("10").is_empty());
    let got = upload_form(&sandbox, &form("laudo", Some("a.pdf"), FILE)).await;
    assert_eq!(got.status, 200);
    let version = sandbox.report_versions("10").remove(0);
    assert_eq!(
        (version.field.as_deref(), &version.pdf[..]),
        (Some("laudo"), FILE)
    );
    let nameless = Settings {
        report_field: String::new(),
        ..Settings::default()
    };
    let error = Sandbox::with(nameless).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn what_is_not_a_pdf_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let headers = [PDF, NAMED, ("authorization", KEY)];
    let line = "PUT /api/v1/results/upload/execution/10";
    let late = [vec![b' '; 1020], b"%PDF-1.4".to_vec()].concat();
    for file in [&b""[..], b"<html>", b"%PDF", &late] {
        let got = send(sandbox.url(), line, &headers, file).await.fields();
        assert_eq!(got, (400, vec!["file".to_owned()]));
    }
    let other = [
        ("content-type", "application/octet-stream"),
        NAMED,
        ("authorization", KEY),
    ];
    assert_eq!(send(sandbox.url(), line, &other, FILE).await.status, 415);
    assert!(sandbox.report_versions("10").is_empty());
    let late = [vec![b' '; 1019], b"%PDF-".to_vec()].concat();
    assert_eq!(send(sandbox.url(), line, &headers, &late).await.status, 200);
}

#[tokio::test]
async fn a_file_needs_a_name_by_default() {
    let line = "PUT /api/v1/results/upload/execution/10";
    for (required, status) in [(true, 400), (false, 200)] {
        let sandbox = start_with(|set| set.file_name_required = required).await;
        let got = send(sandbox.url(), line, &[PDF, ("authorization", KEY)], FILE).await;
        assert_eq!(got.status, status);
        if required {
            assert!(got.detail().1.starts_with("Missing filename."));
        }
    }
}

#[tokio::test]
async fn executions_can_be_listed() {
    let sandbox = start_with(|set| set.executions = Some(vec!["10".to_owned()])).await;
    assert_eq!(upload(&sandbox, "10").await.status, 200);
    assert_eq!(
        upload(&sandbox, "11").await.detail(),
        (404, "Não encontrado.".to_owned())
    );
}
