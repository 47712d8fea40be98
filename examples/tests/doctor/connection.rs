//! Connections that cannot be made, and why; certificates and clocks.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use rcgen::CertificateParams;

use crate::program::Run;
use crate::run::{Report, doctor, report};
use crate::server::{Answer, Server};
use crate::tls::Tls;

/// The report on a Gensoft at this address. No request needs its key.
fn gensoft(url: &str, others: &[(&str, &str)], code: i32) -> Report {
    let settings = [("GENSOFT_BASE_URL", url), ("GENSOFT_API_KEY", "EXAMPLE")];
    report(&[&settings[..], others].concat(), code)
}

/// A server that reads something of each connection and then answers these bytes.
fn raw(answer: &'static [u8]) -> u16 {
    serve(move |mut stream| {
        let _ = stream.read(&mut [0; 16 * 1024]);
        let _ = stream.write_all(answer);
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.read(&mut [0; 1024]);
    })
}

fn serve(with: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let with = with.clone();
            thread::spawn(move || with(stream));
        }
    });
    port
}

fn https(port: u16) -> String {
    format!("https://127.0.0.1:{port}")
}

/// A port on which nobody listens.
fn nobody() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn roots(folder: &Path, server: &Tls) -> PathBuf {
    let path = folder.join("roots.pem");
    fs::write(&path, &server.authority).unwrap();
    path
}

#[test]
fn a_name_that_is_not_known() {
    let report = gensoft("https://gensoft.invalid", &[], 1);
    let (status, cause, detail) = report.check("gensoft", "name");
    assert_eq!((status, cause), ("fail", Some("dns")));
    assert!(detail.contains("is GENSOFT_BASE_URL right"), "{detail}");
    report.is("gensoft", "connection", "skipped", "needs `name`");
}

#[test]
fn no_connection() {
    // What arrived is not read, so the connection is reset and not ended.
    let reset = serve(|stream| {
        let _ = stream.peek(&mut [0; 1]);
    });
    for (url, cause, advice) in [
        (https(nobody()), "refused", "is GENSOFT_BASE_URL right"),
        (https(reset), "reset", "ask about the firewall"),
        // No TCP connection can be made to the broadcast address.
        (
            "https://255.255.255.255".to_owned(),
            "unreachable",
            "is this machine on a network",
        ),
    ] {
        let report = gensoft(&url, &[], 1);
        let (status, found, detail) = report.check("gensoft", "connection");
        assert_eq!((status, found), ("fail", Some(cause)), "{detail}");
        assert!(detail.contains(advice), "{detail}");
        report.is("gensoft", "tls", "skipped", "needs `connection`");
    }
}

/// A handshake counts as part of the connection, which may take 10 s.
#[test]
fn a_connection_that_does_not_come_about() {
    let port = serve(|mut stream| {
        let _ = io::copy(&mut stream, &mut io::sink());
    });
    let report = gensoft(&https(port), &[], 1);
    let (status, cause, detail) = report.check("gensoft", "connection");
    assert_eq!((status, cause), ("fail", Some("connect_timeout")));
    assert!(detail.contains("firewall may drop"), "{detail}");
}

#[test]
fn an_answer_that_does_not_come() {
    let server = Server::start(|_| Answer::json(200, "{}").held());
    let report = gensoft(&server.url, &[("ANSWER_TIMEOUT_SECS", "0.5")], 1);
    let (status, cause, detail) = report.check("gensoft", "connection");
    assert_eq!((status, cause), ("fail", None));
    assert!(detail.contains("ANSWER_TIMEOUT_SECS"), "{detail}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_certificate_that_is_not_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let stranger = Tls::start(|_| ());
    let [expired, early, other] = Tls::unfit();
    for (url, trusted, cause, advice) in [
        (
            stranger.url(),
            None,
            "tls_unknown_issuer",
            "TLS_EXTRA_ROOTS",
        ),
        (expired.url(), Some(&expired), "tls_expired", "clock"),
        (early.url(), Some(&early), "tls_not_yet_valid", "clock"),
        (other.url(), Some(&other), "tls_wrong_name", "host name"),
        (
            https(raw(b"\x15\x03\x03\x00\x02\x02\x46")),
            None,
            "tls_protocol",
            "TLS 1.2",
        ),
        (
            https(raw(b"\x15\x03\x03\x00\x02\x02\x28")),
            None,
            "tls_handshake",
            "client certificate",
        ),
    ] {
        let path = trusted.map(|server| roots(folder.path(), server));
        let path = path.as_ref().and_then(|path| path.to_str());
        let settings: Vec<_> = path
            .map(|path| ("TLS_EXTRA_ROOTS", path))
            .into_iter()
            .collect();
        let report = gensoft(&url, &settings, 1);
        let (status, found, detail) = report.check("gensoft", "tls");
        assert_eq!((status, found), ("fail", Some(cause)), "{detail}");
        assert!(detail.contains(advice), "{cause}: {detail}");
        report.is("gensoft", "connection", "ok", "accepts connections");
        assert_eq!(report.with("gensoft", "fail"), ["tls"]);
    }
}

#[test]
fn the_days_of_a_certificate() {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let folder = tempfile::tempdir().unwrap();
    for (days, status, detail) in [
        (100, "ok", "trusted, 100 days left"),
        (10, "warn", "only 10 days left; the vendor must renew"),
    ] {
        let server = Tls::start(|params| {
            params.not_after = (SystemTime::now() + days * DAY + DAY / 2).into()
        });
        let path = roots(folder.path(), &server);
        let settings = [("TLS_EXTRA_ROOTS", path.to_str().unwrap())];
        let report = gensoft(&server.url(), &settings, 0);
        report.is("gensoft", "tls", status, detail);
        report.is("gensoft", "clock", "skipped", "no Date");
    }
}

/// Runs with these proxy settings.
fn through(url: &str, settings: &[(&str, &str)], code: i32) -> Report {
    let mut command = doctor(&[("GENSOFT_BASE_URL", url), ("GENSOFT_API_KEY", "EXAMPLE")]);
    for name in [
        "NO_PROXY",
        "no_proxy",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "ALL_PROXY",
    ] {
        command.env_remove(name);
    }
    let run = Run::of(command.envs(settings.iter().copied()).arg("--json"));
    Report(run.is(code).json())
}

#[test]
fn a_proxy() {
    let server = Server::start(|request| {
        if request.method == "CONNECT" {
            Answer::json(403, "{}")
        } else {
            Answer::json(404, "{}")
        }
    });
    let report = through(
        "https://gensoft.invalid",
        &[("HTTPS_PROXY", &server.url)],
        1,
    );
    report.is("gensoft", "name", "skipped", "the proxy looks it up");
    let (status, cause, detail) = report.check("gensoft", "connection");
    assert_eq!((status, cause), ("fail", Some("proxy_status")));
    assert!(detail.contains("HTTPS_PROXY"), "{detail}");
    for proxy in [
        format!("http://127.0.0.1:{}", nobody()),
        "http://proxy.invalid:3128".to_owned(),
    ] {
        let report = through("https://gensoft.invalid", &[("HTTPS_PROXY", &proxy)], 1);
        let advice = "is the proxy's address (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) right";
        report.is("gensoft", "connection", "fail", advice);
    }

    let plain = [
        ("HTTP_PROXY", server.url.as_str()),
        ("ALLOW_PLAIN_HTTP", "1"),
    ];
    let report = through("http://gensoft.invalid", &plain, 0);
    report.is(
        "gensoft",
        "connection",
        "ok",
        "through the proxy (status 404)",
    );
}

/// The proxy looks up the name, and only the client's own connection sees the certificate.
#[test]
fn a_tunnel_through_a_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let server = Tls::start(|params| {
        *params = CertificateParams::new(["gensoft.invalid".to_owned()]).unwrap();
    });
    let port = server.port;
    let proxy = serve(move |client| {
        let mut head = BufReader::new(&client);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            head.read_line(&mut line).unwrap();
        }
        (&client).write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let server = TcpStream::connect(("127.0.0.1", port)).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                let _ = io::copy(&mut &client, &mut &server);
                let _ = server.shutdown(Shutdown::Write);
            });
            let _ = io::copy(&mut &server, &mut &client);
            let _ = client.shutdown(Shutdown::Write);
        });
    });
    let path = roots(folder.path(), &server);
    let settings = [
        ("HTTPS_PROXY", &*format!("http://127.0.0.1:{proxy}")),
        ("TLS_EXTRA_ROOTS", path.to_str().unwrap()),
    ];
    let report = through("https://gensoft.invalid", &settings, 0);
    report.is("gensoft", "name", "skipped", "the proxy looks it up");
    report.is(
        "gensoft",
        "connection",
        "ok",
        "through the proxy (status 200)",
    );
    report.is("gensoft", "tls", "ok", "not visible through a proxy");
}

/// A network that asks for a login first answers in the vendor's place.
#[test]
fn a_web_page() {
    const PAGE: &str = " \n<!doctype html><title>EXAMPLE</title>";
    for (code, kind, body, is_page) in [
        (200, "text/html; charset=utf-8", PAGE, true),
        (200, "Text/HTML", "", true),
        (200, "application/json", PAGE, true),
        (200, "application/json", "{}", false),
        (200, "text/plain", "EXAMPLE <br>", false),
        (404, "text/html", PAGE, false),
        (302, "text/html", PAGE, false),
    ] {
        let server = Server::start(move |_| Answer::new(code, kind, body));
        let report = gensoft(&server.url, &[], 0);
        let (status, detail) = if is_page {
            let advice = "is something between this machine and the vendor?";
            ("warn", format!("a web page answers; {advice}"))
        } else {
            ("ok", format!("answers (status {code})"))
        };
        let found = report.check("gensoft", "connection");
        assert_eq!(found, (status, None, detail.as_str()), "{code} {kind}");
        // Whoever answers, the checks go on.
        report.is("gensoft", "read", "skipped", "Gensoft has nothing");
    }
}

#[test]
fn a_clock_that_is_wrong() {
    for (off, status, detail) in [
        (0_i64, "ok", "within a minute"),
        (-120, "warn", "s ahead of the server's; set the clock"),
        (120, "warn", "s behind the server's; set the clock"),
        (-3600, "fail", "s ahead of the server's; set the clock"),
        (3600, "fail", "s behind the server's; set the clock"),
    ] {
        let server = Server::start(move |_| {
            let by = Duration::from_secs(off.unsigned_abs());
            let now = SystemTime::now();
            let date = if off < 0 { now - by } else { now + by };
            Answer::json(404, "{}").header("date", httpdate::fmt_http_date(date))
        });
        let report = gensoft(&server.url, &[], i32::from(status == "fail"));
        report.is("gensoft", "clock", status, detail);
        // Nothing needs the clock.
        report.is("gensoft", "read", "skipped", "Gensoft has nothing");
    }
    let server = Server::start(|_| Answer::json(404, "{}").header("date", "MARKER"));
    let report = gensoft(&server.url, &[], 0);
    report.is(
        "gensoft",
        "clock",
        "skipped",
        "the answer's Date is not readable",
    );
}
