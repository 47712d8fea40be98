//! The send flag: where it is sent, and that it can be reset.

use common_http::transport::FakeAnswer;
use common_http::{CallOptions, Delivery, Effect};
use erp_files_client::files::SendFlagIn;
use erp_files_client::sandbox::{Sandbox, SendFlag, Settings};

use crate::support::{NAME, Op, PDF, files, network, on, seen, started};

const PATH: &str = "/api/erp/v1/patients/7/analysis/12/files/1";

async fn sandbox(reads: SendFlag) -> Sandbox {
    let sandbox = started(Settings {
        send_flag: reads,
        ..Settings::default()
    })
    .await;
    sandbox.add_file("7", "12", NAME, PDF);
    sandbox
}

#[tokio::test]
async fn is_send_stands_in_a_body_by_setting() {
    let sandbox = sandbox(SendFlag::Body).await;
    let builder = sandbox.client_builder().send_flag_in(SendFlagIn::Body);
    files(&builder.build().unwrap())
        .set_send(&1.into(), true)
        .send()
        .await
        .unwrap();
    assert!(sandbox.files("7", "12")[0].is_send);
    let sent = &sandbox.requests_for("erp.files.set_send")[0];
    assert_eq!(sent.target, PATH);
    assert_eq!(sent.body, r#"{"isSend":true}"#);
    assert_eq!(sent.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn the_flag_can_be_taken_back() {
    for place in [SendFlagIn::Query, SendFlagIn::Body] {
        let sandbox = sandbox(SendFlag::Either).await;
        let client = sandbox
            .client_builder()
            .send_flag_in(place)
            .build()
            .unwrap();
        for send in [true, false] {
            files(&client)
                .set_send(&1.into(), send)
                .send()
                .await
                .unwrap();
            assert_eq!(sandbox.files("7", "12")[0].is_send, send);
        }
    }
}

/// It is effectful unless the caller says otherwise.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_repeated_on_the_callers_word_alone() {
    let lost =
        || network(|op, nth| (op == Op::SetSend && nth == 1).then(|| FakeAnswer::status(502)));
    let erp = lost();
    let error = files(&on(&erp))
        .set_send(&1.into(), true)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.delivery(), seen(&erp, Op::SetSend).len()),
        (Delivery::Unknown, 1)
    );
    let erp = lost();
    let options = CallOptions::default().effect(Effect::Idempotent);
    files(&on(&erp))
        .set_send(&1.into(), true)
        .options(options)
        .send()
        .await
        .unwrap();
    assert_eq!(seen(&erp, Op::SetSend).len(), 2);
}
