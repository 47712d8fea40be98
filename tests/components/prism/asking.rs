//! Asks Prism for one answer, by headers that the clients do not send.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use common_http::transport::{IncomingBody, OutgoingRequest, Transport, TransportError};
use futures_util::StreamExt;
use http::HeaderValue;
use http::header::ACCEPT;
use specs::DocumentedAnswer;
use url::Url;

use crate::support::looker;

/// Sends requests to Prism, whatever their host, and remembers how they were answered.
pub(super) struct Asking {
    client: reqwest::Client,
    prism: Url,
    wanted: Mutex<Option<Wanted>>,
    /// The statuses of the answers since `ask_for`, and what Prism says is wrong with all requests.
    answered: Mutex<(Vec<u16>, Vec<String>)>,
}

struct Wanted {
    prefer: HeaderValue,
    accept: Option<HeaderValue>,
}

impl Asking {
    pub(super) fn new(prism: &str) -> Self {
        Self {
            client: looker(),
            prism: prism.parse().unwrap(),
            wanted: Mutex::default(),
            answered: Mutex::default(),
        }
    }

    /// From now on, Prism chooses the answers.
    pub(super) fn ask_for_nothing(&self) {
        *self.wanted.lock().unwrap() = None;
    }

    /// From now on, Prism is asked for this answer.
    pub(super) fn ask_for(&self, status: u16, answer: &DocumentedAnswer) {
        let mut prefer = format!("code={status}");
        if let Some(name) = &answer.example {
            prefer += &format!(", example={name}");
        }
        let accept = answer.media_type.as_deref();
        *self.wanted.lock().unwrap() = Some(Wanted {
            prefer: prefer.parse().unwrap(),
            accept: accept.map(|media_type| media_type.parse().unwrap()),
        });
        self.answered.lock().unwrap().0.clear();
    }

    /// Checks that all requests fitted the document, and that one answer came since, the wanted.
    pub(super) fn assert_fitting(&self, status: u16, what: &str) {
        let answered = self.answered.lock().unwrap();
        assert_eq!(*answered, (vec![status], vec![]), "{what}");
    }

    /// The URL at Prism. A signed address becomes one segment, because a document has no parameter
    /// of several.
    fn at_prism(&self, url: &Url) -> Url {
        let mut at = self.prism.clone();
        match url.host_str() {
            Some("storage.example.invalid") => {
                at.path_segments_mut().unwrap().push(url.path());
            }
            _ => at.set_path(url.path()),
        }
        at.set_query(url.query());
        at
    }
}

#[async_trait]
impl Transport for Asking {
    async fn send(
        &self,
        request: OutgoingRequest,
    ) -> Result<http::Response<IncomingBody>, TransportError> {
        let url = self.at_prism(&request.url);
        let mut headers = request.headers;
        if let Some(wanted) = &*self.wanted.lock().unwrap_or_else(PoisonError::into_inner) {
            headers.insert("prefer", wanted.prefer.clone());
            if let Some(accept) = &wanted.accept {
                headers.insert(ACCEPT, accept.clone());
            }
        }
        let body = reqwest::Body::wrap(request.body);
        let request = self.client.request(request.method, url).headers(headers);
        let answer = request.body(body).send().await.unwrap();
        let mut answered = self.answered.lock().unwrap();
        answered.0.push(answer.status().as_u16());
        let violations = answer.headers().get_all("sl-violations");
        answered
            .1
            .extend(violations.iter().map(|text| format!("{text:?}")));
        let (parts, body) = http::Response::from(answer).into_parts();
        let stream = http_body_util::BodyExt::into_data_stream(body);
        let stream = stream.map(|bytes| bytes.map_err(|_| TransportError::Interrupted));
        Ok(http::Response::from_parts(parts, Box::pin(stream)))
    }
}
