//! TLS: trusted roots, client certificates, and that nothing is sent without trust.

use std::sync::{Arc, Mutex};

use biologix_client::sandbox::{Fault, Sandbox};
use biologix_client::{BiologixClient, BiologixClientBuilder};
use common_http::{
    Cause, Delivery, Engine, ErrorKind, ForeignHosts, ForeignUrl, HttpOptions, Operation, Profile,
    Secret,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::support::certificates::{Authority, Certified};
use crate::support::front::{Front, address, tunnel};
use crate::support::{Op, client, eager, sandbox, soon};

mod frames;
mod http2;

const HOST: &str = "127.0.0.1";

/// The sandbox behind TLS.
struct Behind {
    sandbox: Sandbox,
    front: Front,
    /// The certificates that clients presented, one entry per connection.
    shown: Arc<Mutex<Vec<Option<CertificateDer<'static>>>>>,
}

impl Behind {
    async fn start(config: ServerConfig) -> Self {
        let sandbox = sandbox().await;
        let to = address(&sandbox);
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let shown = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&shown);
        let front = Front::start(move |stream| {
            let (acceptor, notes) = (acceptor.clone(), Arc::clone(&notes));
            async move {
                let stream = acceptor.accept(stream).await?;
                let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
                let leaf = chain.first().map(|leaf| leaf.clone().into_owned());
                notes.lock().unwrap().push(leaf);
                tunnel(stream, to).await
            }
        });
        Self {
            sandbox,
            front: front.await,
            shown,
        }
    }

    async fn showing(certified: &Certified) -> Self {
        Self::start(certified.server("http/1.1", None)).await
    }

    fn client_builder(&self) -> BiologixClientBuilder {
        let url = format!("https://{HOST}:{}", self.front.address.port());
        self.sandbox.client_builder().base_url(url)
    }

    fn client(&self, http: HttpOptions) -> BiologixClient {
        self.client_builder().http(http).build().unwrap()
    }
}

#[tokio::test]
async fn an_own_root_is_trusted() {
    let authority = Authority::new();
    let behind = Behind::showing(&authority.certify(HOST)).await;
    let alone = eager().add_root_certificate(authority.pem());
    for http in [alone.clone(), alone.only_own_roots(false)] {
        let client = behind.client(http);
        for op in Op::ALL {
            op.call(&client, &behind.sandbox).await.unwrap();
        }
    }
    assert_eq!(behind.sandbox.sessions_opened(), 2);
}

#[tokio::test]
async fn without_trust_nothing_is_sent() {
    let (known, stranger) = (Authority::new(), Authority::new());
    let trusting = eager().add_root_certificate(known.pem());
    for (what, cause, certified, http) in [
        (
            "an unknown root, and the platform's roots",
            Cause::TlsUnknownIssuer,
            stranger.certify(HOST),
            eager().only_own_roots(false),
        ),
        (
            "an unknown root, and no trusted root",
            Cause::TlsUnknownIssuer,
            stranger.certify(HOST),
            eager(),
        ),
        (
            "an unknown root, and another trusted root",
            Cause::TlsUnknownIssuer,
            stranger.certify(HOST),
            trusting.clone(),
        ),
        (
            "a certificate for another host",
            Cause::TlsWrongName,
            known.certify("other.invalid"),
            trusting.clone(),
        ),
        (
            "an expired certificate",
            Cause::TlsExpired,
            known.certify_until_2020(HOST),
            trusting.clone(),
        ),
    ] {
        let behind = Behind::showing(&certified).await;
        for (op, failed) in [(Op::List, Op::Login), (Op::Report, Op::Report)] {
            let error = op
                .call(&behind.client(http.clone()), &behind.sandbox)
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Connect, "{what}: {error}");
            assert_eq!(error.delivery(), Delivery::NotSent, "{what}");
            assert_eq!(
                (error.operation(), error.attempts()),
                (Some(failed.id()), 1),
                "{what}: another try cannot help: {error}"
            );
            assert_eq!(error.cause(), Some(cause), "{what}");
            assert!(error.to_string().contains("TLS certificate"), "{error}");
        }
        assert_eq!(behind.sandbox.connections(), 0, "{what}");
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_it_is_set() {
    let (servers, clients) = (Authority::new(), Authority::new());
    let config = servers
        .certify(HOST)
        .server("http/1.1", Some(clients.of_clients(false)));
    let behind = Behind::start(config).await;
    let own = clients.certify("client.invalid");
    let key = Secret::from(own.key.serialize_pem());
    let http = eager().add_root_certificate(servers.pem());
    let with = http.clone().client_certificate(own.certificate.pem(), key);
    for (http, expected) in [(http, None), (with, Some(own.certificate.der().clone()))] {
        behind.shown.lock().unwrap().clear();
        Op::Report
            .call(&behind.client(http), &behind.sandbox)
            .await
            .unwrap();
        assert_eq!(*behind.shown.lock().unwrap(), [expected]);
    }
}

/// The certificate identifies the client to its vendor, but not to hosts that the vendor names.
#[tokio::test]
async fn a_client_certificate_is_not_shown_to_a_foreign_host() {
    static VENDOR: Profile = Profile::new("example", "example/0");
    static PUT: Operation = Operation::put("example.put", "/{address}").public();
    let (servers, clients) = (Authority::new(), Authority::new());
    let config = servers
        .certify(HOST)
        .server("http/1.1", Some(clients.of_clients(false)));
    let behind = Behind::start(config).await;
    let own = clients.certify("client.invalid");
    let http = eager()
        .add_root_certificate(servers.pem())
        .client_certificate(own.certificate.pem(), Secret::from(own.key.serialize_pem()));
    let base = format!("https://{HOST}:{}", behind.front.address.port());
    let engine = Engine::builder(&VENDOR, &base).http(http).build().unwrap();
    let hosts = ForeignHosts::default().for_engine(&engine);
    let url = ForeignUrl::parse(&format!("{base}/x"), &hosts).unwrap();
    // The sandbox does not know this path and answers with an error.
    let error = engine.foreign_request(&PUT, &url).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(*behind.shown.lock().unwrap(), [None]);
}

/// The server refuses after the client's handshake, so the request may already have been sent.
#[tokio::test]
async fn a_client_certificate_that_is_missing() {
    let authority = Authority::new();
    let config = authority
        .certify(HOST)
        .server("http/1.1", Some(authority.of_clients(true)));
    let behind = Behind::start(config).await;
    let client = behind.client(eager().add_root_certificate(authority.pem()));
    let error = Op::Report.call(&client, &behind.sandbox).await.unwrap_err();
    let kind = error.kind();
    assert!(
        matches!(kind, ErrorKind::Connect | ErrorKind::Interrupted),
        "{error}"
    );
    assert_ne!(error.delivery(), Delivery::Answered);
    assert_eq!(behind.sandbox.connections(), 0);
}

#[tokio::test]
async fn malformed_certificates_are_configuration_errors() {
    let own = Authority::new().certify("client.invalid");
    let chain = own.certificate.pem();
    for http in [
        eager().add_root_certificate("EXAMPLE, no PEM"),
        eager().client_certificate("EXAMPLE, no PEM", Secret::from(own.key.serialize_pem())),
        eager().client_certificate(chain, Secret::from("EXAMPLE, no PEM")),
    ] {
        let error = BiologixClient::builder().http(http).build().unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Config, Delivery::NotSent)
        );
    }
}

#[tokio::test]
async fn faults_behind_tls() {
    let authority = Authority::new();
    let certified = authority.certify(HOST);
    for fault in [
        Fault::ResetBeforeEffect,
        Fault::ResetAfterRequest,
        Fault::CutBody { after: 0 },
        Fault::CutBody { after: 150_000 },
        Fault::Garbage,
    ] {
        let behind = Behind::showing(&certified).await;
        for op in Op::ALL {
            let http = || eager().add_root_certificate(authority.pem());
            behind.sandbox.fail_next(op.id(), fault.clone()).unwrap();
            op.call(&behind.client(http()), &behind.sandbox)
                .await
                .unwrap();
            assert_eq!(behind.sandbox.count(op.id()), 2, "{op:?}, {fault:?}");

            behind.sandbox.fail_always(op.id(), fault.clone()).unwrap();
            let error = op
                .call(&behind.client(http()), &behind.sandbox)
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Interrupted, "{op:?}, {fault:?}");
            assert_eq!(
                (error.attempts(), error.delivery()),
                (op.attempts(), Delivery::Unknown)
            );
            behind.sandbox.clear_faults();
            behind.sandbox.clear_requests();
        }
    }
}

/// Plain http on the loopback interface works with any TLS settings.
#[tokio::test]
async fn settings_of_tls_do_no_harm_to_plain_http() {
    let sandbox = sandbox().await;
    let authority = Authority::new();
    let own = authority.certify("client.invalid");
    let http = eager()
        .add_root_certificate(authority.pem())
        .client_certificate(own.certificate.pem(), Secret::from(own.key.serialize_pem()));
    let client = client(&sandbox, http);
    for op in [Op::List, Op::Report] {
        soon(op.call(&client, &sandbox)).await.unwrap();
    }
    assert_eq!(
        (
            sandbox.count("biologix.exams.list"),
            sandbox.count("biologix.reports.get")
        ),
        (1, 1)
    );
}
