//! The sandbox's answer to an initialize: each form, and the signed URL in it.

use std::sync::Arc;
use std::time::Duration;

use erp_files_client::sandbox::{AddressShape, Sandbox, Settings, StorageKind};

use super::wire::{BLOCK, FILE, begin, call, put, split, upload};
use crate::support::started;

#[tokio::test]
async fn the_address_comes_in_each_shape() {
    let json = Some("application/json");
    for (shape, kind) in [
        (AddressShape::JsonString, json),
        (AddressShape::Text, Some("text/plain; charset=utf-8")),
        (AddressShape::Member("Url".to_owned()), json),
        (AddressShape::Member("uploadUrl".to_owned()), json),
    ] {
        let sandbox = started(Settings {
            address_shape: shape.clone(),
            ..Settings::default()
        })
        .await;
        let got = call(&sandbox, "POST /initialize/a.pdf").await;
        assert_eq!(
            (got.status, got.header("content-type")),
            (200, kind),
            "{shape:?}"
        );
        let address = match &shape {
            AddressShape::Text => got.text().to_owned(),
            AddressShape::Member(name) => {
                assert_eq!(got.json().as_object().unwrap().len(), 1);
                got.json()[name].as_str().unwrap().to_owned()
            }
            _ => got.json().as_str().unwrap().to_owned(),
        };
        assert_eq!(put(&address, &[BLOCK], FILE).await.status, 201);
    }
    let nameless = AddressShape::Member(String::new());
    let error = Sandbox::with(Settings {
        address_shape: nameless,
        ..Settings::default()
    })
    .await
    .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn the_address_is_on_another_host_and_has_its_kinds_parameters() {
    for (kind, parameters) in [
        (
            StorageKind::Azure,
            &["sv=", "se=", "sr=b", "sp=cw", "sig="][..],
        ),
        (
            StorageKind::S3,
            &[
                "X-Amz-Algorithm=",
                "X-Amz-Date=",
                "X-Amz-Expires=900",
                "X-Amz-Signature=",
            ],
        ),
    ] {
        let sandbox = started(Settings {
            storage: kind,
            ..Settings::default()
        })
        .await;
        let address = begin(&sandbox, "a%20b.pdf").await;
        let (server, target) = split(&address);
        assert_eq!(server, sandbox.storage_url());
        assert_ne!(server, sandbox.url());
        let (path, query) = target.split_once('?').unwrap();
        assert_eq!(path, "/storage/EXAMPLE-0001/a%20b.pdf");
        for parameter in parameters {
            assert!(
                query.split('&').any(|pair| pair.starts_with(parameter)),
                "{parameter}"
            );
        }
    }
}

/// A client that decodes or encodes the signature once more would change it.
#[tokio::test]
async fn an_address_counts_byte_for_byte() {
    for kind in [StorageKind::Azure, StorageKind::S3] {
        let sandbox = started(Settings {
            storage: kind,
            ..Settings::default()
        })
        .await;
        let address = begin(&sandbox, "a%20b.pdf").await;
        for changed in [
            address.replace("%20", "%2520"),
            address.replace("%20", "+"),
            address.replace("%2B", "+").replace("%2F", "/"),
            address.replace("%3", "%253"),
            format!("{address}&x=1"),
            format!("{address}0"),
            address.split('?').next().unwrap().to_owned(),
        ] {
            if changed == address {
                continue;
            }
            assert_eq!(put(&changed, &[BLOCK], FILE).await.status, 403, "{changed}");
        }
        let wanted = if kind == StorageKind::Azure { 201 } else { 200 };
        assert_eq!(put(&address, &[BLOCK], FILE).await.status, wanted);
    }
}

#[tokio::test]
async fn names_of_any_letters_are_one_segment_and_come_back() {
    let long = "n".repeat(255);
    for (encoded, name) in [
        (
            "%D0%B7%D0%BD%D1%96%D0%BC%D0%BE%D0%BA%201.jpg",
            "знімок 1.jpg",
        ),
        ("a%23b%3Fc%25d%2Fe.pdf", "a#b?c%d/e.pdf"),
        ("%252e%252e", "%2e%2e"),
        ("a+b&c='(1)'.pdf", "a+b&c='(1)'.pdf"),
        (long.as_str(), long.as_str()),
        ("initialize", "initialize"),
    ] {
        for unencoded in [false, true] {
            let sandbox = started(Settings {
                unencoded_addresses: unencoded,
                ..Settings::default()
            })
            .await;
            let address = begin(&sandbox, encoded).await;
            let raw = address.contains(' ') || !address.is_ascii();
            assert_eq!(raw, unencoded && name.contains("знімок"), "{address}");
            let sent = address.replace("знімок ", "%D0%B7%D0%BD%D1%96%D0%BC%D0%BE%D0%BA%20");
            assert_eq!(put(&sent, &[BLOCK], FILE).await.status, 201, "{address}");
            assert_eq!(
                call(&sandbox, &format!("POST /{encoded}")).await.status,
                200
            );
            assert_eq!(sandbox.files("7", "12")[0].name, name);
        }
    }
}

#[tokio::test]
async fn an_address_ends_by_the_clock_or_by_hand() {
    let sandbox = started(Settings {
        address_life: Duration::from_secs(60),
        ..Settings::default()
    })
    .await;
    sandbox.clock().freeze();
    let address = begin(&sandbox, "a.pdf").await;
    sandbox.clock().advance(Duration::from_secs(59));
    assert_eq!(put(&address, &[BLOCK], FILE).await.status, 201);
    sandbox.clock().advance(Duration::from_secs(1));
    assert_eq!(put(&address, &[BLOCK], FILE).await.status, 403);
    let second = begin(&sandbox, "a.pdf").await;
    assert_ne!(second, address);
    assert_eq!(put(&second, &[BLOCK], FILE).await.status, 201);
    let count = sandbox.count("erp.files.transfer");
    sandbox
        .on_request("erp.files.transfer", 1, |clinic| clinic.expire_addresses())
        .unwrap();
    assert_eq!(put(&second, &[BLOCK], FILE).await.status, 403);
    assert_eq!(sandbox.count("erp.files.transfer"), count + 1);
    upload(&sandbox, "b.pdf", FILE).await;

    let endless = started(Settings {
        address_life: Duration::MAX,
        ..Settings::default()
    })
    .await;
    let address = begin(&endless, "a.pdf").await;
    endless.clock().advance(Duration::from_secs(1 << 32));
    assert_eq!(put(&address, &[BLOCK], FILE).await.status, 201);
}

/// The URL is made from the sandbox's own. A finalize of a file that went elsewhere is taken at its
/// word.
#[tokio::test]
async fn addresses_of_another_storage_are_handed_out() {
    let elsewhere = |own: &str| own.replace("127.0.0.1", "storage.example");
    let sandbox = started(Settings {
        upload_addresses: Some(Arc::new(elsewhere)),
        ..Settings::default()
    })
    .await;
    let finalize = async || call(&sandbox, "POST /a.pdf").await.status;
    assert_eq!(finalize().await, 404);
    let address = begin(&sandbox, "a.pdf").await;
    let (server, target) = split(&address);
    let own = sandbox.storage_url();
    assert_eq!(server, own.replace("127.0.0.1", "storage.example"));
    assert_eq!(finalize().await, 200);
    assert_eq!(finalize().await, 404);
    assert_eq!(sandbox.files("7", "12")[0].size, 0);
    // A proxy of the sandbox's own storage: the file arrives there.
    assert_eq!(call(&sandbox, "DELETE /1").await.status, 200);
    assert_eq!(
        put(&format!("{own}{target}"), &[BLOCK], FILE).await.status,
        201
    );
    assert_eq!(call(&sandbox, "POST /initialize/a.pdf").await.status, 200);
    assert_eq!(finalize().await, 200);
    assert_eq!(sandbox.files("7", "12")[0].size, FILE.len() as u64);
}
