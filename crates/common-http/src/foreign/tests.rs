use proptest::prelude::*;

use super::*;
use crate::options::HttpOptions;
use crate::profile::Profile;
use crate::transport::{FakeAnswer, FakeTransport};

/// The address as it is sent.
fn sent(text: &str) -> Result<String, ErrorKind> {
    match ForeignUrl::parse(text, &ForeignHosts::default()) {
        Ok(url) => Ok(url.expose().to_string()),
        Err(error) => Err(error.kind()),
    }
}

#[test]
fn an_address_is_used_as_given() {
    const HERE: &str = "https://storage.example/a%2Fb%7e?sig=a%2Bb%3D&x=+";
    for given in [
        HERE,
        "https://storage.example:443/a%2Fb%7e?sig=a%2Bb%3D&x=+",
        "https://storage.example:/a%2Fb%7e?sig=a%2Bb%3D&x=+",
        "HTTPS://Storage.EXAMPLE:0443/a%2Fb%7e?sig=a%2Bb%3D&x=+",
        " https://storage.example/a%2Fb%7e?sig=a%2Bb%3D&x=+",
        "\r\n\thttps://storage.example/a%2Fb%7e?sig=a%2Bb%3D&x=+ \u{a0}\n",
    ] {
        assert_eq!(sent(given).as_deref(), Ok(HERE), "{given:?}");
    }
    for (given, expected) in [
        ("https://storage.example:8443/", None),
        ("https://storage.example:80/a", None),
        ("https://storage.example./a", None),
        ("https://storage.example/A/b?X=Y&", None),
        ("https://storage.example/a//b/...?", None),
        (
            "https://storage.example/a:443/https://b?u=http://C/../d",
            None,
        ),
        ("https://storage.example/a%20b%5c?q=%27", None),
        (
            "https://storage.example/знімок 1.jpg?n=ї",
            Some("https://storage.example/%D0%B7%D0%BD%D1%96%D0%BC%D0%BE%D0%BA%201.jpg?n=%D1%97"),
        ),
        (
            "https://Bücher.example:443/ü?sig=a%2B",
            Some("https://xn--bcher-kva.example/%C3%BC?sig=a%2B"),
        ),
    ] {
        assert_eq!(sent(given).as_deref(), Ok(expected.unwrap_or(given)));
    }
}

#[test]
fn what_a_parser_would_change_is_refused() {
    for text in [
        "https://storage.example/a/../b",
        "https://storage.example/a/%2e%2e/b",
        "https://storage.example",
        "https://storage.example?sig=EXAMPLE",
        "https://storage.example\\a",
        "https://storage.example/a\\b",
        "https:/storage.example/a",
        "https:///storage.example/a",
        "https:storage.example/a",
        "https://storage.example/a\tb",
        "https://storage.example/a\r\nb?x=y",
        "https://storage.exam\nple/a",
        "ht\ntps://storage.example/a",
        "\0https://storage.example/a",
        "https://storage.example/a\0",
        "https://storage.example/a?x='",
        "https://storage.example/a#b",
        "https://storage.example/a#",
        "https://user@storage.example/a",
        "https://user:secret@storage.example/a",
        "https://storage.example :443/a",
        "ftp://storage.example/a",
        "file:///etc/passwd",
        "",
        "storage.example/a",
    ] {
        assert_eq!(sent(text), Err(ErrorKind::Decode), "{text:?}");
    }
}

#[test]
fn a_redirect_goes_where_it_says_or_nowhere() {
    let base = Url::parse("https://api.example/v2/report?key=EXAMPLE").unwrap();
    let joined = |target: &str| {
        let url = ForeignUrl::join(&base, target, &ForeignHosts::default());
        url.map(|url| url.expose().to_string())
    };
    for (target, expected) in [
        ("https://storage.example/a%2Fb?sig=a%2B", None),
        (
            "//Storage.example/a?sig=%27",
            Some("https://storage.example/a?sig=%27"),
        ),
        ("/a//b?c d", Some("https://api.example/a//b?c%20d")),
        (" c?d ", Some("https://api.example/v2/c?d")),
        ("?d", Some("https://api.example/v2/report?d")),
    ] {
        assert_eq!(
            joined(target).unwrap(),
            expected.unwrap_or(target),
            "{target}"
        );
    }
    for target in [
        "https://storage.example/a?sig='",
        "https://storage.example\\a?x=1",
        "//storage.example/a/../b",
        "//storage.example/a?sig='",
        "\\\\storage.example/a",
        "/a/../b",
        "../b",
        "/a?sig='",
        "/a#b",
        "https:/storage.example/a",
        "ftp://storage.example/a",
    ] {
        assert_eq!(
            joined(target).unwrap_err().kind(),
            ErrorKind::Decode,
            "{target}"
        );
    }
}

const HERE: [&str; 7] = [
    "http://127.0.0.1:2375/v1.43/a",
    "https://127.1/a",
    "https://2130706433/a",
    "http://[::1]/a",
    "https://[::ffff:127.0.0.1]/a",
    "http://LOCALHOST:1/a",
    "https://localhost./a",
];
const PRIVATE: [&str; 4] = [
    "https://3232235777/a",
    "https://169.254.169.254/latest",
    "https://0.0.0.0/a",
    "https://[::ffff:10.0.0.1]/a",
];

fn engine(base: &str, options: HttpOptions) -> Engine {
    static EXAMPLE: Profile = Profile::new("example", "example/0");
    let options = options.transport(FakeTransport::new(|_| FakeAnswer::status(200)));
    let engine = Engine::builder(&EXAMPLE, base).http(options);
    engine.build().unwrap()
}

#[test]
fn an_address_on_a_forbidden_host_is_refused() {
    for text in HERE.iter().chain(&PRIVATE) {
        assert_eq!(sent(text), Err(ErrorKind::Config), "{text}");
    }
    for text in ["http://storage.example/a", "http://a.localhost/a"] {
        assert_eq!(sent(text), Err(ErrorKind::Config), "{text}");
    }
    for text in [
        "https://203.0.113.7/a",
        "https://[2001:db8::1]/a",
        "https://a.localhost/a",
    ] {
        assert_eq!(sent(text).as_deref(), Ok(text));
    }
}

#[test]
fn this_machine_is_allowed_if_the_base_url_is_on_it() {
    let plain = || HttpOptions::default().allow_plain_http(true);
    for (base, allowed) in [
        ("http://127.0.0.1:9", true),
        ("http://localhost", true),
        ("http://[::1]", true),
        ("http://erp.example", false),
        ("http://a.localhost", false),
        ("http://10.0.0.1", false),
    ] {
        let hosts = ForeignHosts::default().for_engine(&engine(base, plain()));
        for text in HERE {
            let hosts = hosts.clone().allow_private(true);
            assert_eq!(ForeignUrl::parse(text, &hosts).is_ok(), allowed, "{text}");
        }
        for text in PRIVATE {
            assert!(ForeignUrl::parse(text, &hosts).is_err(), "{text}");
        }
    }
}

#[test]
fn settings_allow_more() {
    let private = ForeignHosts::default().allow_private(true);
    for text in PRIVATE {
        assert!(ForeignUrl::parse(text, &private).is_ok(), "{text}");
    }
    let listed = ForeignHosts::default().only(["LocalHost", "10.0.0.1", "[::1]"]);
    for (text, allowed) in [
        ("http://localhost:1/a", true),
        ("http://[::1]/a", true),
        ("https://10.0.0.1:8443/a", true),
        ("http://10.0.0.1/a", false),
        ("http://127.0.0.1/a", false),
        ("https://10.0.0.2/a", false),
    ] {
        assert_eq!(ForeignUrl::parse(text, &listed).is_ok(), allowed, "{text}");
    }
    for (allow, base) in [(true, "http://erp.example"), (false, "http://localhost")] {
        let engine = engine(base, HttpOptions::default().allow_plain_http(allow));
        let hosts = ForeignHosts::default().for_engine(&engine);
        let plain = ForeignUrl::parse("http://storage.example/a", &hosts);
        assert_eq!(plain.is_ok(), allow);
    }
}

#[test]
fn an_allow_list_takes_subdomains_and_no_lookalikes() {
    let hosts = ForeignHosts::default().only(["Storage.Example.", "Bücher.example"]);
    let allowed = |host: &str| ForeignUrl::parse(&format!("https://{host}/a"), &hosts).is_ok();
    assert!(allowed("storage.example"));
    assert!(allowed("STORAGE.example.:443"));
    assert!(allowed("a.storage.example"));
    assert!(allowed("xn--bcher-kva.example"));
    assert!(!allowed("astorage.example"));
    assert!(!allowed("storage.example.evil.example"));
    assert!(!allowed("example"));
}

#[test]
fn prints_only_its_host() {
    let parse = |url| ForeignUrl::parse(url, &ForeignHosts::default());
    let url = parse("https://storage.example/MARKER?sig=MARKER").unwrap();
    let expected = r#"ForeignUrl { host: "storage.example", .. }"#;
    assert_eq!(format!("{url:?}"), expected);
    let error = parse("https://storage.example/../MARKER").unwrap_err();
    assert!(!format!("{error:?} {error}").contains("MARKER"));
}

proptest! {
    #[test]
    fn what_is_accepted_is_sent_as_given(path in "[ -~]{0,30}", query in "[ -~]{0,30}") {
        let rest = format!("storage.example/{path}?{query}");
        let text = format!(" HTTPS://{rest}\n");
        if let Ok(url) = ForeignUrl::parse(&text, &ForeignHosts::default()) {
            let expected = format!("https://{}", rest.trim_end().replace(' ', "%20"));
            prop_assert_eq!(url.expose().as_str(), expected);
            prop_assert_eq!(url.host(), "storage.example");
        }
    }
}
