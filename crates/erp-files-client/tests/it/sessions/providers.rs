//! Tokens that do not come from the token endpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{Delivery, Error, ErrorKind, HttpOptions, Result, async_trait};
use erp_files_client::sandbox::Sandbox;
use erp_files_client::{AccessToken, ErpFilesClient, ErpFilesClientBuilder, Provider};
use tokio::time::sleep;

use crate::support::{A_WHILE, NAME, Op, PDF, eager, files, header, network, seen, target};

fn without_credentials(erp: &Arc<FakeTransport>) -> ErpFilesClientBuilder {
    ErpFilesClient::builder()
        .base_url("https://clinic.example")
        .http(HttpOptions::default().transport(Arc::clone(erp) as _))
}

#[tokio::test]
async fn a_fixed_token_is_used_as_it_is() {
    let sandbox = Sandbox::start().await.unwrap();
    let builder = ErpFilesClient::builder()
        .base_url(sandbox.url())
        .http(eager());
    let client = builder
        .access_token(sandbox.access_token())
        .build()
        .unwrap();
    files(&client)
        .upload(NAME, PDF.into())
        .send()
        .await
        .unwrap();
    assert_eq!(
        (sandbox.tokens_issued(), sandbox.files("7", "12").len()),
        (0, 1)
    );
}

/// There is no other token, so none is requested, however old it is.
#[tokio::test(start_paused = true)]
async fn a_401_with_a_fixed_token_is_an_answer() {
    let target = target().await;
    for op in Op::ALL
        .into_iter()
        .filter(|op| !matches!(op, Op::Token | Op::Transfer))
    {
        let erp =
            network(move |asked, nth| (asked == op && nth > 1).then(|| FakeAnswer::status(401)));
        let client = without_credentials(&erp)
            .access_token("EXAMPLE-TOKEN")
            .build()
            .unwrap();
        op.call(&client, &target).await.unwrap();
        sleep(A_WHILE).await;
        let error = op.call(&client, &target).await.unwrap_err();
        let is = (error.kind(), error.attempts(), error.delivery());
        assert_eq!(
            is,
            (ErrorKind::Unauthenticated, 1, Delivery::Answered),
            "{op:?}"
        );
        assert_eq!(error.operation(), Some(op.id()));
        assert_eq!(erp.count(), 2);
        assert_eq!(
            header(&erp.requests()[1], "authorization"),
            Some("Bearer EXAMPLE-TOKEN")
        );
    }
}

/// Numbers its tokens. The second request fails.
struct Gateway {
    asked: Arc<AtomicUsize>,
    lifetime: Option<Duration>,
}

#[async_trait]
impl Provider<AccessToken> for Gateway {
    async fn get(&self) -> Result<AccessToken> {
        let nth = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if nth == 2 {
            let error = Error::new(ErrorKind::Credentials).with_detail("the gateway has none");
            return Err(error);
        }
        let token = AccessToken::new(format!("EXAMPLE-{nth}"));
        Ok(match self.lifetime {
            Some(lifetime) => token.lifetime(lifetime),
            None => token,
        })
    }
}

fn with_gateway(
    erp: &Arc<FakeTransport>,
    lifetime: Option<Duration>,
) -> (ErpFilesClient, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let gateway = Gateway {
        asked: Arc::clone(&asked),
        lifetime,
    };
    let builder = without_credentials(erp).access_token_from(gateway);
    (builder.build().unwrap(), asked)
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_asked_when_a_token_is_needed() {
    let erp = network(|op, nth| (op == Op::List && nth == 3).then(|| FakeAnswer::status(401)));
    let (client, asked) = with_gateway(&erp, None);
    let list = || files(&client).list().send();
    list().await.unwrap();
    sleep(Duration::from_secs(24 * 60 * 60)).await;
    list().await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    // A 401 asks the provider for another. The provider's failure is the call's.
    let error = list().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert!(
        error.to_string().contains("the gateway has none"),
        "{error}"
    );
    list().await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    let used: Vec<_> = seen(&erp, Op::List)
        .iter()
        .map(|request| header(request, "authorization").unwrap().to_owned())
        .collect();
    assert_eq!(
        used,
        [
            "Bearer EXAMPLE-1",
            "Bearer EXAMPLE-1",
            "Bearer EXAMPLE-1",
            "Bearer EXAMPLE-3"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_providers_token_is_renewed_ahead_of_its_end_too() {
    let erp = network(|_, _| None);
    let (client, asked) = with_gateway(&erp, Some(Duration::from_secs(600)));
    files(&client).list().send().await.unwrap();
    sleep(Duration::from_secs(550)).await;
    // The provider fails, and the old token still works.
    files(&client).list().send().await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    sleep(Duration::from_secs(45)).await;
    files(&client).list().send().await.unwrap();
    assert_eq!(
        header(&seen(&erp, Op::List)[2], "authorization"),
        Some("Bearer EXAMPLE-3")
    );
}

/// What the gateway refuses is not about the ERP's scope.
#[tokio::test]
async fn a_providers_own_words_are_kept() {
    struct Closed;

    #[async_trait]
    impl Provider<AccessToken> for Closed {
        async fn get(&self) -> Result<AccessToken> {
            let error =
                Error::new(ErrorKind::PermissionDenied).with_status(http::StatusCode::FORBIDDEN);
            Err(error.with_detail("the gateway is closed at night"))
        }
    }

    let erp = network(|_, _| None);
    let client = without_credentials(&erp)
        .access_token_from(Closed)
        .build()
        .unwrap();
    let error = files(&client).list().send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::PermissionDenied, Delivery::NotSent)
    );
    assert!(
        error.to_string().contains("the gateway is closed at night"),
        "{error}"
    );
    assert_eq!(erp.count(), 0);
}
