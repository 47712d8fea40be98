//! The README's check of the key, as it is there.

use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport};
use gensoft_client::HttpOptions;

use crate::support::over;

include!("accepts_key.rs");

/// A web page under 200.
const HTML: u16 = 0;

#[tokio::test(start_paused = true)]
async fn the_key_is_compared_with_none() {
    assert!(include_str!("../../README.md").contains(include_str!("accepts_key.rs")));
    for (with_key, without_key, accepted) in [
        (200, 401, Some(true)),
        (405, 403, Some(true)),
        (401, 401, Some(false)),
        (403, 401, Some(false)),
        (403, 403, None),
        (405, 405, None),
        (404, 404, None),
        (200, 200, None),
        (302, 401, None),
        (400, 401, None),
        (404, 401, None),
        (500, 401, None),
        (HTML, 401, None),
    ] {
        let network = FakeTransport::new(move |request| {
            let has_key = request.headers.contains_key("authorization");
            match if has_key { with_key } else { without_key } {
                HTML => FakeAnswer::status(200).chunk(Duration::ZERO, "<html>"),
                status => FakeAnswer::status(status),
            }
        });
        let client = over(&network, HttpOptions::default());
        assert_eq!(
            accepts_key(&client).await.unwrap(),
            accepted,
            "{with_key} {without_key}"
        );
        // Nothing that could have an effect is sent.
        for request in network.requests() {
            assert_eq!((request.method, request.body.len()), (Method::OPTIONS, 0));
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error() {
    let client = GensoftClient::builder()
        .base_url("http://127.0.0.1:1")
        .api_key("EXAMPLE-KEY");
    let http = crate::support::eager();
    let error = accepts_key(&client.http(http).build().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
}
