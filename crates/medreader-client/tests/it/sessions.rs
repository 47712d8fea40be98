//! Logins: what is sent, how long they last, and that nobody is locked out by them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{Error, ErrorKind, MemoryStore, Provider, Result, async_trait};
use futures_util::future::join_all;
use medreader_client::sandbox::Sandbox;
use medreader_client::{Credentials, ErrorCode};
use tokio::time::{Instant, advance};

use crate::support::{
    EMAIL, LOGIN, PASSWORD, TENANT, answers, builder, calls, client, folder, logins, refusal,
    session, told,
};

/// A network in which everything except logins succeeds.
fn with_logins(login: impl Fn(usize) -> FakeAnswer + Send + Sync + 'static) -> Arc<FakeTransport> {
    let count = AtomicUsize::new(0);
    FakeTransport::new(move |request| match request.target.as_str() {
        LOGIN => login(count.fetch_add(1, Ordering::SeqCst)),
        _ => FakeAnswer::json("{}"),
    })
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_a_call_is_refused_for_is_a_401_like_any() {
    let network = answers(vec![|| refusal(401, "tenant_invalid")]);
    let client = client(&network);
    let call = || async { client.folders().get(&folder()).send().await.unwrap_err() };
    let expected = |attempts| {
        (
            "credentials",
            Some(401),
            Some("tenant_invalid"),
            attempts,
            "answered",
        )
    };
    assert_eq!(told(&call().await), expected(1));
    assert_eq!((logins(&network), calls(&network).len()), (1, 1));
    advance(Duration::from_secs(61)).await;
    assert_eq!(told(&call().await), expected(2));
    assert_eq!((logins(&network), calls(&network).len()), (2, 3));
}

#[tokio::test(start_paused = true)]
async fn a_user_may_be_missing_in_part_or_whole() {
    for (answer, name) in [
        (r#"{"token":"EXAMPLE"}"#, None),
        (r#"{"token":"EXAMPLE","user":null}"#, None),
        (
            r#"{"token":"EXAMPLE","user":{"name":"Pessoa Ficticia","phone":null,"novo":1}}"#,
            Some("Pessoa Ficticia"),
        ),
    ] {
        let network = with_logins(move |_| FakeAnswer::json(answer));
        let user = client(&network).sessions().open().send().await.unwrap();
        assert_eq!(user.name.as_deref(), name);
        assert_eq!(user.phone, None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_odd_field_of_a_user_does_not_cost_the_others() {
    let answer = r#"{"token":"EXAMPLE","user":{"id":7,"name":"Pessoa Ficticia","phone":5511}}"#;
    let network = with_logins(move |_| FakeAnswer::json(answer));
    let user = client(&network).sessions().open().send().await.unwrap();
    assert_eq!((user.id, user.phone), (None, None));
    assert_eq!(user.name.as_deref(), Some("Pessoa Ficticia"));
    assert_eq!(
        (&user.extra["id"], &user.extra["phone"]),
        (&7.into(), &5511.into())
    );
}

#[tokio::test(start_paused = true)]
async fn what_else_the_login_says_is_kept() {
    let answer = r#"{"token":"EXAMPLE","token_type":"Bearer","expires_in":"soon","user":{"novo":1},
                     "refresh_token":"EXAMPLE-REFRESH"}"#;
    let network = with_logins(move |_| FakeAnswer::json(answer));
    let user = client(&network).sessions().open().send().await.unwrap();
    let expected = r#"{"expires_in":"soon","refresh_token":"EXAMPLE-REFRESH"}"#;
    assert_eq!(user.login.expose(), expected);
    assert_eq!(format!("{:?}", user.login), "Secret(***)");
    assert_eq!(serde_json::to_string(&user).unwrap(), r#"{"novo":1}"#);
    assert_eq!(format!("{user:?}"), "User { .. }");
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_user_does_not_fail_a_call() {
    let network = with_logins(|_| FakeAnswer::json(r#"{"token":"EXAMPLE","user":[7]}"#));
    let client = client(&network);
    client.configuration().get().send().await.unwrap();
    let user = client.sessions().open().send().await.unwrap();
    assert_eq!(
        (user.name, user.extra["user"].to_string()),
        (None, "[7]".to_owned())
    );
    assert_eq!(logins(&network), 1);
}

#[tokio::test(start_paused = true)]
async fn a_login_without_a_token_is_unreadable() {
    for answer in [
        "{}",
        "[]",
        r#"{"token":null}"#,
        r#"{"token":""}"#,
        r#"{"token":7}"#,
        r#"{"token":"EXAMPLE\n"}"#,
        "<html>",
    ] {
        let network = with_logins(move |_| FakeAnswer::json(answer));
        let error = client(&network).sessions().open().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{answer}");
        assert_eq!(error.operation(), Some("medreader.sessions.open"));
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        assert_eq!(error.body(), answer.as_bytes());
    }
}

/// Seconds after a login at which a call is the first to log in again.
async fn renewed_after(expires_in: &str, steps: &[u64]) -> Option<u64> {
    let answer = format!(r#"{{"token":"EXAMPLE"{expires_in}}}"#);
    let network = with_logins(move |_| FakeAnswer::json(answer.clone()));
    let client = client(&network);
    let call = || async { client.configuration().get().send().await.unwrap() };
    call().await;
    let began = Instant::now();
    for at in steps {
        advance(began + Duration::from_secs(*at) - Instant::now()).await;
        call().await;
        if logins(&network) > 1 {
            return Some(*at);
        }
    }
    None
}

#[tokio::test(start_paused = true)]
async fn a_session_is_renewed_ahead_of_its_end() {
    for (expires_in, steps, renewed) in [
        // A minute before.
        (r#","expires_in":3600"#, &[3539, 3540][..], Some(3540)),
        (r#","expires_in":3600.0"#, &[3539, 3540], Some(3540)),
        (r#","expires_in":600"#, &[539, 540], Some(540)),
        // A tenth before.
        (r#","expires_in":100"#, &[89, 90], Some(90)),
        // Until the vendor answers 401.
        ("", &[3600, 86_400], None),
        (r#","expires_in":null"#, &[3600, 86_400], None),
        (r#","expires_in":0"#, &[1, 3600], None),
        (r#","expires_in":-5"#, &[1, 3600], None),
    ] {
        assert_eq!(
            renewed_after(expires_in, steps).await,
            renewed,
            "{expires_in}"
        );
    }
}

/// Each refusal of a login has its own error, whatever its status, and none is repeated before its
/// pause is over.
#[tokio::test(start_paused = true)]
async fn refused_logins_are_three_errors_and_are_not_hammered() {
    for (documented, code, kind, known) in [
        (
            401,
            "invalid_credentials",
            ErrorKind::Credentials,
            ErrorCode::InvalidCredentials,
        ),
        (
            401,
            "tenant_invalid",
            ErrorKind::Credentials,
            ErrorCode::TenantInvalid,
        ),
        (
            429,
            "too_many_attempts",
            ErrorKind::RateLimited,
            ErrorCode::TooManyAttempts,
        ),
        (
            400,
            "validation_error",
            ErrorKind::Credentials,
            ErrorCode::ValidationError,
        ),
    ] {
        for status in [documented, 200, 500, 503] {
            let network = with_logins(move |_| refusal(status, code));
            let client = client(&network);
            let waiting = (0..1000).map(|_| client.configuration().get().send());
            for outcome in join_all(waiting).await {
                let error = outcome.unwrap_err();
                assert_eq!(error.kind(), kind, "{status} {code}");
                assert_eq!(ErrorCode::of(&error), Some(known.clone()));
                assert_eq!(error.operation(), Some("medreader.sessions.open"));
                assert_eq!(error.delivery().as_str(), "not_sent");
            }
            assert_eq!(network.count(), 1, "{status} {code}");
            advance(Duration::from_secs(29)).await;
            let error = client.sessions().open().send().await.unwrap_err();
            assert_eq!((error.kind(), network.count()), (kind, 1));
            assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
            advance(Duration::from_secs(2)).await;
            client.sessions().open().send().await.unwrap_err();
            assert_eq!(network.count(), 2);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_lockouts_own_time_is_kept() {
    let network = with_logins(|login| match login {
        0 => refusal(429, "too_many_attempts").header("retry-after", "900"),
        _ => FakeAnswer::json(session(1)),
    });
    let client = client(&network);
    let error = client.sessions().open().send().await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(900)));
    advance(Duration::from_secs(899)).await;
    client.sessions().open().send().await.unwrap_err();
    assert_eq!(network.count(), 1);
    advance(Duration::from_secs(2)).await;
    client.sessions().open().send().await.unwrap();
    assert_eq!(network.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_store_shares_a_session_of_the_same_tenant_and_user_only() {
    let network = answers(vec![|| FakeAnswer::json("{}")]);
    let store = Arc::new(MemoryStore::default());
    let with = |tenant: &str, email: &str| {
        builder(&network)
            .tenant(tenant)
            .credentials(email, PASSWORD)
            .store(&store)
            .build()
            .unwrap()
    };
    with(TENANT, EMAIL)
        .configuration()
        .get()
        .send()
        .await
        .unwrap();
    let user = with(TENANT, EMAIL).sessions().open().send().await.unwrap();
    assert_eq!(user.name.as_deref(), Some("Pessoa Ficticia"));
    assert_eq!(logins(&network), 1);
    with("EXAMPLE-TENANT-2", EMAIL)
        .sessions()
        .open()
        .send()
        .await
        .unwrap();
    with(TENANT, "other@clinic.example")
        .sessions()
        .open()
        .send()
        .await
        .unwrap();
    assert_eq!(logins(&network), 3);
}

struct Vault(AtomicUsize);

#[async_trait]
impl Provider<Credentials> for Vault {
    async fn get(&self) -> Result<Credentials> {
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => Err(Error::new(ErrorKind::Credentials).with_detail("the vault is sealed")),
            asked => Ok(Credentials::new(EMAIL, format!("EXAMPLE-PASSWORD-{asked}"))),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_asked_for_each_login() {
    let network = with_logins(|_| FakeAnswer::json(r#"{"token":"EXAMPLE","expires_in":100}"#));
    let client = builder(&network)
        .credentials_from("intake", Vault(AtomicUsize::new(0)))
        .build()
        .unwrap();
    let error = client.sessions().open().send().await.unwrap_err();
    assert_eq!(told(&error), ("credentials", None, None, 0, "not_sent"));
    assert_eq!(network.count(), 0);
    for number in 1..3 {
        client.sessions().open().send().await.unwrap();
        let body = network.requests().pop().unwrap().body;
        let password = format!("EXAMPLE-PASSWORD-{number}");
        assert!(String::from_utf8_lossy(&body).contains(&password));
        advance(Duration::from_secs(101)).await;
    }
}

/// What one process was refused, no other sends, until it is forgotten.
#[tokio::test]
async fn a_refusal_is_shared_until_it_is_forgotten() {
    let sandbox = Sandbox::start().await.unwrap();
    let store = Arc::new(MemoryStore::default());
    let process = || {
        let builder = sandbox
            .client_builder()
            .credentials("wrong@clinic.example", "WRONG");
        builder.store(&store).build().unwrap()
    };
    for _ in 0..3 {
        let error = process().sessions().open().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert_eq!(error.operation(), Some("medreader.sessions.open"));
    }
    assert_eq!(sandbox.count("medreader.sessions.open"), 1);
    let client = process();
    client.sessions().forget_refusal();
    client.sessions().open().await.unwrap_err();
    process().sessions().open().await.unwrap_err();
    assert_eq!(sandbox.count("medreader.sessions.open"), 2);
}
