//! What a program would write without our clients, over any HTTP client.

use std::path::Path;
use std::sync::Mutex;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::StatusCode;

use crate::sides::{PlainExam, Side};

pub(crate) const LOGIN: &str = "/v2/sessions/open";
pub(crate) const CREDENTIALS: &str =
    r#"{"username":"c|EXAMPLE|000001","password":"EXAMPLE-PASSWORD","source":100}"#;
pub(crate) const UPLOAD: &str = "/api/v1/results/upload/execution/1";

/// An HTTP client. Its failures panic; a program would have to handle them.
pub(crate) trait Http {
    async fn get(&self, worker: usize, path: &str, authorization: &str) -> (StatusCode, Bytes);

    /// Logs in; returns the session's token.
    async fn login(&self) -> String;

    async fn download(&self, worker: usize, path: &str, target: &Path) -> u64;

    async fn upload(&self, file: &Path, form: bool) -> Bytes;
}

/// One session, which is renewed once for all who wait for it.
pub(crate) struct ByHand<H> {
    http: H,
    authorization: Mutex<String>,
    renewal: tokio::sync::Mutex<()>,
}

impl<H: Http> ByHand<H> {
    pub(crate) async fn start(http: H) -> Self {
        let authorization = authorization(&http.login().await);
        Self {
            http,
            authorization: Mutex::new(authorization),
            renewal: tokio::sync::Mutex::new(()),
        }
    }

    fn authorization(&self) -> String {
        self.authorization.lock().unwrap().clone()
    }

    async fn renew(&self, expired: &str) {
        let _one = self.renewal.lock().await;
        if self.authorization() == expired {
            let renewed = authorization(&self.http.login().await);
            *self.authorization.lock().unwrap() = renewed;
        }
    }
}

fn authorization(token: &str) -> String {
    let pair = BASE64_STANDARD.encode(format!("0000001AA:{token}"));
    format!("basic {pair}")
}

impl<H: Http> Side for ByHand<H> {
    async fn exams(&self, worker: usize, partner: &str, offset: usize, limit: usize) -> usize {
        let path = format!("/v2/partners/{partner}/exams?offset={offset}&limit={limit}");
        loop {
            let authorization = self.authorization();
            let (status, body) = self.http.get(worker, &path, &authorization).await;
            if status == StatusCode::UNAUTHORIZED {
                self.renew(&authorization).await;
                continue;
            }
            assert_eq!(status, StatusCode::OK);
            let exams: Vec<PlainExam> = serde_json::from_slice(&body).unwrap();
            return exams.len();
        }
    }

    async fn download(&self, worker: usize, key: &str, target: &Path) -> u64 {
        let path = format!("/v2/exams/{key}/files/report.pdf");
        self.http.download(worker, &path, target).await
    }

    async fn upload(&self, file: &Path, form: bool) -> u64 {
        let answer = self.http.upload(file, form).await;
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        answer["received"].as_u64().unwrap()
    }
}
