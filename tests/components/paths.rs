//! An nginx with a URI in `proxy_pass`: it decodes the paths that it passes on, resolves their dot
//! segments, and encodes them again in its own way.

use common_http::sandbox::{Sandbox, Vendor};
use common_http::{Body, Delivery, ErrorKind, Result};
use erp_files_client::sandbox::Sandbox as Erp;
use gensoft_client::sandbox::Sandbox as Gensoft;
use http::header::AUTHORIZATION;
use percent_encoding::percent_decode_str;

use crate::proxy::Proxy;
use crate::support::{files_of, soon};

const PDF: &str = "%PDF-1.7 EXAMPLE %%EOF";

/// Ids that stay what they are.
const IDS: [&str; 12] = [
    "result 1.pdf",
    " ",
    "...",
    "знімок №1.jpg",
    "re\u{301}sultat 📄",
    "a#b?c",
    "a+b&c=d;e,f:g@h!$()*~_-",
    "\"'<>|^`{}[]",
    // What looks encoded is encoded again.
    "a%b",
    "a%20b",
    "9%2F..%2F10",
    "%2e%2e",
];

/// Ids that would be several segments, or none, after nginx has decoded them.
const REFUSED: [&str; 9] = [
    "",
    ".",
    "..",
    "9/../10",
    "../../../../attendance",
    "9\\..\\10",
    "/",
    "10/",
    "a\nb",
];

/// The proxy before a sandbox, and the base URL that clients have there.
async fn decoding<S: Vendor>(sandbox: &Sandbox<S>) -> Option<(Proxy<1>, String)> {
    let url = sandbox.url();
    let proxy = Proxy::start(|[port]| {
        format!(
            "server {{
                 listen 127.0.0.1:{port} ssl;
                 location /decoding/ {{ proxy_pass {url}/; }}
             }}"
        )
    });
    let proxy = proxy.await?;
    let url = format!("{}/decoding", proxy.url());
    Some((proxy, url))
}

/// Checks that an operation's id arrives as one segment of the path, or in the query, unchanged, or
/// is not sent.
async fn assert_kept<S: Vendor>(
    sandbox: &Sandbox<S>,
    operation: &str,
    call: impl AsyncFn(&'static str) -> Result<()>,
) {
    sandbox.clear_requests();
    for (number, id) in IDS.into_iter().enumerate() {
        // No such thing may exist. Here it counts where the request arrived.
        let _ = soon(call(id)).await;
        let requests = sandbox.requests_for(operation);
        assert_eq!(requests.len(), number + 1, "{operation} {id:?}");
        let target = requests[number].target.as_str();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let segments = path
            .split('/')
            .map(|text| percent_decode_str(text).decode_utf8().unwrap());
        let values = url::form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value);
        let is_there = segments.chain(values).any(|part| part == id);
        assert!(is_there, "{operation} {id:?}: {target}");
    }
    sandbox.clear_requests();
    for id in REFUSED {
        let error = soon(call(id)).await.unwrap_err();
        let is = (error.kind(), error.delivery(), error.attempts());
        let expected = (ErrorKind::InvalidInput, Delivery::NotSent, 0);
        assert_eq!(is, expected, "{operation} {id:?}");
    }
    assert!(sandbox.requests().is_empty(), "{operation}");
}

#[tokio::test]
async fn biologix() {
    let sandbox = biologix_client::sandbox::Sandbox::start().await.unwrap();
    let Some((proxy, url)) = decoding(&sandbox).await else {
        return;
    };
    let builder = sandbox.client_builder().http(proxy.trusting());
    let client = builder.base_url(&url).build().unwrap();
    let list = async |id: &'static str| client.exams(&id.into()).list().await.map(drop);
    assert_kept(&sandbox, "biologix.exams.list", list).await;
    let get = async |id: &'static str| client.reports().get(&id.into()).await.map(drop);
    assert_kept(&sandbox, "biologix.reports.get", get).await;
}

#[tokio::test]
async fn medreader() {
    let sandbox = medreader_client::sandbox::Sandbox::start().await.unwrap();
    let Some((proxy, url)) = decoding(&sandbox).await else {
        return;
    };
    let builder = sandbox.client_builder().http(proxy.trusting());
    let client = builder.base_url(&url).build().unwrap();
    let get = async |id: &'static str| client.folders().get(&id.into()).await.map(drop);
    assert_kept(&sandbox, "medreader.folders.get", get).await;
    let result = async |id: &'static str| client.prescriptions().result(&id.into()).await.map(drop);
    assert_kept(&sandbox, "medreader.prescriptions.result", result).await;
    let results =
        async |id: &'static str| client.prescriptions().results(&id.into()).await.map(drop);
    assert_kept(&sandbox, "medreader.prescriptions.results", results).await;
}

#[tokio::test]
async fn erp() {
    let sandbox = Erp::start().await.unwrap();
    let Some((proxy, url)) = decoding(&sandbox).await else {
        return;
    };
    let builder = sandbox.client_builder().http(proxy.trusting());
    let client = builder.base_url(&url).build().unwrap();
    let files = files_of(&client);
    let upload = async |name: &'static str| files.upload(name, Body::from(PDF)).await.map(drop);
    assert_kept(&sandbox, "erp.files.initialize", upload).await;
    let listed = soon(files.list().send()).await.unwrap();
    let names = listed
        .iter()
        .map(|file| file.value().unwrap().name.as_deref().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), IDS);
    let list = async |id: &'static str| client.files(&id.into(), &id.into()).list().await.map(drop);
    assert_kept(&sandbox, "erp.files.list", list).await;
    let finalize = async |name: &'static str| files.finalize(name).await;
    assert_kept(&sandbox, "erp.files.finalize", finalize).await;
    let set_send = async |id: &'static str| files.set_send(&id.into(), true).await;
    assert_kept(&sandbox, "erp.files.set_send", set_send).await;
    let delete = async |id: &'static str| files.delete(&id.into()).await;
    assert_kept(&sandbox, "erp.files.delete", delete).await;
}

#[tokio::test]
async fn gensoft() {
    let sandbox = Gensoft::start().await.unwrap();
    let Some((proxy, url)) = decoding(&sandbox).await else {
        return;
    };
    let builder = sandbox.client_builder().http(proxy.trusting());
    let client = builder.base_url(&url).build().unwrap();
    let upload = async |id: &'static str| {
        let upload = client.reports().upload(&id.into(), Body::from(PDF));
        upload.await.map(drop)
    };
    assert_kept(&sandbox, "gensoft.reports.upload", upload).await;
    assert!(IDS.iter().all(|id| sandbox.report_versions(id).len() == 1));
    assert!(sandbox.report_versions("10").is_empty());

    // If the client sent such an id, nginx would make another path of it.
    let path = format!("{url}/api/v1/results/upload/execution/9%2F..%2F10");
    let request = proxy.looker().put(path).body(PDF);
    let request = request
        .header(AUTHORIZATION, sandbox.api_key())
        .header("content-type", "application/pdf")
        .header("content-disposition", "attachment; filename=\"laudo.pdf\"");
    assert!(request.send().await.unwrap().status().is_success());
    assert_eq!(sandbox.report_versions("10").len(), 1);
}
