//! Ids and names are one segment of a path, whatever they contain, and the same in both steps.

use std::sync::LazyLock;

use common_http::Body;
use erp_files_client::ErpFilesClient;
use erp_files_client::sandbox::Sandbox;
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

use crate::support::{Op, PDF, files, listed, network, on, steps};

/// 127 letters of two bytes, and one of one byte.
fn longest() -> String {
    format!("{}x", "ї".repeat(127))
}

#[tokio::test]
async fn odd_names_come_out_of_the_upload_as_they_went_in() {
    let sandbox = Sandbox::start().await.unwrap();
    let longest = longest();
    assert_eq!(longest.len(), 255);
    let names = [
        "result 1.pdf",
        " ",
        "знімок №1.jpg",
        "a#b",
        "a?b",
        "a%b",
        "a%20b",
        "...",
        "a+b&c=d;e",
        "\"'<>|",
        "initialize",
        "re\u{301}sultat.pdf",
        "\u{202e}fdp.exe",
        "📄",
        longest.as_str(),
    ];
    let files = files(&sandbox.client());
    for name in names {
        files.upload(name, Body::from(PDF)).send().await.unwrap();
    }
    let stored: Vec<_> = sandbox
        .files("7", "12")
        .into_iter()
        .map(|file| file.name)
        .collect();
    assert_eq!(stored, names);
    let listed = listed(&files).await;
    let listed: Vec<_> = listed
        .iter()
        .map(|file| file.name.as_deref().unwrap())
        .collect();
    assert_eq!(listed, names);
    // The first step and the last use the same bytes for the name.
    let first = sandbox.requests_for("erp.files.initialize");
    let last = sandbox.requests_for("erp.files.finalize");
    for (first, last) in first.iter().zip(&last) {
        assert_eq!(first.target.replace("/initialize/", "/"), last.target);
    }
}

fn name() -> impl Strategy<Value = String> {
    let letters = prop_oneof![
        "[a-z0-9._~-]",
        "[ #?%+&=;:@\"'<>|{}^`]",
        "[А-Яа-яїєґІ№]",
        "\\PC"
    ];
    prop::collection::vec(letters, 1..20)
        .prop_map(|letters| letters.concat())
        .prop_filter("refused", |name| {
            !matches!(name.as_str(), "." | "..") && !name.contains(['/', '\\'])
        })
}

/// Built once: the client's connections do not vary.
static CLIENT: LazyLock<ErpFilesClient> = LazyLock::new(|| on(&network(|_, _| None)));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_name_is_one_segment(name in name(), id in name(), patient in name(), analysis in name()) {
        let files = CLIENT.files(&patient.as_str().into(), &analysis.as_str().into());
        let prefix = ["api", "erp", "v1", "patients", &*patient, "analysis", &*analysis, "files"];
        for (prepared, rest) in [
            (files.initialize(&*name).prepare(), vec!["initialize", &*name]),
            (files.finalize(&*name).prepare(), vec![&*name]),
            (files.list().prepare(), vec![]),
            (files.set_send(&id.as_str().into(), true).prepare(), vec![&*id]),
            (files.delete(&id.as_str().into()).prepare(), vec![&*id]),
        ] {
            let prepared = prepared.unwrap();
            let segments = prepared.url().path_segments().unwrap();
            let decoded: Vec<String> = segments
                .map(|segment| percent_decode_str(segment).decode_utf8().unwrap().into_owned())
                .collect();
            prop_assert_eq!(decoded, [&prefix[..], &rest].concat());
            prop_assert_eq!(prepared.url().fragment(), None);
        }
    }

    /// The whole upload uses the same name in the first step and the last.
    #[test]
    fn both_steps_name_the_same_file(name in name()) {
        let erp = network(|_, _| None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let upload = files(&on(&erp)).upload(&*name, Body::from(PDF));
        runtime.block_on(upload.send()).unwrap();
        prop_assert_eq!(&steps(&erp)[..4], [Op::Initialize, Op::Transfer, Op::Finalize, Op::List]);
        let requests = erp.requests();
        let target = |op| &requests.iter().find(|request| Op::of(request) == op).unwrap().target;
        prop_assert_eq!(target(Op::Initialize).replacen("/files/initialize/", "/files/", 1), target(Op::Finalize).as_str());
    }
}
