//! Reports: the requests in each reading, what is never sent, and repetitions.

use std::io;
use std::sync::{Arc, Mutex, Once};
use std::time::SystemTime;

use gensoft_client::http::StatusCode;
use gensoft_client::sandbox::{Fault, PathForm, ReportForm, Sandbox, WrongSlash};
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
async fn a_report_is_the_body_itself() {
    let sandbox = Sandbox::start().await.unwrap();
    let reply = sandbox
        .client()
        .reports()
        .upload(&ten(), Body::from(PDF))
        .await;
    assert_eq!(reply.unwrap().status(), StatusCode::OK);
    let sent = only(&sandbox, REPORTS_UPLOAD);
    assert_eq!((sent.method.as_str(), sent.target.as_str()), ("PUT", PATH));
    assert_eq!(sent.header("authorization"), Some("EXAMPLE-API-KEY"));
    assert_eq!(sent.header("content-type"), Some("application/pdf"));
    assert_eq!(sent.header("accept"), Some("application/json"));
    let length = PDF.len().to_string();
    assert_eq!(sent.header("content-length"), Some(length.as_str()));
    assert_eq!(sent.header("transfer-encoding"), None);
    assert_eq!(sent.body, PDF);
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
async fn a_redirect_is_not_followed_and_its_error_names_the_slash() {
    for (path, slash) in [(PathForm::Slash, false), (PathForm::NoSlash, true)] {
        let sandbox = start_with(|set| set.report_path = path).await;
        let upload = || sandbox.client().reports().upload(&ten(), Body::from(PDF));
        let error = upload().trailing_slash(slash).send().await.unwrap_err();
        let is = (error.kind(), error.attempts(), error.delivery());
        assert_eq!(is, (ErrorKind::Rejected, 1, Delivery::Answered));
        assert_eq!(error.status(), Some(StatusCode::MOVED_PERMANENTLY));
        let says = if slash {
            "without its trailing slash"
        } else {
            "with a trailing slash"
        };
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(sandbox.requests().len(), 1);
        upload().trailing_slash(!slash).send().await.unwrap();

        let sandbox = start_with(|set| {
            set.report_path = path;
            set.wrong_slash = WrongSlash::NotFound;
        })
        .await;
        let upload = sandbox.client().reports().upload(&ten(), Body::from(PDF));
        let error = upload.trailing_slash(slash).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
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

#[tokio::test]
async fn a_file_that_goes_away_is_a_local_error() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("laudo.pdf");
    std::fs::write(&path, PDF).unwrap();
    let body = Body::from_path(&path).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    let error = sandbox
        .client()
        .reports()
        .upload(&ten(), body)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::LocalIo, Delivery::NotSent)
    );
    assert_eq!(
        (error.operation(), sandbox.connections()),
        (Some(REPORTS_UPLOAD), 0)
    );
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

/// A new upload replaces the old one (documented), so a lost answer is not a reason to give up.
#[tokio::test]
async fn an_upload_is_repeated_and_leaves_another_version() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .fail_next(REPORTS_UPLOAD, Fault::ResetAfterRequest)
        .unwrap();
    let upload = client(&sandbox, eager())
        .reports()
        .upload(&ten(), Body::from(PDF));
    let reply = soon(upload.send()).await.unwrap();
    let versions = sandbox.report_versions("10");
    assert_eq!((reply.attempts(), versions.len()), (2, 2));
    assert!(versions.iter().all(|version| version.pdf == PDF));
}

#[tokio::test]
async fn a_stream_is_sent_once() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .fail_next(REPORTS_UPLOAD, Fault::ResetBeforeEffect)
        .unwrap();
    let stream = Body::single_pass(PDF.as_bytes(), PDF.len() as u64);
    let upload = client(&sandbox, eager()).reports().upload(&ten(), stream);
    let error = soon(upload.send()).await.unwrap_err();
    let is = (error.kind(), error.delivery(), error.attempts());
    assert_eq!(is, (ErrorKind::Interrupted, Delivery::Unknown, 1));
    assert_eq!(sandbox.count(REPORTS_UPLOAD), 1);
}

#[tokio::test]
async fn progress_starts_again_with_each_attempt_and_names_it() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .fail_next(REPORTS_UPLOAD, Fault::ResetBeforeEffect)
        .unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let options = CallOptions::default().on_progress({
        let seen = seen.clone();
        move |progress| seen.lock().unwrap().push(progress)
    });
    let pdf = [PDF.as_bytes(), &vec![b'%'; 300_000]].concat();
    let total = pdf.len() as u64;
    let upload = client(&sandbox, eager()).reports().upload(
        &ten(),
        Body::from_factory(total, move || {
            let pdf = io::Cursor::new(pdf.clone());
            async move { Ok(pdf) }
        }),
    );
    soon(upload.options(options).send()).await.unwrap();
    let seen = seen.lock().unwrap();
    for attempt in [1, 2] {
        let sent: Vec<u64> = seen
            .iter()
            .filter(|one| one.attempt == attempt)
            .map(|one| one.sent)
            .collect();
        assert!(sent.len() > 1 && sent.is_sorted(), "{sent:?}");
        assert!(sent[0] < total && sent.last() == Some(&total));
    }
    assert!(seen.iter().all(|one| one.total == Some(total)));
    assert!(seen.is_sorted_by_key(|one| one.attempt));
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

#[tokio::test]
async fn an_unknown_execution_and_a_file_that_is_too_large() {
    let sandbox = start_with(|set| {
        set.executions = Some(vec!["10".to_owned()]);
        set.body_limit = 100;
    })
    .await;
    let upload = |id: u64, body| {
        sandbox
            .client()
            .reports()
            .upload(&ExecutionId::from(id), body)
            .send()
    };
    let error = upload(11, Body::from(PDF)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::NotFound, Some("Não encontrado."))
    );
    let large = [PDF.as_bytes(), &[b'%'; 200]].concat();
    let error = upload(10, Body::from(large)).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::PAYLOAD_TOO_LARGE));
    assert_eq!((error.kind(), error.message()), (ErrorKind::Rejected, None));
    upload(10, Body::from(PDF)).await.unwrap();
}
