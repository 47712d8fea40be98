//! Tests the built program `telemetry`: it exports what `docs/logging.md` describes.

use std::process::Command;

#[test]
fn the_spans_are_those_of_the_page() {
    let output = Command::new(env!("CARGO_BIN_EXE_telemetry"))
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();

    let spans: Vec<_> = text.split("\n\n").map(str::trim).collect();
    let [_, login, exams, order, own] = spans[..] else {
        panic!("four spans and a line before them: {text}");
    };
    let has = |span: &str, lines: &[&str]| {
        for line in lines {
            assert!(span.contains(line), "{line}\n{span}");
        }
    };
    has(login, &["biologix.sessions.open (Client, Unset)"]);
    has(
        exams,
        &[
            "biologix.exams.list (Client, Unset)",
            "url.template = /v2/partners/{partnerId}/exams",
            "attempts = 2",
            "event: repeating level=INFO",
            "error.type=rate_limited status=429",
        ],
    );
    has(
        order,
        &[
            "gensoft.attendances.send (Client, Error",
            "error.type = interrupted",
            "delivery=unknown",
        ],
    );
    assert!(own.starts_with("nightly import"));
    assert!(!text.contains("Ficticio"), "an order's content: {text}");

    // The page describes each exported field.
    let page = include_str!("../../docs/logging.md");
    for line in spans[1..].iter().flat_map(|span| span.lines()) {
        if let Some((name, _)) = line.trim().split_once(" = ") {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_output_is_a_failure() {
    let full = std::fs::File::create("/dev/full").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_telemetry"))
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: "), "{said}");
}
