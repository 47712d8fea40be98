//! The ports.

use std::net::TcpListener;

use crate::program::Run;
use crate::serving::{ANY, Sandboxes, sandbox};

const OPTIONS: [(&str, &str); 4] = [
    ("--biologix", "BIOLOGIX_BASE_URL"),
    ("--medreader", "MEDREADER_BASE_URL"),
    ("--erp-files", "ERP_BASE_URL"),
    ("--gensoft", "GENSOFT_BASE_URL"),
];

#[test]
fn each_vendor_listens_on_its_own() {
    // Another process may take the ports before the program starts.
    for _ in 0..20 {
        let free = OPTIONS.map(|_| TcpListener::bind(("127.0.0.1", 0)).unwrap());
        let ports = free.map(|listener| listener.local_addr().unwrap().port().to_string());
        let mut args = Vec::new();
        for ((option, _), port) in OPTIONS.iter().zip(&ports) {
            args.extend([*option, port]);
        }
        match Sandboxes::on(&args) {
            Ok(sandboxes) => {
                for ((_, name), port) in OPTIONS.iter().zip(&ports) {
                    assert_eq!(sandboxes.host(name), format!("127.0.0.1:{port}"));
                }
                let token = sandboxes.setting("ERP_TOKEN_URL");
                assert!(
                    token.starts_with(sandboxes.setting("ERP_BASE_URL")),
                    "{token}"
                );
                return;
            }
            Err(run) => assert!(run.is(1).stderr.contains("the port is taken")),
        }
    }
    panic!("no ports are free");
}

#[test]
fn one_that_is_taken_is_named() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (option, _) in OPTIONS {
        let mut args: Vec<_> = ANY.to_vec();
        let place = args.iter().position(|arg| *arg == option).unwrap() + 1;
        args[place] = &port;
        let run = Run::of(&mut sandbox(&args)).is(1);
        assert_eq!(run.stdout, "");
        let line = format!("error: {option} {port}: cannot listen there: ");
        assert!(run.stderr.starts_with(&line), "{}", run.stderr);
        assert!(
            run.stderr.contains("\nadvice: the port is taken"),
            "{}",
            run.stderr
        );

        args.push("--json");
        let error = &Run::of(&mut sandbox(&args)).is(1).json()["error"];
        assert_eq!(error["kind"], "local_io");
        assert_eq!(error["operation"], serde_json::Value::Null);
    }
}

#[test]
fn an_invalid_port_is_refused() {
    for args in [["--biologix", "65536"], ["--gensoft", "-1"], ["--erp", "0"]] {
        assert_eq!(Run::of(&mut sandbox(&args)).is(2).stdout, "");
    }
}

#[test]
fn the_defaults_are_in_the_help() {
    let help = Run::of(&mut sandbox(&["--help"])).is(0).stdout;
    for port in 18101..18105 {
        assert!(help.contains(&format!("[default: {port}]")), "{help}");
    }
}
