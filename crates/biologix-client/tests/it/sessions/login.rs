//! The login and the calls of its session, byte for byte.

use std::sync::Mutex;

use biologix_client::{Credentials, Provider};
use common_http::transport::{FakeAnswer, FakeTransport};
use common_http::{Delivery, Error, ErrorKind, Result, async_trait};

use crate::support::{
    LIST, LOGIN, TOKEN, authorization, builder, client, header, network, page, partner,
    requests_to, targets, without_credentials,
};

#[tokio::test(start_paused = true)]
async fn a_login_name_is_sent_verbatim() {
    let (name, password) = (" c|EXÃMPLE|\"000001\"\\ ", "\u{1F600}%20\t|");
    let network = network(|_| page("[]", 0));
    let client = without_credentials(&network).credentials(name, password);
    let client = client.build().unwrap();
    client.sessions().open().send().await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&network.requests()[0].body).unwrap();
    let expected = serde_json::json!({"username": name, "password": password, "source": 100});
    assert_eq!(body, expected);
}

#[tokio::test(start_paused = true)]
async fn user_id_and_token_go_as_utf8_in_padded_base64() {
    let network = FakeTransport::new(|request| match request.target.as_str() {
        LOGIN => FakeAnswer::json(r#"{"userId":"Ãé:"}"#).header("bx-session-token", "T?~>"),
        _ => page("[]", 0),
    });
    client(&network)
        .exams(&partner())
        .list()
        .send()
        .await
        .unwrap();
    let lists = requests_to(&network, LIST);
    // Padded, and with `+` and `/`, not the characters for URLs.
    assert_eq!(
        header(&lists[0], "authorization"),
        Some("basic w4PDqTo6VD9+Pg==")
    );
}

#[tokio::test(start_paused = true)]
async fn one_session_serves_every_call_and_is_never_closed() {
    let network = network(|_| page("[]", 0));
    let client = client(&network);
    client.sessions().open().send().await.unwrap();
    client.sessions().open().send().await.unwrap();
    for _ in 0..3 {
        let clone = client.clone();
        clone.exams(&partner()).list().send().await.unwrap();
    }
    let list = format!("{LIST}?offset=0&limit=100");
    assert_eq!(targets(&network), [LOGIN, &list, &list, &list]);
    for request in requests_to(&network, LIST) {
        assert_eq!(
            header(&request, "authorization"),
            Some(&*authorization(TOKEN))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_credentials_nothing_is_sent() {
    let network = network(|_| page("[]", 0));
    let client = without_credentials(&network).build().unwrap();
    let list = client.exams(&partner()).list().send().await.unwrap_err();
    assert_eq!(list.operation(), Some("biologix.exams.list"));
    let stream = client.exams(&partner()).list().items().next().await;
    let session = client.sessions().open().send().await.unwrap_err();
    for error in [list, stream.unwrap().unwrap_err(), session] {
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Config, Delivery::NotSent, 0)
        );
    }
    assert_eq!(network.count(), 0);
}

struct Vault(Mutex<Vec<Result<Credentials>>>);

#[async_trait]
impl Provider<Credentials> for Vault {
    async fn get(&self) -> Result<Credentials> {
        self.0.lock().unwrap().remove(0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_asked_at_each_login() {
    let sealed = Error::new(ErrorKind::Credentials);
    let vault = Vault(Mutex::new(vec![
        Err(sealed),
        Ok(Credentials::new("c|EXAMPLE|000001", "OLD")),
        Ok(Credentials::new("c|EXAMPLE|000001", "NEW")),
    ]));
    let network = network(|_| page("[]", 0));
    let client = builder(&network).credentials_from("centre 1", vault);
    let client = client.build().unwrap();
    let error = client.exams(&partner()).list().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    assert_eq!((error.delivery(), network.count()), (Delivery::NotSent, 0));
    for _ in 0..2 {
        client.exams(&partner()).list().send().await.unwrap();
        tokio::time::sleep(crate::support::DAY * 6).await;
    }
    let logins = requests_to(&network, LOGIN);
    assert_eq!(logins.len(), 2);
    for (login, password) in logins.iter().zip(["OLD", "NEW"]) {
        let body: serde_json::Value = serde_json::from_slice(&login.body).unwrap();
        assert_eq!(body["password"], password);
    }
}
