//! The API key: in which form it is sent, where it comes from, and what a refused one means.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gensoft_client::sandbox::{ATTENDANCES_SEND, KeyForm, Sandbox};
use gensoft_client::{
    Delivery, Error, ErrorKind, GensoftClient, KeyProvider, Result, Secret, async_trait,
};

use crate::support::{Op, client, eager, only, order};

#[tokio::test]
async fn the_key_is_sent_bare() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .client()
        .send_attendance(order())
        .send()
        .await
        .unwrap();
    let sent = only(&sandbox, ATTENDANCES_SEND);
    assert_eq!(sent.header("authorization"), Some("EXAMPLE-API-KEY"));
}

#[tokio::test]
async fn a_word_before_the_key_is_one_setting() {
    let form = KeyForm::Prefixed("ApiKey".to_owned());
    let sandbox = Sandbox::builder().key_form(form).start().await.unwrap();
    let builder = || {
        GensoftClient::builder()
            .base_url(sandbox.url())
            .api_key(sandbox.api_key())
    };
    let with = builder().auth_prefix("ApiKey").build().unwrap();
    with.send_attendance(order()).send().await.unwrap();
    let sent = only(&sandbox, ATTENDANCES_SEND);
    assert_eq!(sent.header("authorization"), Some("ApiKey EXAMPLE-API-KEY"));
    let without = builder().build().unwrap();
    let error = without.send_attendance(order()).send().await.unwrap_err();
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
    impl KeyProvider for Vault {
        async fn key(&self) -> Result<Secret> {
            match self.0.fetch_add(1, Ordering::Relaxed) {
                0 => Err(Error::builder(ErrorKind::Credentials)
                    .detail("the vault is shut")
                    .build()),
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
    let error = client.send_attendance(order()).send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Credentials, Delivery::NotSent)
    );
    assert_eq!(sandbox.connections(), 0);
    for _ in 0..3 {
        client.send_attendance(order()).send().await.unwrap();
    }
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    assert_eq!(sandbox.attendances().len(), 3);
}

/// The key is a setting: a 401 is an answer, and asking for the key again would change nothing.
#[tokio::test]
async fn a_401_is_final() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = client(&sandbox, eager());
    sandbox.revoke_api_key();
    for op in Op::ALL {
        let error = op.call(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Unauthenticated, 1)
        );
        assert_eq!(sandbox.count(op.id()), 1);
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = GensoftClient::builder()
        .base_url(sandbox.url())
        .build()
        .unwrap();
    for op in Op::ALL {
        let error = op.call(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Config, Delivery::NotSent)
        );
    }
    assert_eq!(sandbox.connections(), 0);
}
