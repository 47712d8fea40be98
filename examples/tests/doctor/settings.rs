//! Which vendors are checked, and what is said about settings that are missing or wrong.

use crate::program::Run;
use crate::run::{doctor, report};

#[test]
fn a_missing_setting_is_named() {
    for (settings, vendor, missing) in [
        (
            &[("BIOLOGIX_USERNAME", "EXAMPLE")][..],
            "biologix",
            &[
                "BIOLOGIX_BASE_URL",
                "BIOLOGIX_PASSWORD",
                "BIOLOGIX_PARTNER_ID",
            ][..],
        ),
        (
            &[("MEDREADER_BASE_URL", "http://127.0.0.1:9")],
            "medreader",
            &[
                "MEDREADER_TENANT_ID",
                "MEDREADER_EMAIL",
                "MEDREADER_PASSWORD",
            ],
        ),
        (
            &[("GENSOFT_API_KEY", "EXAMPLE")],
            "gensoft",
            &["GENSOFT_BASE_URL"],
        ),
        (
            &[("ERP_CLIENT_ID", "EXAMPLE")],
            "erp",
            &["ERP_BASE_URL", "ERP_CLIENT_SECRET"],
        ),
        (&[("ERP_ACCESS_TOKEN", "EXAMPLE")], "erp", &["ERP_BASE_URL"]),
    ] {
        let report = report(settings, 1);
        assert_eq!(report.0["vendors"].as_object().unwrap().len(), 1);
        assert_eq!(report.with(vendor, "fail"), ["settings"]);
        for name in missing {
            report.is(vendor, "settings", "fail", &format!("{name} is not set"));
        }
        report.is(vendor, "connection", "skipped", "needs `settings`");
    }
}

#[test]
fn a_wrong_setting_is_named() {
    let ours = [
        ("GENSOFT_BASE_URL", "https://127.0.0.1:9"),
        ("GENSOFT_API_KEY", "EXAMPLE"),
    ];
    for (name, value) in [
        ("GENSOFT_BASE_URL", "http://gensoft.example"),
        ("GENSOFT_BASE_URL", "gensoft.example"),
        ("GENSOFT_API_KEY", ""),
        ("GENSOFT_API_KEY", "EXAMPLE\n"),
        ("TLS_EXTRA_ROOTS", "/absent/roots.pem"),
        ("ANSWER_TIMEOUT_SECS", "soon"),
    ] {
        let settings = [&ours[..], &[(name, value)]].concat();
        report(&settings, 1).is("gensoft", "settings", "fail", name);
    }
}

/// They belong to the receiver, which is another program.
#[test]
fn those_of_a_webhook_choose_no_vendor() {
    let settings = [("MEDREADER_WEBHOOK_USER", "EXAMPLE")];
    assert_eq!(
        report(&settings, 0).0["vendors"].as_object().unwrap().len(),
        4
    );
}

#[test]
fn help_needs_none() {
    let run = Run::of(doctor(&[]).arg("--help")).is(0);
    assert_eq!(run.stderr, "");
    assert!(run.stdout.contains("Exit status"), "{}", run.stdout);
    Run::of(doctor(&[]).arg("--unknown")).is(2);
}
