//! What a program would write without our clients.

use std::path::Path;

use bytes::Bytes;
use reqwest_middleware::ClientWithMiddleware;
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use tokio::io::AsyncWriteExt;

/// The token `0000001AA:EXAMPLETOKEN`, encoded in advance.
const AUTHORIZATION: &str = "basic MDAwMDAwMUFBOkVYQU1QTEVUT0tFTg==";

/// reqwest alone. Its errors panic here; a program would have to handle them.
pub(crate) struct Plain {
    client: reqwest::Client,
    url: String,
}

/// reqwest with the usual middleware for retries.
pub(crate) fn middleware(plain: &Plain) -> ClientWithMiddleware {
    let policy = ExponentialBackoff::builder().build_with_max_retries(3);
    reqwest_middleware::ClientBuilder::new(plain.client.clone())
        .with(RetryTransientMiddleware::new_with_policy(policy))
        .build()
}

impl Plain {
    pub(crate) fn new(url: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            client,
            url: url.to_owned(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(crate) async fn get(&self, path: &str) -> Bytes {
        let request = self
            .client
            .get(self.url(path))
            .header("authorization", AUTHORIZATION);
        let response = request.send().await.unwrap().error_for_status().unwrap();
        response.bytes().await.unwrap()
    }

    pub(crate) async fn get_with(&self, client: &ClientWithMiddleware, path: &str) -> Bytes {
        let request = client
            .get(self.url(path))
            .header("authorization", AUTHORIZATION);
        let response = request.send().await.unwrap().error_for_status().unwrap();
        response.bytes().await.unwrap()
    }

    /// Copies the answer into a file, at once under its final name or `safely`: under another name
    /// until it is complete and on the disk.
    pub(crate) async fn to_file(&self, path: &str, target: &Path, safely: bool) {
        let mut response = self.client.get(self.url(path)).send().await.unwrap();
        let part = if safely {
            target.with_extension("part")
        } else {
            target.to_owned()
        };
        let mut file = tokio::fs::File::create(&part).await.unwrap();
        while let Some(chunk) = response.chunk().await.unwrap() {
            file.write_all(&chunk).await.unwrap();
        }
        file.flush().await.unwrap();
        if safely {
            file.sync_all().await.unwrap();
            tokio::fs::rename(&part, target).await.unwrap();
        }
    }
}
