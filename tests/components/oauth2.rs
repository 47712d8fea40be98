//! oidc-provider, a certified OAuth2 server, with an ERP that accepts only its tokens
//! (`oauth2.mjs`).

use std::path::Path;
use std::time::Duration;

use common_http::{Delivery, ErrorKind};
use erp_files_client::files::Files;
use erp_files_client::{ClientCredentials, ErpFilesClient, ErrorCode};
use futures_util::future::join_all;

use crate::component::{Running, bare_command, listens, npm_file, program};
use crate::support::{eager, files_of, looker, soon};

struct OAuth2 {
    _running: Running<1>,
    url: String,
}

impl OAuth2 {
    async fn start() -> Option<Self> {
        let node = program("node")?;
        let module = npm_file("oidc-provider/lib/index.js")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("components/oauth2.mjs");
        let running = Running::start(
            |_, [port]| {
                let mut command = bare_command(&node);
                command.arg(&script).arg(&module).arg(port.to_string());
                command
            },
            async |[port]| listens(port).await,
        );
        let running = running.await;
        let url = format!("http://127.0.0.1:{}", running.ports[0]);
        Some(Self {
            _running: running,
            url,
        })
    }

    fn client(&self, id: &str, secret: &str) -> ErpFilesClient {
        self.client_with(ClientCredentials::new(id, secret))
    }

    fn client_with(&self, credentials: ClientCredentials) -> ErpFilesClient {
        let token_url = format!("{}/token", self.url);
        let builder = ErpFilesClient::builder()
            .base_url(&self.url)
            .credentials(credentials.token_url(token_url));
        builder.http(eager()).build().unwrap()
    }

    async fn token_requests(&self) -> usize {
        self.ask("/token-requests").await.parse().unwrap()
    }

    async fn lives(&self, token: &str) -> bool {
        self.ask(&format!("/lives/{token}")).await == "true"
    }

    async fn ask(&self, path: &str) -> String {
        let answer = looker().get(format!("{}{path}", self.url)).send().await;
        answer.unwrap().text().await.unwrap()
    }
}

async fn list(files: &Files) -> common_http::Result<()> {
    let listed = soon(files.list().send()).await?;
    assert!(listed.is_empty());
    Ok(())
}

#[tokio::test]
async fn one_token_for_all_calls() {
    let Some(oauth2) = OAuth2::start().await else {
        return;
    };
    let files = files_of(&oauth2.client("EXAMPLE-CLIENT", "EXAMPLE-SECRET"));
    for result in join_all((0..50).map(|_| list(&files))).await {
        result.unwrap();
    }
    assert_eq!(oauth2.token_requests().await, 1);
}

#[tokio::test]
async fn a_secret_of_odd_letters_arrives() {
    let Some(oauth2) = OAuth2::start().await else {
        return;
    };
    let files = files_of(&oauth2.client("EXAMPLE-ODD", "EXAMPLE&SECRET=+ %41/~"));
    list(&files).await.unwrap();
}

/// The lifetime of the tokens of `EXAMPLE-SHORT`.
const SHORT: Duration = Duration::from_secs(2);

#[tokio::test]
async fn an_ended_token_is_renewed() {
    let Some(oauth2) = OAuth2::start().await else {
        return;
    };
    let files = files_of(&oauth2.client("EXAMPLE-SHORT", "EXAMPLE-SECRET"));
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let listed = soon(files.list().send()).await.unwrap();
        tokens.push(listed[0].value().unwrap().name.clone().unwrap());
        // The lifetime must pass on the server's clock and on the client's.
        tokio::time::sleep(SHORT).await;
    }
    assert_eq!(oauth2.token_requests().await, 2);
    assert_ne!(tokens[0], tokens[1]);
    for token in &tokens {
        assert!(!oauth2.lives(token).await);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_tried_once() {
    let Some(oauth2) = OAuth2::start().await else {
        return;
    };
    for (round, (id, secret)) in [
        ("EXAMPLE-CLIENT", "EXAMPLE-WRONG-SECRET"),
        ("EXAMPLE-UNKNOWN", "EXAMPLE-SECRET"),
    ]
    .into_iter()
    .enumerate()
    {
        let files = files_of(&oauth2.client(id, secret));
        for result in join_all((0..50).map(|_| list(&files))).await {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
            assert_eq!(error.operation(), Some("erp.sessions.open"));
            assert_eq!(ErrorCode::of(&error), Some(ErrorCode::InvalidClient));
            assert_eq!(error.delivery(), Delivery::NotSent);
            let text = format!("{error} {error:?}");
            assert!(!text.contains(id) && !text.contains(secret), "{text}");
        }
        assert_eq!(oauth2.token_requests().await, round + 1);
    }
}

#[tokio::test]
async fn scopes_that_the_client_does_not_have() {
    let Some(oauth2) = OAuth2::start().await else {
        return;
    };
    let client = |scope: &str| {
        let credentials = ClientCredentials::new("EXAMPLE-CLIENT", "EXAMPLE-SECRET");
        files_of(&oauth2.client_with(credentials.scope(scope)))
    };
    // A scope that the server knows.
    let error = list(&client("gambit:erp gambit:erp:users"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::InvalidScope));
    assert_eq!(error.delivery(), Delivery::NotSent);
    // The server silently leaves an unknown scope out of the token, and the ERP refuses that token.
    let error = list(&client("gambit:unknown")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert_eq!(error.operation(), Some("erp.files.list"));
    assert!(error.to_string().contains("gambit:erp"), "{error}");
    // Together with a known scope it does no harm.
    list(&client("gambit:unknown gambit:erp")).await.unwrap();
}
