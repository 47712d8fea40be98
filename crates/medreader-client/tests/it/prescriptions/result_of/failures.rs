//! What fails beside the poll by the upload's own id, and ids that no path can have.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common_http::transport::FakeAnswer;
use medreader_client::prescriptions::{FoundResult, WaitOptions};
use serde_json::json;
use tokio::time::Instant;

use super::{before, found, lists, result, tenant};
use crate::prescriptions::wait::{status, unknown};
use crate::support::{UPLOAD, client, refusal, told, vendor};

/// The list only helps: the result may still be found by the upload's own id.
#[tokio::test(start_paused = true)]
async fn a_folder_that_cannot_be_listed_does_not_end_it() {
    for list in [
        || refusal(404, "erro"),
        || refusal(400, "bad_request"),
        || refusal(403, "erro"),
        || FakeAnswer::status(200).chunk(Duration::ZERO, "<html>"),
        || FakeAnswer::json(r#"{"error":"erro"}"#),
    ] {
        let began = Instant::now();
        let network = vendor(move |request, _| match request.target.as_str() {
            target if target.contains("/results?") => list(),
            _ if began.elapsed().as_secs() < 20 => unknown(),
            _ => status("completed"),
        });
        let found = found(&network, &json!([])).await.unwrap();
        assert!(matches!(found, FoundResult::SameId(_)));
        assert!(lists(&network) > 1);

        let network = vendor(move |request, _| match request.target.as_str() {
            target if target.contains("/results?") => list(),
            _ => unknown(),
        });
        let error = super::found(&network, &json!([])).await.unwrap_err();
        assert_eq!(error.operation(), Some("medreader.prescriptions.result"));
        let code = Some("prescription_file_not_found");
        assert_eq!(told(&error), ("timeout", Some(404), code, 1, "answered"));
    }
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_end_it() {
    let network = vendor(|request, _| {
        if request.target.contains("/results?") {
            refusal(401, "tenant_invalid")
        } else {
            unknown()
        }
    });
    let began = Instant::now();
    let error = found(&network, &json!([])).await.unwrap_err();
    assert_eq!(error.kind().as_str(), "credentials");
    assert!(began.elapsed() < Duration::from_secs(10));
}

/// A new one in the folder that cannot be read, for example because no path can have its id.
#[tokio::test(start_paused = true)]
async fn a_new_result_that_cannot_be_read_does_not_end_it() {
    for (id, answer) in [("a/b", 404), ("new", 400), ("new", 403)] {
        let began = Instant::now();
        let network = tenant(
            move |asked, at| match asked {
                UPLOAD if at.as_secs() >= 20 => status("completed"),
                UPLOAD => unknown(),
                _ => refusal(answer, "erro"),
            },
            move |_| json!([{"id": id}]),
        );
        let found = found(&network, &json!([])).await.unwrap();
        assert!(matches!(found, FoundResult::SameId(_)), "{id}");
        assert!(began.elapsed() >= Duration::from_secs(20));
    }
}

/// Then it is in the folder, or nowhere.
#[tokio::test(start_paused = true)]
async fn an_upload_whose_id_no_path_can_have_is_found_in_the_folder() {
    let network = tenant(|id, _| result(id, "completed"), |_| json!([{"id": "new"}]));
    let prescriptions = client(&network).prescriptions();
    let waiting = prescriptions.result_of(&"a/b".into());
    let waiting = waiting.since(before(&json!([])));
    let found = waiting.wait(WaitOptions::default()).await.unwrap();
    assert!(matches!(&found, FoundResult::OnlyNewInFolder(result) if result.id.as_str() == "new"));

    let waiting = prescriptions.result_of(&"a/b".into());
    let error = waiting.wait(WaitOptions::default()).await.unwrap_err();
    assert_eq!(told(&error), ("invalid_input", None, None, 0, "not_sent"));
}

/// For example because it is not in the form of a prescription's id.
#[tokio::test(start_paused = true)]
async fn an_upload_whose_id_the_vendor_refuses_is_found_in_the_folder() {
    for status in [400, 422] {
        let network = tenant(
            move |id, _| match id {
                UPLOAD => refusal(status, "bad_request"),
                id => result(id, "completed"),
            },
            |at| match at.as_secs() {
                0..20 => json!([]),
                _ => json!([{"id": "new"}]),
            },
        );
        let new = found(&network, &json!([])).await.unwrap();
        assert!(matches!(&new, FoundResult::OnlyNewInFolder(new) if new.id.as_str() == "new"));

        let waiting = client(&network).prescriptions().result_of(&UPLOAD.into());
        let error = waiting.wait(WaitOptions::default()).await.unwrap_err();
        let code = Some("bad_request");
        assert_eq!(
            told(&error),
            ("rejected", Some(status), code, 1, "answered")
        );
    }
}

/// It is not about the id.
#[tokio::test(start_paused = true)]
async fn any_other_refusal_ends_it() {
    for status in [403, 405] {
        let network = tenant(
            move |_, _| refusal(status, "erro"),
            |_| json!([{"id": "new"}]),
        );
        let error = found(&network, &json!([])).await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(lists(&network), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_cannot_be_listed_for_a_while_is_asked_again() {
    for hiccup in [502, 429] {
        let lists = AtomicUsize::new(0);
        let network = vendor(move |request, _| {
            if !request.target.contains("/results?") {
                return if request.target.contains("/new/") {
                    result("new", "completed")
                } else {
                    unknown()
                };
            }
            match lists.fetch_add(1, Ordering::SeqCst) {
                0..5 => refusal(hiccup, "erro"),
                _ => FakeAnswer::json(r#"{"results":[{"id":"new"}]}"#),
            }
        });
        let found = found(&network, &json!([])).await.unwrap();
        assert!(matches!(found, FoundResult::OnlyNewInFolder(_)));
    }
}
