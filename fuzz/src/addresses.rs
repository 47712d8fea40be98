//! Addresses that the ERP returns, to which a file is sent.

use std::net::IpAddr;

use common_http::{Body, ForeignHosts, ForeignUrl};
use http::header::AUTHORIZATION;
use url::{Host, Position};

use crate::clients;
use crate::network::{BASE, Message, Network, check, check_error, run};

/// Checks an address, and uploads a file to it.
///
/// An accepted one is https to a public host, is sent as it was given, and gets no credentials.
pub fn upload_address(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match ForeignUrl::parse(&text, &ForeignHosts::default()) {
        Ok(url) => accepted(&text, &url),
        Err(error) => check_error(&error),
    }
    let only = ForeignHosts::default().only(["storage.example"]);
    if let Ok(url) = ForeignUrl::parse(&text, &only) {
        let host = url.host();
        assert!(host == "storage.example" || host.ends_with(".storage.example"));
    }
    let private = ForeignHosts::default().allow_private(true);
    if let Ok(url) = ForeignUrl::parse(&text, &private) {
        assert!(!address(&url).is_some_and(|address| address.is_loopback()));
    }
    upload(&text);
}

fn accepted(text: &str, url: &ForeignUrl) {
    let sent = url.expose();
    assert_eq!(sent.scheme(), "https");
    assert!(sent.username().is_empty() && sent.password().is_none());
    let shown = format!("{url:?}");
    assert!(!shown.contains("MARKER") || url.host().contains("marker"));
    if let Some(address) = address(url) {
        assert!(!address.is_loopback() && !address.is_unspecified());
        if let IpAddr::V4(address) = address {
            assert!(!address.is_private() && !address.is_link_local());
        }
    }
    let given = text.trim();
    if given.is_ascii() && !given.contains(' ') {
        assert!(given.ends_with(&sent[Position::BeforePath..]), "{text}");
    }
}

/// The address of a host that is one, also one that is written as IPv6.
fn address(url: &ForeignUrl) -> Option<IpAddr> {
    match url.expose().host()? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.to_canonical()),
    }
}

/// Initialize answers with the address, and everything else succeeds.
fn upload(address: &str) {
    let answer = serde_json::to_string(address).unwrap();
    let network = Network::new(move |request, _| {
        if request.method == http::Method::PUT {
            let plain = !request.headers.contains_key(AUTHORIZATION);
            assert!(plain, "the storage gets the ERP's credentials");
            return Message::ok("");
        }
        assert!(request.url.as_str().starts_with(BASE));
        assert!(request.headers.contains_key(AUTHORIZATION));
        if request.url.path().contains("/initialize/") {
            Message::ok(answer.clone())
        } else {
            Message::ok(r#"[{"Id":1,"FileName":"result.pdf"}]"#)
        }
    });
    let client = clients::erp(&network);
    let files = client.files(&7.into(), &12.into());
    let upload = files.upload("result.pdf", Body::from("%PDF-1.4"));
    check(run(upload.send()));
}
