//! nginx, a real reverse proxy with TLS in front of the ERP and its storage.

use std::sync::{Arc, OnceLock};

use common_http::{Body, Delivery, Error, ErrorKind};
use erp_files_client::files::{Files, UploadOutcome};
use erp_files_client::sandbox::Sandbox;
use erp_files_client::{ClientCredentials, ErpFilesClientBuilder};
use http::StatusCode;

use crate::proxy::{Proxy, authority};
use crate::support::{ANALYSIS, PATIENT, content, eager, erp_with_addresses, files_of, soon};

/// The largest body that nginx accepts.
const LARGEST: usize = 1 << 20;

/// The sandbox behind nginx.
struct Behind {
    nginx: Proxy<2>,
    /// The base of the upload addresses that the sandbox returns.
    upload_base: Arc<OnceLock<String>>,
}

/// One of nginx's two ports.
#[derive(Debug, Clone, Copy)]
enum Protocol {
    Http1,
    Http2,
}

impl Protocol {
    const BOTH: [Self; 2] = [Self::Http1, Self::Http2];

    /// The name that nginx logs.
    fn name(self) -> &'static str {
        match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2.0",
        }
    }
}

impl Behind {
    async fn start() -> Option<(Self, Sandbox)> {
        let upload_base = Arc::new(OnceLock::new());
        let base: Arc<OnceLock<String>> = upload_base.clone();
        let sandbox = erp_with_addresses(move |own| {
            let (_, path) = own.split_once("/storage/").unwrap();
            format!("{}/storage/{path}", base.get().unwrap())
        });
        let sandbox = sandbox.await;
        let nginx = Proxy::start(|ports| settings(ports, &sandbox)).await?;
        let behind = Self { nginx, upload_base };
        Some((behind, sandbox))
    }

    fn url(&self, protocol: Protocol) -> String {
        let [one, two] = self.nginx.ports;
        let port = match protocol {
            Protocol::Http1 => one,
            Protocol::Http2 => two,
        };
        format!("https://127.0.0.1:{port}")
    }

    /// A client whose requests all go through nginx.
    fn client(&self, protocol: Protocol, sandbox: &Sandbox) -> ErpFilesClientBuilder {
        let url = self.url(protocol);
        self.upload_base.get_or_init(|| url.clone());
        let settings = &sandbox.settings;
        let (id, secret) = (&settings.client_id, &settings.client_secret);
        let credentials = ClientCredentials::new(id.as_str(), secret.as_str());
        sandbox
            .client_builder()
            .base_url(&url)
            .credentials(credentials.token_url(format!("{url}/connect/token")))
            .http(self.nginx.trusting())
    }

    fn files(&self, protocol: Protocol, sandbox: &Sandbox) -> Files {
        files_of(&self.client(protocol, sandbox).build().unwrap())
    }
}

fn settings([one, two]: [u16; 2], sandbox: &Sandbox) -> String {
    let (erp, storage) = (sandbox.url(), sandbox.storage_url());
    let locations = format!(
        "location / {{ proxy_pass {erp}; }}
         location /storage/ {{ proxy_pass {storage}; }}"
    );
    format!(
        "client_max_body_size {LARGEST};
         server {{ listen 127.0.0.1:{one} ssl; {locations} }}
         server {{ listen 127.0.0.1:{two} ssl http2; {locations} }}"
    )
}

#[tokio::test]
async fn every_operation() {
    for protocol in Protocol::BOTH {
        let Some((behind, sandbox)) = Behind::start().await else {
            return;
        };
        let files = behind.files(protocol, &sandbox);
        let bytes = content(LARGEST);
        let upload = files.upload("результат 1 #?%.pdf", Body::from(bytes.clone()));
        let outcome = soon(upload.send()).await.unwrap();
        let UploadOutcome::Uploaded {
            file_id: Some(id), ..
        } = outcome
        else {
            panic!("{outcome:?}");
        };
        assert!(sandbox.stored_bytes(id.as_str()).unwrap() == bytes);
        soon(files.set_send(&id, true).send()).await.unwrap();
        let listed = soon(files.list().send()).await.unwrap();
        let file = listed[0].value().unwrap();
        assert_eq!(file.name.as_deref(), Some("результат 1 #?%.pdf"));
        assert_eq!(file.is_send, Some(true));
        soon(files.delete(&id).send()).await.unwrap();
        assert!(sandbox.files(PATIENT, ANALYSIS).is_empty());
        // This includes a token request, and a list request that finds the new file's id.
        let methods = [
            "POST", "POST", "PUT", "POST", "GET", "PATCH", "GET", "DELETE",
        ];
        let expected = methods.iter().zip([200, 200, 201, 200, 200, 200, 200, 200]);
        let expected: Vec<_> = expected
            .map(|(method, status)| format!("{} {method} {status}", protocol.name()))
            .collect();
        assert_eq!(behind.nginx.log(expected.len()).await, expected);
    }
}

#[tokio::test]
async fn an_unknown_root_is_refused() {
    for protocol in Protocol::BOTH {
        let Some((behind, sandbox)) = Behind::start().await else {
            return;
        };
        let stranger = eager().add_root_certificate(authority().pem());
        for (what, http) in [
            ("no trusted root", eager()),
            ("the platform's roots", eager().only_own_roots(false)),
            ("another root", stranger.clone()),
        ] {
            let client = behind.client(protocol, &sandbox).http(http).build();
            let files = files_of(&client.unwrap());
            let error = soon(files.list().send()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Connect, "{what}: {error}");
            assert_eq!(error.operation(), Some("erp.sessions.open"), "{what}");
            assert_eq!(error.delivery(), Delivery::NotSent, "{what}");
        }
        assert!(sandbox.requests().is_empty());

        // The ERP itself can be reached, its storage cannot.
        let client = sandbox.client_builder().http(stranger).build().unwrap();
        let upload = files_of(&client).upload("result.pdf", Body::from("%PDF-1.7 EXAMPLE"));
        let error = soon(upload.send()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
        assert_eq!(error.operation(), Some("erp.files.transfer"));
        // It describes the whole upload, whose first step the ERP answered.
        assert_eq!(error.delivery(), Delivery::Answered);
        assert_eq!(sandbox.count("erp.files.transfer"), 0);

        // nginx answered none of these requests, so its log begins with the next ones.
        let files = behind.files(protocol, &sandbox);
        soon(files.list().send()).await.unwrap();
        let log = behind.nginx.log(2).await;
        let name = protocol.name();
        assert_eq!(log, [format!("{name} POST 200"), format!("{name} GET 200")]);
    }
}

/// Checks that the error comes from an error page of nginx.
fn assert_page(error: &Error, status: StatusCode, title: &str) {
    assert_eq!(error.status(), Some(status), "{error}");
    assert_eq!((error.code(), error.message()), (None, None), "{error}");
    let page = String::from_utf8_lossy(error.body());
    assert!(page.contains(title) && page.contains("nginx"), "{page}");
    assert!(!error.to_string().contains("nginx"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_too_large_for_it() {
    for protocol in Protocol::BOTH {
        let Some((behind, sandbox)) = Behind::start().await else {
            return;
        };
        let files = behind.files(protocol, &sandbox);
        for (name, length) in [("one byte.pdf", LARGEST + 1), ("far.pdf", 64 << 20)] {
            let upload = files.upload(name, Body::from(content(length)));
            let error = soon(upload.send()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Rejected, "{protocol:?}: {error}");
            assert_page(
                &error,
                StatusCode::PAYLOAD_TOO_LARGE,
                "413 Request Entity Too Large",
            );
            assert_eq!(error.operation(), Some("erp.files.transfer"));
            assert_eq!(error.delivery(), Delivery::Answered);
            assert_eq!(error.attempts(), 1);
        }
        assert_eq!(sandbox.count("erp.files.transfer"), 0);
    }
}

#[tokio::test]
async fn nothing_listens_behind_it() {
    for protocol in Protocol::BOTH {
        let Some((behind, sandbox)) = Behind::start().await else {
            return;
        };
        let files = behind.files(protocol, &sandbox);
        let id = sandbox
            .add_file(PATIENT, ANALYSIS, "old.pdf", "%PDF-1.7 EXAMPLE")
            .as_str()
            .into();
        let target = soon(files.initialize("result.pdf").send()).await.unwrap();
        drop(sandbox);
        let body = Body::from("%PDF-1.7 EXAMPLE");
        for (error, attempts) in [
            (soon(files.list().send()).await.unwrap_err(), 4),
            (soon(files.delete(&id).send()).await.unwrap_err(), 4),
            (
                soon(files.transfer(&target, body.clone()).send())
                    .await
                    .unwrap_err(),
                3,
            ),
            // An effectful operation is not repeated, because its outcome is unknown.
            (
                soon(files.initialize("result.pdf").send())
                    .await
                    .unwrap_err(),
                1,
            ),
            (
                soon(files.finalize("result.pdf").send()).await.unwrap_err(),
                1,
            ),
            (soon(files.set_send(&id, true).send()).await.unwrap_err(), 1),
            (
                soon(files.upload("other.pdf", body).send())
                    .await
                    .unwrap_err(),
                1,
            ),
        ] {
            assert_eq!(error.kind(), ErrorKind::Server, "{error}");
            assert_page(&error, StatusCode::BAD_GATEWAY, "502 Bad Gateway");
            assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
            assert_eq!(error.attempts(), attempts, "{error}");
        }
        // Token requests may be repeated freely, and the call itself was not sent.
        let fresh = ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET");
        let url = behind.url(protocol);
        let client = erp_files_client::ErpFilesClient::builder()
            .base_url(&url)
            .credentials(fresh.token_url(format!("{url}/connect/token")))
            .http(behind.nginx.trusting());
        let error = soon(files_of(&client.build().unwrap()).list().send())
            .await
            .unwrap_err();
        assert_page(&error, StatusCode::BAD_GATEWAY, "502 Bad Gateway");
        assert_eq!(error.operation(), Some("erp.sessions.open"));
        assert_eq!((error.attempts(), error.delivery()), (3, Delivery::NotSent));
    }
}
