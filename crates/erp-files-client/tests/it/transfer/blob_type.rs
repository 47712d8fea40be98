//! When `x-ms-blob-type` is sent.

use common_http::Body;
use erp_files_client::files::BlobType;
use erp_files_client::sandbox::{Settings, StorageKind};

use crate::support::{
    NAME, Op, PDF, builder, files, header, network, only, seen, started, target_of,
};

/// `blob-type-where-azure-is-likely`, by the host's name or by the two parameters together.
#[tokio::test]
async fn by_host_or_by_signature_and_as_it_is_set() {
    const AZURE: [&str; 5] = [
        "https://account.blob.core.windows.net/c/x",
        "https://account.blob.core.windows.net/c/x?anything=1",
        "https://storage.example/c/x?sv=2030-01-01&sig=EXAMPLE",
        "https://storage.example/c/x?sig=EXAMPLE&a=1&sv=2030-01-01",
        "https://storage.example/c/x?SV=2030-01-01&SIG=EXAMPLE",
    ];
    const OTHER: [&str; 7] = [
        "https://storage.example/c/x",
        "https://storage.example/c/x?sig=EXAMPLE",
        "https://storage.example/c/x?sv=2030-01-01",
        "https://storage.example/c/x?asig=EXAMPLE&asv=2030-01-01",
        "https://storage.example/sv=1&sig=2",
        "https://account.blob.core.windows.net.example/c/x",
        "https://storage.example/c/x?X-Amz-Signature=EXAMPLE",
    ];
    for (setting, azure, other) in [
        (BlobType::WhenAzure, Some("BlockBlob"), None),
        (BlobType::Always, Some("BlockBlob"), Some("BlockBlob")),
        (BlobType::Never, None, None),
    ] {
        for (addresses, expected) in [(&AZURE[..], azure), (&OTHER[..], other)] {
            for address in addresses {
                let target = target_of(address).await;
                let erp = network(|_, _| None);
                let client = builder(&erp).blob_type(setting).build().unwrap();
                files(&client)
                    .transfer(&target, Body::from(PDF))
                    .send()
                    .await
                    .unwrap();
                let put = &seen(&erp, Op::Transfer)[0];
                assert_eq!(
                    header(put, "x-ms-blob-type"),
                    expected,
                    "{setting:?} {address}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_default_suits_either_storage() {
    for (kind, sent) in [
        (StorageKind::Azure, Some("BlockBlob")),
        (StorageKind::S3, None),
    ] {
        let sandbox = started(Settings {
            storage: kind,
            ..Settings::default()
        })
        .await;
        files(&sandbox.client())
            .upload(NAME, Body::from(PDF))
            .send()
            .await
            .unwrap();
        assert_eq!(
            only(&sandbox, "erp.files.transfer").header("x-ms-blob-type"),
            sent
        );
    }
}
