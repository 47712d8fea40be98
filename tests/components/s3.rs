//! SeaweedFS, an S3-compatible store that checks presigned addresses.

use std::fs;
use std::time::Duration;

use common_http::{Body, ErrorKind};
use erp_files_client::ErrorCode;
use erp_files_client::files::{BlobType, UploadOutcome};
use erp_files_client::sandbox::Sandbox;
use http::StatusCode;
use jiff::{Timestamp, ToSpan};
use percent_encoding::percent_decode_str;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use serde_json::json;

use crate::component::{Running, bare_command, program};
use crate::support::{
    ANALYSIS, PATIENT, content, eager, erp_with_addresses, files, files_of, looker, object_path,
    soon,
};

const HOUR: Duration = Duration::from_secs(3600);

/// Signs addresses of one bucket.
#[derive(Clone)]
struct Signer {
    bucket: Bucket,
    credentials: Credentials,
}

impl Signer {
    fn new(port: u16, secret: &str) -> Self {
        let endpoint = format!("http://127.0.0.1:{port}").parse().unwrap();
        let bucket = Bucket::new(endpoint, UrlStyle::Path, "example-bucket", "us-east-1");
        Self {
            bucket: bucket.unwrap(),
            credentials: Credentials::new("EXAMPLE-ACCESS-KEY", secret),
        }
    }

    /// An address for uploading this object, valid for an hour from this time.
    fn put(&self, object: &str, from: Timestamp) -> String {
        let put = self.bucket.put_object(Some(&self.credentials), object);
        put.sign_with_time(HOUR, &from).into()
    }

    /// The object, if it exists.
    async fn get(&self, object: &str) -> Option<Vec<u8>> {
        let get = self.bucket.get_object(Some(&self.credentials), object);
        let answer = looker().get(get.sign(HOUR)).send().await.unwrap();
        match answer.status() {
            StatusCode::OK => Some(answer.bytes().await.unwrap().into()),
            StatusCode::NOT_FOUND => None,
            status => panic!("{status}"),
        }
    }

    /// Creates the bucket and stores something. Only then is the whole store ready.
    async fn prepare(&self) -> bool {
        let bucket = self.bucket.create_bucket(&self.credentials).sign(HOUR);
        let object = self.put("ready", Timestamp::now());
        for put in [bucket.into(), object] {
            match looker().put(put).send().await {
                Ok(answer) if answer.status() == StatusCode::OK => {}
                // An earlier try created it.
                Ok(answer) if answer.status() == StatusCode::CONFLICT => {}
                _ => return false,
            }
        }
        true
    }
}

/// A running SeaweedFS with one bucket.
struct Store {
    _running: Running<8>,
    signer: Signer,
}

const SECRET: &str = "EXAMPLE-SECRET-KEY";

impl Store {
    async fn start() -> Option<Self> {
        let program = program("weed")?;
        let running = Running::start(
            |folder, ports: [u16; 8]| {
                let config = folder.join("identities.json");
                let identities = json!({ "identities": [{
                    "name": "example",
                    "credentials": [{ "accessKey": "EXAMPLE-ACCESS-KEY", "secretKey": SECRET }],
                    "actions": ["Admin", "Read", "Write", "List"],
                }]});
                fs::write(&config, identities.to_string()).unwrap();
                let data = folder.join("data");
                fs::create_dir(&data).unwrap();
                let mut command = bare_command(&program);
                command.args([
                    "server",
                    "-filer",
                    "-s3",
                    "-ip=127.0.0.1",
                    "-ip.bind=127.0.0.1",
                ]);
                let roles = ["s3", "master", "volume", "filer"];
                for (role, ports) in roles.iter().zip(ports.chunks(2)) {
                    command.arg(format!("-{role}.port={}", ports[0]));
                    command.arg(format!("-{role}.port.grpc={}", ports[1]));
                }
                command
                    .args(["-s3.port.lance=0", "-s3.port.iceberg=0", "-volume.max=20"])
                    // The tests need only a few megabytes, even on a nearly full disk.
                    .arg("-volume.minFreeSpace=1MiB")
                    .arg(format!("-s3.config={}", config.display()))
                    .arg(format!("-dir={}", data.display()));
                command
            },
            async |[port, ..]| Signer::new(port, SECRET).prepare().await,
        );
        let running = running.await;
        let signer = Signer::new(running.ports[0], SECRET);
        Some(Self {
            _running: running,
            signer,
        })
    }
}

/// An ERP that returns addresses made by this signer.
async fn erp(signer: &Signer, from: Timestamp) -> Sandbox {
    let signer = signer.clone();
    erp_with_addresses(move |own| signer.put(&object_of(own), from)).await
}

fn object_of(own: &str) -> String {
    let path = object_path(own);
    let decoded = percent_decode_str(&path).decode_utf8();
    decoded.unwrap().into_owned()
}

#[tokio::test]
async fn whole_uploads_arrive() {
    let Some(store) = Store::start().await else {
        return;
    };
    let erp = erp(&store.signer, Timestamp::now()).await;
    // The header that Azure requires does no harm here.
    let always = erp
        .client_builder()
        .http(eager())
        .blob_type(BlobType::Always);
    let always = files_of(&always.build().unwrap());
    for (files, name, bytes) in [
        (files(&erp), "порожній.pdf", content(0)),
        (files(&erp), "один байт #1?.pdf", content(1)),
        (files(&erp), "великий 100%.pdf", content(8 << 20)),
        (always, "ще один.pdf", content(9)),
    ] {
        let upload = files.upload(name, Body::from(bytes.clone()));
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
        let listed = erp.files(PATIENT, ANALYSIS);
        assert_eq!(listed.last().unwrap().name, name);
        let object = format!("EXAMPLE-{:04}/{name}", listed.len());
        assert!(store.signer.get(&object).await == Some(bytes), "{name}");
    }
    assert_eq!(erp.count("erp.files.transfer"), 0);
}

#[tokio::test]
async fn refused_addresses() {
    let Some(store) = Store::start().await else {
        return;
    };
    let now = Timestamp::now();
    let port = store.signer.bucket.base_url().port().unwrap();
    let impostor = Signer::new(port, "EXAMPLE-WRONG-KEY");
    let stranger = Signer {
        credentials: Credentials::new("EXAMPLE-UNKNOWN-KEY", SECRET),
        ..store.signer.clone()
    };
    for (what, erp, code) in [
        (
            "wrong key",
            erp(&impostor, now).await,
            "SignatureDoesNotMatch",
        ),
        (
            "unknown key",
            erp(&stranger, now).await,
            "InvalidAccessKeyId",
        ),
        (
            "expired",
            erp(&store.signer, now - 2.hours()).await,
            "upload_url_expired",
        ),
    ] {
        let upload = files(&erp).upload("result.pdf", Body::from("%PDF-1.7 EXAMPLE"));
        let error = soon(upload.send()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{what}: {error}");
        assert_eq!(error.status(), Some(StatusCode::FORBIDDEN), "{what}");
        assert_eq!(error.code(), Some(code), "{what}");
        let expired = ErrorCode::of(&error) == Some(ErrorCode::UploadUrlExpired);
        assert_eq!(expired, what == "expired");
        assert_eq!(error.attempts(), 1, "{what}");
        for text in [format!("{error}"), format!("{error:?}")] {
            assert!(
                !text.contains("X-Amz") && !text.contains("result.pdf"),
                "{text}"
            );
        }
        assert!(erp.files(PATIENT, ANALYSIS).is_empty(), "{what}");
        assert_eq!(store.signer.get("EXAMPLE-0001/result.pdf").await, None);
    }
}
