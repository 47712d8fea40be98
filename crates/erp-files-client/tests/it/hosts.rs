//! Where the ERP's upload URLs may lead. Nothing is sent anywhere else.

use common_http::transport::FakeAnswer;
use common_http::{Body, Delivery, ErrorKind, ForeignHosts, HttpOptions};
use erp_files_client::{ErpFilesClient, ErpFilesClientBuilder};

use crate::support::{NAME, Op, PDF, builder, files, network, seen};

/// The error kind of an upload to this URL, if any. The storage gets the file only if there is
/// none.
async fn upload_to(
    address: &str,
    set: fn(ErpFilesClientBuilder) -> ErpFilesClientBuilder,
) -> Option<ErrorKind> {
    let answer = address.to_owned();
    let erp =
        network(move |op, _| (op == Op::Initialize).then(|| FakeAnswer::json(answer.clone())));
    let client = set(builder(&erp)).build().unwrap();
    let result = files(&client).upload(NAME, Body::from(PDF)).send().await;
    assert_eq!(
        seen(&erp, Op::Transfer).len(),
        usize::from(result.is_ok()),
        "{address}"
    );
    let error = result.err()?;
    // The ERP has answered, and may have reserved the name.
    let is = (error.operation(), error.delivery(), error.body());
    assert_eq!(
        is,
        (
            Some("erp.files.initialize"),
            Delivery::Answered,
            address.as_bytes()
        )
    );
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    assert!(!format!("{error} {error:?}").contains("sig=EXAMPLE"));
    Some(error.kind())
}

/// `address-leads-anywhere-but-inside`.
#[tokio::test]
async fn by_https_and_not_to_private_addresses() {
    for address in [
        "https://storage.example/x?sig=EXAMPLE",
        "https://storage.example:8443/x?sig=EXAMPLE",
        "https://203.0.113.7/x?sig=EXAMPLE",
        "https://[2001:db8::7]/x?sig=EXAMPLE",
        "https://STORAGE.example/x?sig=EXAMPLE",
        "https://storage.example:443/x?sig=EXAMPLE",
    ] {
        assert_eq!(
            upload_to(address, |builder| builder).await,
            None,
            "{address}"
        );
    }
    for address in [
        "http://storage.example/x?sig=EXAMPLE",
        "http://203.0.113.7/x?sig=EXAMPLE",
        "https://10.1.2.3/x?sig=EXAMPLE",
        "https://172.31.0.1/x?sig=EXAMPLE",
        "https://192.168.0.1/x?sig=EXAMPLE",
        "https://169.254.169.254/x?sig=EXAMPLE",
        "https://100.100.0.1/x?sig=EXAMPLE",
        "https://0.0.0.0/x?sig=EXAMPLE",
        "https://[fe80::1]/x?sig=EXAMPLE",
        "https://[fd12::1]/x?sig=EXAMPLE",
        "https://3232235777/x?sig=EXAMPLE",
        "https://0xa.1.2.3/x?sig=EXAMPLE",
        "https://[::ffff:10.1.2.3]/x?sig=EXAMPLE",
        // This machine, whose base URL is elsewhere.
        "http://127.0.0.1:2375/v1.43/x?sig=EXAMPLE",
        "https://127.0.0.1/x?sig=EXAMPLE",
        "http://localhost:10000/x?sig=EXAMPLE",
        "http://[::1]/x?sig=EXAMPLE",
    ] {
        assert_eq!(
            upload_to(address, |builder| builder).await,
            Some(ErrorKind::Config),
            "{address}"
        );
    }
}

#[tokio::test]
async fn an_address_that_would_not_survive_is_an_error() {
    for address in [
        "https://user@storage.example/x?sig=EXAMPLE",
        "https://user:EXAMPLE@storage.example/x?sig=EXAMPLE",
        "https://storage.example/a/../x?sig=EXAMPLE",
        "https://storage.example/a/%2E%2e/x?sig=EXAMPLE",
        "https://storage.example/x?sig=EXAMPLE#part",
        "https://storage.example/x?sig=EXAMPLE'",
        "https://storage.example?sig=EXAMPLE",
        "https:\\\\storage.example://x?sig=EXAMPLE",
        "ftp://storage.example/x?sig=EXAMPLE",
    ] {
        assert_eq!(
            upload_to(address, |builder| builder).await,
            Some(ErrorKind::Decode),
            "{address}"
        );
    }
}

#[tokio::test]
async fn a_clinic_with_a_storage_of_its_own_says_so() {
    let inside = |builder: ErpFilesClientBuilder| {
        builder.upload_hosts(ForeignHosts::default().allow_private(true))
    };
    assert_eq!(
        upload_to("https://10.1.2.3/x?sig=EXAMPLE", inside).await,
        None
    );
    // It is still not plain http.
    assert_eq!(
        upload_to("http://10.1.2.3/x?sig=EXAMPLE", inside).await,
        Some(ErrorKind::Config)
    );
}

#[tokio::test]
async fn who_wants_more_lists_the_hosts() {
    let listed = |builder: ErpFilesClientBuilder| {
        builder.upload_hosts(ForeignHosts::default().only(["blob.core.windows.net", "127.0.0.1"]))
    };
    for (address, refused) in [
        ("https://account.blob.core.windows.net/x?sig=EXAMPLE", None),
        ("https://blob.core.windows.net/x?sig=EXAMPLE", None),
        ("http://127.0.0.1:9/x?sig=EXAMPLE", None),
        (
            "https://storage.example/x?sig=EXAMPLE",
            Some(ErrorKind::Config),
        ),
        (
            "https://blob.core.windows.net.example/x?sig=EXAMPLE",
            Some(ErrorKind::Config),
        ),
        (
            "https://evilblob.core.windows.net/x?sig=EXAMPLE",
            Some(ErrorKind::Config),
        ),
        ("http://localhost:9/x?sig=EXAMPLE", Some(ErrorKind::Config)),
    ] {
        assert_eq!(upload_to(address, listed).await, refused, "{address}");
    }
}

/// One setting for the ERP, the token endpoint and the storage.
#[tokio::test]
async fn plain_http_is_allowed_for_all_or_for_this_machine_alone() {
    let at = |base: &'static str, allow| {
        ErpFilesClient::builder()
            .base_url(base)
            .access_token("EXAMPLE")
            .http(HttpOptions::default().allow_plain_http(allow))
            .build()
    };
    assert!(at("http://127.0.0.1:9", false).is_ok());
    assert_eq!(
        at("http://clinic.example", false).unwrap_err().kind(),
        ErrorKind::Config
    );
    assert!(at("http://clinic.example", true).is_ok());

    let erp = network(|op, _| {
        (op == Op::Initialize).then(|| FakeAnswer::json("http://storage.example/x?sig=EXAMPLE"))
    });
    let http = HttpOptions::default()
        .transport(erp.clone())
        .allow_plain_http(true);
    // In either order.
    let client = builder(&erp)
        .http(http)
        .upload_hosts(ForeignHosts::default())
        .build()
        .unwrap();
    files(&client)
        .upload(NAME, Body::from(PDF))
        .send()
        .await
        .unwrap();
    assert_eq!(seen(&erp, Op::Transfer).len(), 1);
}
