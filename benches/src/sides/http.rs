//! HTTP clients: reqwest, reqwest with middleware, and hyper, which is below both.

use std::path::Path;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest_middleware::ClientWithMiddleware;
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use crate::server::split;
use crate::sides::by_hand::{CREDENTIALS, Http, LOGIN};
use crate::sides::files::{self, UploadBody};

const TOKEN: &str = "bx-session-token";
const JSON: &str = "application/json";

/// reqwest alone.
pub(crate) struct Reqwest {
    client: reqwest::Client,
    url: String,
    /// Whether a download is synced and renamed.
    synced: bool,
}

impl Reqwest {
    pub(crate) fn new(url: &str, synced: bool) -> Self {
        Self {
            client: reqwest_client(),
            url: url.to_owned(),
            synced,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

pub(crate) fn reqwest_client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

impl Http for Reqwest {
    async fn get(&self, _worker: usize, path: &str, authorization: &str) -> (StatusCode, Bytes) {
        let request = self.client.get(self.url(path));
        let request = request.header(AUTHORIZATION, authorization);
        let response = request.send().await.unwrap();
        (response.status(), response.bytes().await.unwrap())
    }

    async fn login(&self) -> String {
        let request = self.client.post(self.url(LOGIN));
        let request = request.header(CONTENT_TYPE, JSON).body(CREDENTIALS);
        token(request.send().await.unwrap().headers())
    }

    async fn download(&self, _worker: usize, path: &str, target: &Path) -> u64 {
        let response = self.client.get(self.url(path)).send().await.unwrap();
        files::save(response.error_for_status().unwrap(), target, self.synced).await
    }

    async fn upload(&self, file: &Path, form: bool) -> Bytes {
        files::upload(&self.client, self.url.as_str(), file, form).await
    }
}

/// reqwest with the usual middleware for retries.
pub(crate) struct Retrying {
    client: ClientWithMiddleware,
    url: String,
}

impl Retrying {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            client: retrying_client(),
            url: url.to_owned(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

pub(crate) fn retrying_client() -> ClientWithMiddleware {
    let policy = ExponentialBackoff::builder().build_with_max_retries(3);
    reqwest_middleware::ClientBuilder::new(reqwest_client())
        .with(RetryTransientMiddleware::new_with_policy(policy))
        .build()
}

impl Http for Retrying {
    async fn get(&self, _worker: usize, path: &str, authorization: &str) -> (StatusCode, Bytes) {
        let request = self.client.get(self.url(path));
        let request = request.header(AUTHORIZATION, authorization);
        let response = request.send().await.unwrap();
        (response.status(), response.bytes().await.unwrap())
    }

    async fn login(&self) -> String {
        let request = self.client.post(self.url(LOGIN));
        let request = request.header(CONTENT_TYPE, JSON).body(CREDENTIALS);
        token(request.send().await.unwrap().headers())
    }

    async fn download(&self, _worker: usize, path: &str, target: &Path) -> u64 {
        let response = self.client.get(self.url(path)).send().await.unwrap();
        files::save(response.error_for_status().unwrap(), target, false).await
    }

    async fn upload(&self, file: &Path, form: bool) -> Bytes {
        assert!(!form, "a form that can be sent again does not exist there");
        files::upload_from_memory(&self.client, &self.url, file).await
    }
}

/// A connection of hyper for each worker.
pub(crate) struct Connections {
    host: String,
    prefix: String,
    senders: Vec<Mutex<SendRequest<UploadBody>>>,
}

impl Connections {
    pub(crate) async fn open(url: &str, workers: usize) -> Self {
        let (host, prefix) = split(url);
        let mut senders = Vec::with_capacity(workers);
        for _ in 0..workers {
            let stream = TcpStream::connect(host).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            senders.push(Mutex::new(sender));
        }
        Self {
            host: host.to_owned(),
            prefix: prefix.to_owned(),
            senders,
        }
    }

    async fn send(
        &self,
        worker: usize,
        request: http::request::Builder,
        path: &str,
        body: UploadBody,
    ) -> Response<Incoming> {
        let uri = format!("{}{path}", self.prefix);
        let request = request.uri(uri).header(HOST, &self.host);
        let mut sender = self.senders[worker].lock().await;
        sender.ready().await.unwrap();
        sender
            .send_request(request.body(body).unwrap())
            .await
            .unwrap()
    }
}

impl Http for Connections {
    async fn get(&self, worker: usize, path: &str, authorization: &str) -> (StatusCode, Bytes) {
        let request = Request::get("/").header(AUTHORIZATION, authorization);
        let response = self.send(worker, request, path, files::nothing()).await;
        whole(response).await
    }

    async fn login(&self) -> String {
        let request = Request::post("/").header(CONTENT_TYPE, JSON);
        let body = UploadBody::new(Full::from(CREDENTIALS).map_err(|never| match never {}));
        let response = self.send(0, request, LOGIN, body).await;
        let token = token(response.headers());
        whole(response).await;
        token
    }

    async fn download(&self, worker: usize, path: &str, target: &Path) -> u64 {
        let response = self
            .send(worker, Request::get("/"), path, files::nothing())
            .await;
        files::save_frames(response, target).await
    }

    async fn upload(&self, file: &Path, form: bool) -> Bytes {
        let (request, body) = files::streamed(Request::builder(), file, form);
        let response = self
            .send(0, request, crate::sides::by_hand::UPLOAD, body)
            .await;
        whole(response).await.1
    }
}

/// hyper-util's pool.
pub(crate) struct Pool {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
}

impl Pool {
    pub(crate) fn new(url: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            url: url.to_owned(),
        }
    }

    fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let uri = format!("{}{path}", self.url);
        Request::builder().method(method).uri(uri)
    }
}

impl Http for Pool {
    async fn get(&self, _worker: usize, path: &str, authorization: &str) -> (StatusCode, Bytes) {
        let request = self
            .request(Method::GET, path)
            .header(AUTHORIZATION, authorization);
        let request = request.body(Full::default()).unwrap();
        whole(self.client.request(request).await.unwrap()).await
    }

    async fn login(&self) -> String {
        let request = self.request(Method::POST, LOGIN).header(CONTENT_TYPE, JSON);
        let request = request.body(Full::from(CREDENTIALS)).unwrap();
        token(self.client.request(request).await.unwrap().headers())
    }

    async fn download(&self, _worker: usize, path: &str, target: &Path) -> u64 {
        let request = self.request(Method::GET, path).body(Full::default());
        let response = self.client.request(request.unwrap()).await.unwrap();
        files::save_frames(response, target).await
    }

    async fn upload(&self, _file: &Path, _form: bool) -> Bytes {
        unimplemented!("the connection is the limit of uploads")
    }
}

fn token(headers: &http::HeaderMap) -> String {
    headers[TOKEN].to_str().unwrap().to_owned()
}

async fn whole(response: Response<Incoming>) -> (StatusCode, Bytes) {
    let status = response.status();
    let body = response.into_body().collect().await.unwrap();
    (status, body.to_bytes())
}
