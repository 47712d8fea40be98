//! Reports: the requests in each reading, and what is never sent.

use std::sync::Once;
use std::time::SystemTime;

use gensoft_client::http::StatusCode;
use gensoft_client::sandbox::{PathForm, ReportForm, Sandbox};
use gensoft_client::{Body, CallOptions, Delivery, ErrorKind, ExecutionId};
use proptest::prelude::*;

use crate::support::{
    Op, PDF, REPORTS_UPLOAD, client, eager, of_all_forms, only, soon, start_with,
};

const PATH: &str = "/api/v1/results/upload/execution/10";

fn ten() -> ExecutionId {
    ExecutionId::from(10)
}

#[tokio::test]
async fn the_file_name_stands_in_content_disposition() {
    let sandbox = Sandbox::start().await.unwrap();
    for (name, header) in [
        (None, r#"attachment; filename="laudo.pdf""#),
        (
            Some("laudo 10.pdf"),
            r#"attachment; filename="laudo 10.pdf""#,
        ),
        (
            Some("laudo \"é\".pdf"),
            r#"attachment; filename="laudo ___.pdf"; filename*=UTF-8''laudo%20%22%C3%A9%22.pdf"#,
        ),
    ] {
        let mut upload = sandbox.client().reports().upload(&ten(), Body::from(PDF));
        if let Some(name) = name {
            upload = upload.file_name(name);
        }
        upload.send().await.unwrap();
        let sent = sandbox.requests_for(REPORTS_UPLOAD).pop().unwrap();
        assert_eq!(sent.header("content-disposition"), Some(header));
        let version = sandbox.report_versions("10").pop().unwrap();
        assert_eq!(
            version.file_name.as_deref(),
            Some(name.unwrap_or("laudo.pdf"))
        );
    }
}

#[tokio::test]
async fn a_report_goes_as_a_form_in_one_setting() {
    let sandbox = start_with(|set| {
        set.report_form = ReportForm::Multipart;
        set.report_field = "arquivo".to_owned();
    })
    .await;
    let upload = || sandbox.client().reports().upload(&ten(), Body::from(PDF));
    let named = upload().file_name("laudo \"é\".pdf").multipart("arquivo");
    named.send().await.unwrap();
    let sent = only(&sandbox, REPORTS_UPLOAD);
    let kind = sent.header("content-type").unwrap();
    assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
    assert_eq!(
        (sent.target.as_str(), sent.header("content-disposition")),
        (PATH, None)
    );
    let length = sent.body.len().to_string();
    assert_eq!(sent.header("content-length"), Some(length.as_str()));
    let text = std::str::from_utf8(&sent.body).unwrap();
    assert!(text.contains("\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4"));
    let version = sandbox.report_versions("10").pop().unwrap();
    assert_eq!(version.file_name.as_deref(), Some("laudo \"é\".pdf"));
    assert_eq!(
        (version.field.as_deref(), &version.pdf[..]),
        (Some("arquivo"), PDF.as_bytes())
    );

    let error = upload().multipart("outro").send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Rejected, 1));
    let error = upload().send().await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::UNSUPPORTED_MEDIA_TYPE));
}

#[tokio::test]
async fn the_slash_of_the_path_is_one_setting() {
    let sandbox = start_with(|set| set.report_path = PathForm::Either).await;
    for (slash, path) in [(false, PATH.to_owned()), (true, format!("{PATH}/"))] {
        let upload = sandbox.client().reports().upload(&ten(), Body::from(PDF));
        upload.trailing_slash(slash).send().await.unwrap();
        assert_eq!(
            sandbox.requests_for(REPORTS_UPLOAD).pop().unwrap().target,
            path
        );
    }
    let upload = sandbox.client().reports().upload(&ten(), Body::from(PDF));
    upload
        .trailing_slash(true)
        .trailing_slash(false)
        .send()
        .await
        .unwrap();
    assert_eq!(
        sandbox.requests_for(REPORTS_UPLOAD).pop().unwrap().target,
        PATH
    );
}

#[tokio::test]
async fn a_report_comes_from_path_bytes_or_stream() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("laudo.pdf");
    std::fs::write(&path, PDF).unwrap();
    let stream = |length: Option<u64>| Body::single_pass(PDF.as_bytes(), length);
    let length = PDF.len() as u64;
    for form in [ReportForm::Raw, ReportForm::Multipart] {
        let sandbox = start_with(|set| set.report_form = form).await;
        for body in [
            Body::from_path(&path).await.unwrap(),
            Body::from(PDF),
            Body::from(PDF.as_bytes().to_vec()),
            Body::from_factory(length, || async { Ok(PDF.as_bytes()) }),
            stream(Some(length)),
            stream(None),
        ] {
            let chunked = body.len().is_none();
            let mut upload = sandbox.client().reports().upload(&ten(), body);
            if form == ReportForm::Multipart {
                upload = upload.multipart("file");
            }
            soon(upload.send()).await.unwrap();
            assert_eq!(sandbox.report_versions("10").pop().unwrap().pdf, PDF);
            let sent = sandbox.requests_for(REPORTS_UPLOAD).pop().unwrap();
            assert_eq!(sent.header("content-length").is_none(), chunked);
        }
    }
}

#[tokio::test]
async fn what_is_not_a_pdf_is_never_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("vazio.pdf");
    std::fs::write(&empty, "").unwrap();
    let late = [vec![b' '; 1020], b"%PDF-1.4".to_vec()].concat();
    for body in [
        Body::empty(),
        Body::from(""),
        Body::from("<html></html>"),
        Body::from("%PDF"),
        Body::from(late),
        Body::from_path(&empty).await.unwrap(),
        Body::single_pass(&b""[..], 0),
        Body::single_pass(&b"{}"[..], None),
    ] {
        let error = sandbox
            .client()
            .reports()
            .upload(&ten(), body)
            .send()
            .await
            .unwrap_err();
        let is = (error.kind(), error.delivery(), error.attempts());
        assert_eq!(is, (ErrorKind::InvalidInput, Delivery::NotSent, 0));
        assert_eq!(error.operation(), Some(REPORTS_UPLOAD));
    }
    assert_eq!(sandbox.connections(), 0);
    // The mark may stand anywhere in the first KiB, as in PDF readers.
    let just = [vec![b' '; 1019], b"%PDF-".to_vec()].concat();
    sandbox
        .client()
        .reports()
        .upload(&ten(), Body::from(just))
        .send()
        .await
        .unwrap();
}

/// Neither of the two files would arrive, but a mixture of both, and count as the laudo.
#[tokio::test]
async fn a_file_that_is_rewritten_while_it_is_sent_does_not_arrive() {
    let sandbox = Sandbox::with(of_all_forms()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("laudo.pdf");
    let pdf = |filler| [PDF.as_bytes(), &vec![filler; 4 << 20]].concat();
    for op in [Op::Report, Op::Form] {
        std::fs::write(&path, pdf(b'1')).unwrap();
        // The clock of some file systems is coarse.
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let body = Body::from_path(&path).await.unwrap();
        let rewritten = Once::new();
        let options = CallOptions::default().on_progress({
            let (path, other) = (path.clone(), pdf(b'2'));
            move |_| rewritten.call_once(|| std::fs::write(&path, &other).unwrap())
        });
        let upload = client(&sandbox, eager()).reports().upload(&ten(), body);
        let upload = match op {
            Op::Form => upload.multipart("file").trailing_slash(true),
            _ => upload,
        };
        let error = soon(upload.options(options).send()).await.unwrap_err();
        let is = (error.kind(), error.delivery(), error.attempts());
        assert_eq!(is, (ErrorKind::LocalIo, Delivery::Unknown, 1), "{op:?}");
        assert!(sandbox.report_versions("10").is_empty(), "{op:?}");
    }
}

#[test]
fn an_execution_id_is_any_text() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = runtime.block_on(start_with(|set| set.report_path = PathForm::Either));
    proptest!(ProptestConfig::with_cases(64), |(id in "\\PC{1,30}", slash in any::<bool>())| {
        prop_assume!(id != "." && id != ".." && !id.contains(['/', '\\']));
        let upload = sandbox.client().reports().upload(&ExecutionId::from(id.as_str()), Body::from(PDF));
        runtime.block_on(upload.trailing_slash(slash).send()).unwrap();
        prop_assert!(!sandbox.report_versions(&id).is_empty());
    });
}
