//! The API key: in which form it is sent, where it comes from, and what a refused one means.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport};
use gensoft_client::sandbox::{KeyForm, Sandbox};
use gensoft_client::{
    Delivery, Error, ErrorKind, GensoftClient, Provider, Result, Secret, async_trait,
};
use tokio::time::advance;

use crate::support::{ATTENDANCES_SEND, Op, eager, only, order, start_with};

#[tokio::test]
async fn a_word_before_the_key_is_one_setting() {
    let form = KeyForm::Prefixed("ApiKey".to_owned());
    let sandbox = start_with(|set| set.key_form = form).await;
    let builder = || {
        GensoftClient::builder()
            .base_url(sandbox.url())
            .api_key(sandbox.api_key())
    };
    let with = builder().auth_prefix("ApiKey").build().unwrap();
    with.attendances().send(&order()).await.unwrap();
    let sent = only(&sandbox, ATTENDANCES_SEND);
    assert_eq!(sent.header("authorization"), Some("ApiKey EXAMPLE-API-KEY"));
    let without = builder().build().unwrap();
    let error = without.attendances().send(&order()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unauthenticated, 1)
    );
    let said = "Credenciais de autenticação incorretas.";
    assert_eq!(
        (error.message(), error.delivery()),
        (Some(said), Delivery::Answered)
    );
}

#[tokio::test]
async fn a_provider_is_asked_for_the_key_once() {
    struct Vault(Arc<AtomicUsize>);

    #[async_trait]
    impl Provider<Secret> for Vault {
        async fn get(&self) -> Result<Secret> {
            match self.0.fetch_add(1, Ordering::Relaxed) {
                0 => Err(Error::new(ErrorKind::Credentials).with_detail("the vault is shut")),
                _ => Ok(Secret::from("EXAMPLE-API-KEY")),
            }
        }
    }
    let sandbox = Sandbox::start().await.unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let client = GensoftClient::builder()
        .base_url(sandbox.url())
        .api_key_from(Vault(asked.clone()))
        .build()
        .unwrap();
    let error = client.attendances().send(&order()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Credentials, Delivery::NotSent)
    );
    assert_eq!(sandbox.connections(), 0);
    for _ in 0..3 {
        client.attendances().send(&order()).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert_eq!(sandbox.attendances().len(), 3);
}

/// A provider that gives these keys one after the other, then always the last one.
struct Rotating(Vec<&'static str>, AtomicUsize);

#[async_trait]
impl Provider<Secret> for Rotating {
    async fn get(&self) -> Result<Secret> {
        let asked = self.1.fetch_add(1, Ordering::Relaxed);
        Ok(Secret::from(self.0[asked.min(self.0.len() - 1)]))
    }
}

/// A network that accepts only this key, and a client whose provider gives these.
fn rotated(keys: &[&'static str], good: &'static str) -> (Arc<FakeTransport>, GensoftClient) {
    let network =
        FakeTransport::new(
            move |request| match request.headers["authorization"].to_str() {
                Ok(key) if key == good => FakeAnswer::json("{}"),
                _ => FakeAnswer::status(401),
            },
        );
    let client = GensoftClient::builder()
        .base_url("http://localhost")
        .api_key_from(Rotating(keys.to_vec(), AtomicUsize::new(0)))
        .http(eager().transport(network.clone()));
    (network, client.build().unwrap())
}

/// A service that runs for months survives a new key in its vault.
#[tokio::test(start_paused = true)]
async fn a_provider_is_asked_again_when_an_old_key_is_refused() {
    for op in Op::ALL {
        let keys = ["EXAMPLE-OLD", "EXAMPLE-NEW"];
        let (network, client) = rotated(&keys, "EXAMPLE-NEW");
        // The refusal of a young key is final.
        let error = op.call(&client).await.unwrap_err();
        let is = (error.kind(), error.attempts(), network.count());
        assert_eq!(is, (ErrorKind::Unauthenticated, 1, 1));
        advance(Duration::from_secs(61)).await;
        let reply = op.call(&client).await.unwrap();
        assert_eq!((reply.attempts(), network.count()), (2, 3));
        // The new one is kept.
        op.call(&client).await.unwrap();
        assert_eq!(network.count(), 4);
    }
}

/// A call asks for at most one other key.
#[tokio::test(start_paused = true)]
async fn a_key_that_stays_wrong_is_refused_twice_at_most() {
    let (network, client) = rotated(&["EXAMPLE-WRONG"], "EXAMPLE-GOOD");
    Op::Report.call(&client).await.unwrap_err();
    advance(Duration::from_secs(61)).await;
    let error = Op::Report.call(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!((error.attempts(), network.count()), (2, 3));
}

/// An empty key would send patients' data without credentials.
#[tokio::test(start_paused = true)]
async fn a_providers_key_must_fit_a_header() {
    for key in ["", " ", "EXAMPLE\n", "EXAMPLE KEY ", "\u{7f}"] {
        let (network, client) = rotated(&[key], "");
        let error = Op::Attendance.call(&client).await.unwrap_err();
        let is = (error.kind(), error.delivery(), error.operation());
        let expected = (
            ErrorKind::Config,
            Delivery::NotSent,
            Some(Op::Attendance.id()),
        );
        assert_eq!((is, network.count()), (expected, 0), "{key:?}");
    }
}

#[test]
fn a_key_is_needed_and_must_fit_a_header() {
    let built = |key: Option<&str>, prefix: Option<&str>| {
        let mut builder = GensoftClient::builder().base_url("http://localhost");
        if let Some(key) = key {
            builder = builder.api_key(key);
        }
        if let Some(prefix) = prefix {
            builder = builder.auth_prefix(prefix);
        }
        builder
            .build()
            .map_err(|error| (error.kind(), error.delivery()))
    };
    let refused = (ErrorKind::Config, Delivery::NotSent);
    for (key, prefix) in [
        (None, None),
        (None, Some("ApiKey")),
        (Some(""), None),
        (Some(" "), None),
        // Read from a file, with its line end.
        (Some("EXAMPLE-KEY\n"), None),
        (Some(" EXAMPLE-KEY"), None),
        (Some("EXAMPLE-KEY"), Some("")),
        (Some("EXAMPLE-KEY"), Some("ApiKey ")),
        (Some("EXAMPLE-KEY"), Some("Api\nKey")),
    ] {
        assert_eq!(
            built(key, prefix).unwrap_err(),
            refused,
            "{key:?} {prefix:?}"
        );
    }
    for prefix in [None, Some("ApiKey")] {
        // With a user name in front, as one framework has it.
        built(Some("example:EXAMPLE-KEY"), prefix).unwrap();
    }
}
