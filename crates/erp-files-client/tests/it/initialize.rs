//! The first step: what is sent, and the closed list of answers.

use common_http::transport::FakeAnswer;
use common_http::{Delivery, ErrorKind};
use erp_files_client::sandbox::{AddressShape, Settings};
use proptest::prelude::*;

use crate::support::{ADDRESS, NAME, Op, PDF, files, network, on, started};

/// Initializes at a fake ERP that answers this.
async fn answered(
    body: impl Into<Vec<u8>>,
) -> common_http::Result<erp_files_client::files::UploadTarget> {
    let body = bytes::Bytes::from(body.into());
    let network = network(move |op, _| {
        (op == Op::Initialize)
            .then(|| FakeAnswer::status(200).chunk(std::time::Duration::ZERO, body.clone()))
    });
    files(&on(&network)).initialize(NAME).send().await
}

/// The ERP's framework answers plain text if no media type is requested.
#[tokio::test]
async fn an_address_in_each_shape_that_the_sandbox_plays() {
    let member = |name: &str| AddressShape::Member(name.to_owned());
    for shape in [
        AddressShape::JsonString,
        AddressShape::Text,
        member("url"),
        member("Url"),
        member("uri"),
        member("uploadUrl"),
        member("UploadUrl"),
    ] {
        let sandbox = started(Settings {
            address_shape: shape,
            ..Settings::default()
        })
        .await;
        let files = files(&sandbox.client());
        let upload = files.upload(NAME, common_http::Body::from(PDF));
        upload.send().await.unwrap();
        assert_eq!(sandbox.count("erp.files.transfer"), 1);
        assert_eq!(sandbox.files("7", "12")[0].size, PDF.len() as u64);
    }
}

#[tokio::test]
async fn any_other_answer_is_an_error_with_its_body() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "ok",
        "1",
        "\"\"",
        r#"{"link":"https://storage.example/a"}"#,
        r#"{"data":{"url":"https://storage.example/a"}}"#,
        r#"["https://storage.example/a"]"#,
        r#"{"url":["https://storage.example/a"]}"#,
        r#"{"url":"/container/a"}"#,
        "storage.example/a",
        "the url is https://storage.example/a",
        "\"ftp://storage.example/a\"",
        "\"https://storage.example/a/../b\"",
        // A page that nobody asked for: what became of the request is not known.
        "<a href=\"https://storage.example/a\">",
    ] {
        let error = answered(body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
        assert_eq!(error.body(), body.as_bytes());
        let is = (error.operation(), error.attempts(), error.delivery());
        let delivery = if body.starts_with('<') {
            Delivery::Unknown
        } else {
            Delivery::Answered
        };
        assert_eq!(is, (Some("erp.files.initialize"), 1, delivery), "{body}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    }
}

fn block_on<T>(what: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(what)
}

/// A word with some of its letters in the other case.
fn in_any_case(word: &'static str) -> impl Strategy<Value = String> {
    prop::collection::vec(any::<bool>(), word.len()).prop_map(move |upper| {
        let letters = word.chars().zip(upper);
        let cased = letters.map(|(letter, upper)| {
            if upper {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            }
        });
        cased.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the answer: a target, or an error that has the answer, and no panic.
    #[test]
    fn no_answer_is_lost(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let result = block_on(answered(body.clone()));
        if let Err(error) = result {
            prop_assert_eq!(error.kind(), ErrorKind::Decode);
            prop_assert_eq!(error.body(), &body[..]);
        } else {
            prop_assert!(body.windows(3).any(|part| part == b"://"));
        }
    }

    #[test]
    fn the_member_may_be_written_in_any_case(
        member in prop_oneof![in_any_case("url"), in_any_case("uri"), in_any_case("uploadurl")],
        others in prop::collection::btree_map("[a-tv-z]{1,9}", any::<i64>(), 0..4),
    ) {
        let mut answer = serde_json::to_value(others).unwrap();
        answer[&member] = ADDRESS.into();
        let target = block_on(answered(answer.to_string())).unwrap();
        prop_assert_eq!(target.host(), "storage.example");
    }
}

/// What stands beside the URL does not matter, however it is written.
#[tokio::test]
async fn an_odd_byte_beside_the_url_does_not_cost_it() {
    for body in [
        &b"\xef\xbb\xbf\"https://storage.example/a\""[..],
        b"{\"Name\":\"n\xe3o\",\"Url\":\"https://storage.example/a\"}",
        b"{\"Name\":\"a\nb\",\"Url\":\" https://storage.example/a\\n\"}",
        b"{\"Size\":NaN,\"Url\":\"https://storage.example/a\"}",
        b"{\"url\":null,\"Url\":\"https://storage.example/a\"}",
        b"{\"Url\":1,\"Uri\":\"HTTPS://STORAGE.example:443/a\"}",
    ] {
        let target = answered(body).await.unwrap();
        assert_eq!(target.host(), "storage.example");
    }
    // A byte of the URL itself would be lost.
    for body in [
        &b"https://storage.example/n\xe3o"[..],
        b"\"https://storage.example/n\xe3o\"",
    ] {
        assert_eq!(answered(body).await.unwrap_err().kind(), ErrorKind::Decode);
    }
}
