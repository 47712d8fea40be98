//! Without settings the sandboxes are checked; nothing that is checked is changed.

use biologix_client::sandbox as biologix;
use erp_files_client::sandbox as erp;
use gensoft_client::sandbox as gensoft;
use medreader_client::sandbox as medreader;

use crate::program::Run;
use crate::run::{self, Report, doctor, report};

const VENDORS: [&str; 4] = ["biologix", "medreader", "gensoft", "erp"];

#[test]
fn are_checked_without_settings() {
    let run = Run::of(doctor(&[]).arg("--json")).is(0);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("sandboxes"), "{}", run.stderr);
    let report = Report(run.json());
    assert_eq!(report.0["vendors"].as_object().unwrap().len(), 4);
    for vendor in VENDORS {
        for status in ["fail", "warn"] {
            assert!(report.with(vendor, status).is_empty(), "{vendor}");
        }
        let network = ["settings", "name", "connection", "clock"];
        assert!(report.with(vendor, "ok").starts_with(&network), "{vendor}");
        assert!(report.unknown(vendor).is_empty(), "{vendor}");
        let keys = report.0["vendors"][vendor].as_object().unwrap().keys();
        assert_eq!(
            keys.collect::<Vec<_>>(),
            ["checks", "readings", "unknown"],
            "{vendor}"
        );
    }
    for vendor in ["biologix", "medreader", "erp"] {
        report.is(vendor, "read", "ok", "");
    }
    report.is("gensoft", "read", "skipped", "nothing that can be read");
}

/// One line a check in the order of `--help`. A terminal folds them (`widths.rs`).
#[test]
fn are_reported_as_text() {
    let run = Run::of(&mut doctor(&[])).is(0);
    let lines: Vec<_> = run.stdout.lines().collect();
    for vendor in VENDORS {
        assert!(lines.contains(&vendor), "{}", run.stdout);
    }
    for (line, start) in lines.iter().zip([
        "biologix",
        "  ok    settings ",
        "  ok    name ",
        "  ok    connection ",
        "  skip  tls ",
        "  ok    clock ",
        "  ok    login ",
        "  ok    scope ",
        "  ok    read ",
        "  readings ",
    ]) {
        assert!(line.starts_with(start), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn are_not_changed() {
    let biologix = biologix::Sandbox::start().await.unwrap();
    let medreader = medreader::Sandbox::start().await.unwrap();
    let gensoft = gensoft::Sandbox::start().await.unwrap();
    let erp = erp::Sandbox::start().await.unwrap();
    erp.add_file("7", "12", "result.pdf", "EXAMPLE");
    let settings = [
        run::biologix(&biologix),
        run::medreader(&medreader),
        run::gensoft(&gensoft),
        run::erp(&erp),
    ];
    let report = report(&settings.concat(), 0);
    for vendor in VENDORS {
        assert!(report.with(vendor, "warn").is_empty(), "{vendor}");
    }

    let logs = [
        biologix.requests(),
        medreader.requests(),
        gensoft.requests(),
        erp.requests(),
    ];
    for request in logs.iter().flatten() {
        let logs_in = request
            .operation
            .is_some_and(|operation| operation.ends_with(".sessions.open"));
        let is_safe = ["GET", "OPTIONS"].contains(&request.method.as_str());
        assert!(logs_in || is_safe, "{:?}", request.target);
    }
    let sent: Vec<_> = logs.iter().map(Vec::len).collect();
    assert_eq!(sent, [3, 5, 3, 4]);
    assert_eq!((biologix.sessions_opened(), medreader.logins()), (1, 1));
    assert_eq!(erp.tokens_issued(), 1);
    assert!(medreader.uploads().is_empty());
    assert!(gensoft.attendances().is_empty());
    assert_eq!(erp.files("7", "12").len(), 1);
}
