//! Azurite, Microsoft's emulator of Azure Blob Storage. It checks signed addresses (SAS).

use std::io::Write;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use common_http::sandbox::rfc3339;
use common_http::{Body, Delivery, ErrorKind, MemoryStore};
use erp_files_client::ErrorCode;
use erp_files_client::files::{BlobType, UploadOutcome};
use erp_files_client::sandbox::Sandbox;
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use percent_encoding::percent_decode_str;
use sha2::Sha256;
use url::form_urlencoded::Serializer;

use crate::component::{Running, bare_command, listens, program};
use crate::support::{
    ANALYSIS, PATIENT, content, eager, erp_with_addresses, files, files_of, looker, object_path,
    soon,
};

const ACCOUNT: &str = "exampleaccount";
const KEY: &[u8] = b"EXAMPLE-KEY-OF-A-TEST-ACCOUNT";
const CONTAINER: &str = "example-container";
const VERSION: &str = "2021-12-02";
const HOUR: Duration = Duration::from_secs(3600);

/// A running Azurite with one empty container.
struct Azurite {
    _running: Running<1>,
    signer: Signer,
}

impl Azurite {
    async fn start() -> Option<Self> {
        let program = program("azurite-blob")?;
        let command = |folder: &std::path::Path, [port]: [u16; 1]| -> Command {
            let mut command = bare_command(&program);
            command
                .env(
                    "AZURITE_ACCOUNTS",
                    format!("{ACCOUNT}:{}", BASE64.encode(KEY)),
                )
                .args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()])
                .args(["--silent", "--skipApiVersionCheck", "--disableTelemetry"])
                .arg("--location")
                .arg(folder);
            command
        };
        let running = Running::start(command, async |[port]| listens(port).await).await;
        let [port] = running.ports;
        let signer = Signer {
            port,
            container: CONTAINER,
        };
        let made = looker().put(signer.own("", "restype=container")).send();
        assert_eq!(made.await.unwrap().status(), StatusCode::CREATED);
        Some(Self {
            _running: running,
            signer,
        })
    }

    /// Reads a blob with the account's own signature.
    async fn get(&self, blob: &str) -> reqwest::Response {
        let url = self.signer.own(&format!("/{blob}"), "");
        looker().get(url).send().await.unwrap()
    }
}

/// Signs addresses as Azure documents it.
///
/// See <https://learn.microsoft.com/rest/api/storageservices/create-service-sas>.
#[derive(Clone, Copy)]
struct Signer {
    port: u16,
    container: &'static str,
}

impl Signer {
    /// An address for one blob (a service SAS) with these permissions and this expiry.
    fn blob(self, blob: &str, rights: &str, until: SystemTime) -> String {
        let decoded = percent_decode_str(blob).decode_utf8().unwrap();
        let resource = format!("/blob/{ACCOUNT}/{}/{decoded}", self.container);
        let end = rfc3339(until, 0);
        // Permissions, start, expiry, resource, identifier, IP range, protocol, version, kind,
        // snapshot, encryption scope, and five response headers.
        let text =
            [rights, "", &end, &resource, "", "", "", VERSION, "b"].join("\n") + &"\n".repeat(7);
        let query = [("sv", VERSION), ("se", &end), ("sr", "b"), ("sp", rights)];
        self.signed(&format!("/{blob}"), "", &text, &query)
    }

    /// An address for the container or its contents (an account SAS), for the test's own requests.
    fn own(self, path: &str, query: &str) -> String {
        let end = rfc3339(SystemTime::now() + HOUR, 0);
        // Account, permissions, services, resource types, start, expiry, IP range, protocol,
        // version, encryption scope.
        let text = [ACCOUNT, "rwc", "b", "co", "", &end, "", "", VERSION, "", ""].join("\n");
        let signed = [
            ("sv", VERSION),
            ("se", &end),
            ("ss", "b"),
            ("srt", "co"),
            ("sp", "rwc"),
        ];
        self.signed(path, query, &text, &signed)
    }

    fn signed(self, path: &str, query: &str, text: &str, signed: &[(&str, &str)]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
        mac.update(text.as_bytes());
        let signature = BASE64.encode(mac.finalize().into_bytes());
        let mut all = Serializer::new(query.to_owned());
        let all = all
            .extend_pairs(signed)
            .append_pair("sig", &signature)
            .finish();
        format!(
            "http://127.0.0.1:{}/{ACCOUNT}/{}{path}?{all}",
            self.port, self.container
        )
    }

    /// A sandbox that returns addresses valid until this time, and the names of their blobs.
    async fn erp(self, rights: &'static str, until: SystemTime) -> (Sandbox, Blobs) {
        let blobs = Blobs::default();
        let notes = blobs.clone();
        let erp = erp_with_addresses(move |own| {
            let blob = object_path(own);
            let address = self.blob(&blob, rights, until);
            notes.0.lock().unwrap().push(blob);
            address
        });
        (erp.await, blobs)
    }
}

/// The blobs for which addresses were returned.
#[derive(Clone, Default)]
struct Blobs(Arc<Mutex<Vec<String>>>);

impl Blobs {
    fn last(&self) -> String {
        self.0.lock().unwrap().last().unwrap().clone()
    }
}

fn later() -> SystemTime {
    SystemTime::now() + HOUR
}

fn earlier() -> SystemTime {
    SystemTime::now() - HOUR
}

#[tokio::test]
async fn whole_uploads_arrive() {
    let Some(azurite) = Azurite::start().await else {
        return;
    };
    let (erp, blobs) = azurite.signer.erp("cw", later()).await;
    let files = files(&erp);
    for (name, bytes) in [
        ("порожній.pdf", content(0)),
        ("один байт #1?.pdf", content(1)),
        ("великий 100%.pdf", content(64 << 20)),
    ] {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        let body = Body::from_path(file.path()).await.unwrap();
        let upload = files.upload(name, body).content_type("application/pdf");
        let outcome = soon(upload.send()).await.unwrap();
        assert!(
            matches!(
                outcome,
                UploadOutcome::Uploaded {
                    file_id: Some(_),
                    ..
                }
            ),
            "{name}"
        );
        let stored = azurite.get(&blobs.last()).await;
        assert_eq!(stored.headers()["x-ms-blob-type"], "BlockBlob");
        assert_eq!(stored.headers()["content-type"], "application/pdf");
        let stored = stored.bytes().await.unwrap();
        assert!(
            stored == bytes,
            "{name}: {} of {}",
            stored.len(),
            bytes.len()
        );
        assert_eq!(erp.files(PATIENT, ANALYSIS).last().unwrap().name, name);
    }
    assert_eq!(erp.count("erp.files.transfer"), 0);
}

#[tokio::test]
async fn a_file_is_replaced() {
    let Some(azurite) = Azurite::start().await else {
        return;
    };
    let (erp, blobs) = azurite.signer.erp("cw", later()).await;
    let files = files(&erp);
    let upload = |bytes: &'static str| {
        let upload = files.upload("result.pdf", Body::from(bytes));
        upload.on_conflict(erp_files_client::files::OnConflict::Replace)
    };
    let first = soon(upload("%PDF-1.7 EXAMPLE first").send()).await.unwrap();
    assert!(matches!(first, UploadOutcome::Uploaded { .. }));
    let second = soon(upload("%PDF-1.7 second").send()).await.unwrap();
    assert!(matches!(second, UploadOutcome::Replaced { .. }));
    let stored = azurite.get(&blobs.last()).await.bytes().await.unwrap();
    assert_eq!(stored, "%PDF-1.7 second");
    assert_eq!(erp.files(PATIENT, ANALYSIS).len(), 1);
}

#[tokio::test]
async fn without_its_header_it_refuses() {
    let Some(azurite) = Azurite::start().await else {
        return;
    };
    let (erp, blobs) = azurite.signer.erp("cw", later()).await;
    let builder = erp.client_builder().http(eager());
    let files = files_of(&builder.blob_type(BlobType::Never).build().unwrap());
    let upload = files.upload("result.pdf", Body::from("%PDF-1.7 EXAMPLE"));
    let error = soon(upload.send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected, "{error}");
    assert_eq!(error.operation(), Some("erp.files.transfer"));
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    // Azurite does not send the code that Azure has for this case.
    assert_eq!(error.code(), None);
    assert_eq!(error.delivery(), Delivery::Answered);
    assert_eq!(
        azurite.get(&blobs.last()).await.status(),
        StatusCode::NOT_FOUND
    );
    assert!(erp.files(PATIENT, ANALYSIS).is_empty());
}

#[tokio::test]
async fn refused_addresses() {
    let Some(azurite) = Azurite::start().await else {
        return;
    };
    let signer = azurite.signer;
    let elsewhere = Signer {
        container: "example-absent",
        ..signer
    };
    let tampered = move |own: &str| {
        let address = signer.blob(&object_path(own), "cw", later());
        // Permissions that were not signed.
        address.replace("sp=cw", "sp=cwd")
    };
    let anothers = move |_: &str| {
        let address = signer.blob("EXAMPLE-0001/other.pdf", "cw", later());
        address.replace("other.pdf", "result.pdf")
    };
    let to_read = move |own: &str| signer.blob(&object_path(own), "r", later());
    let absent = move |own: &str| elsewhere.blob(&object_path(own), "cw", later());
    let denied = (ErrorKind::PermissionDenied, StatusCode::FORBIDDEN);
    let not_found = (ErrorKind::NotFound, StatusCode::NOT_FOUND);
    for (erp, (kind, status), code) in [
        (
            erp_with_addresses(tampered).await,
            denied,
            "AuthorizationFailure",
        ),
        (
            erp_with_addresses(anothers).await,
            denied,
            "AuthorizationFailure",
        ),
        (
            erp_with_addresses(to_read).await,
            denied,
            "AuthorizationPermissionMismatch",
        ),
        (
            erp_with_addresses(absent).await,
            not_found,
            "ContainerNotFound",
        ),
    ] {
        let upload = files(&erp).upload("result.pdf", Body::from("%PDF-1.7 EXAMPLE"));
        let error = soon(upload.send()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (kind, Some(status)),
            "{error}"
        );
        assert_eq!(error.printable_code(), Some(code));
        assert_eq!(
            (error.attempts(), error.delivery()),
            (1, Delivery::Answered)
        );
        for text in [format!("{error}"), format!("{error:?}")] {
            assert!(
                !text.contains("sig=") && !text.contains("result.pdf"),
                "{text}"
            );
        }
        let stored = azurite.get("EXAMPLE-0001/result.pdf").await;
        assert_eq!(stored.status(), StatusCode::NOT_FOUND, "{code}");
    }
}

#[tokio::test]
async fn an_expired_address_keeps_the_storages_code_and_is_resumed_with_a_new_one() {
    let Some(azurite) = Azurite::start().await else {
        return;
    };
    let (signer, given) = (azurite.signer, Arc::new(AtomicUsize::new(0)));
    let count = given.clone();
    let erp = erp_with_addresses(move |own| {
        let until = match count.fetch_add(1, Ordering::SeqCst) {
            0 => earlier(),
            _ => later(),
        };
        signer.blob(&object_path(own), "cw", until)
    });
    let erp = erp.await;
    let (files, store) = (files(&erp), Arc::new(MemoryStore::default()));
    let upload = || {
        let upload = files.upload("result.pdf", Body::from("%PDF-1.7 EXAMPLE"));
        upload.resumable(&store)
    };

    let error = soon(upload().send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    // Azure says `AuthenticationFailed`; either way the storage's own code stays.
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::AuthorizationFailure));
    assert_eq!(
        (error.status(), error.attempts()),
        (Some(StatusCode::FORBIDDEN), 1)
    );
    let stored = azurite.get("EXAMPLE-0001/result.pdf").await;
    assert_eq!(stored.status(), StatusCode::NOT_FOUND);

    let outcome = soon(upload().send()).await.unwrap();
    assert!(matches!(
        outcome,
        UploadOutcome::Uploaded {
            file_id: Some(_),
            ..
        }
    ));
    assert_eq!(given.load(Ordering::SeqCst), 2);
    let stored = azurite.get("EXAMPLE-0001/result.pdf").await;
    assert_eq!(stored.bytes().await.unwrap(), "%PDF-1.7 EXAMPLE");
    // The state is gone, so a third run begins from the start.
    let error = soon(upload().send()).await.unwrap_err();
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::FileExists));
}
