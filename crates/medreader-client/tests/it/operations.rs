//! What MedReader means by its codes and by a 401, for every operation. How each ends under each
//! fault is in `tests/matrix`.

mod cases;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use common_http::CallOptions;
use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use medreader_client::OPERATIONS;
use medreader_client::prescriptions::{PrescriptionFile, WaitOptions};
use tokio::time::advance;

use self::cases::cases;
use crate::support::{authorization, calls, client, folder, logins, refusal, told, vendor};

fn always(answer: impl Fn() -> FakeAnswer + Send + Sync + 'static) -> Arc<FakeTransport> {
    vendor(move |_, _| answer())
}

#[test]
fn each_operation_but_the_login_has_a_case() {
    let cases: BTreeSet<&str> = cases().iter().map(|case| case.operation.id()).collect();
    let mut operations: BTreeSet<&str> =
        OPERATIONS.iter().map(|operation| operation.id()).collect();
    // Logins are tested with the sessions.
    assert!(operations.remove("medreader.sessions.open"));
    assert_eq!(cases, operations);
}

#[tokio::test(start_paused = true)]
async fn a_call_keeps_to_its_options() {
    let network =
        always(|| FakeAnswer::error(TransportError::Connect(common_http::Cause::Refused)));
    let client = client(&network);
    let (folders, settings) = (client.folders(), client.configuration());
    let prescriptions = client.prescriptions();
    let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 exemplo");
    let id = "1".into();
    let once = || CallOptions::default().max_attempts(1);
    let errors = [
        folders.create("Pasta").options(once()).await.map(drop),
        folders.get(&folder()).options(once()).await.map(drop),
        prescriptions
            .upload(&folder(), file)
            .options(once())
            .await
            .map(drop),
        prescriptions.result(&id).options(once()).await.map(drop),
        prescriptions
            .results(&folder())
            .options(once())
            .await
            .map(drop),
        settings.get().options(once()).await.map(drop),
        settings
            .update()
            .s3_region("a")
            .options(once())
            .await
            .map(drop),
    ];
    assert_eq!(calls(&network).len(), errors.len());
    for error in errors {
        let error = error.unwrap_err();
        assert_eq!(told(&error), ("connect", None, None, 1, "not_sent"));
    }

    // A poll of a wait keeps to them, too, and then it is polled again.
    let wait = || WaitOptions::default().deadline(Duration::from_secs(1));
    let result = prescriptions.result(&id).options(once());
    let upload = prescriptions.result_of(&"1".into()).options(once());
    let errors = [
        result.wait(wait()).await.unwrap_err(),
        upload.wait(wait()).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(told(&error), ("connect", None, None, 1, "not_sent"));
    }
}

/// An accepted session that is refused within the minute has ended. But where 401 is also a missing
/// permission it says nothing, and another login would only help to lock the account.
#[tokio::test(start_paused = true)]
async fn a_session_that_was_accepted_is_renewed_at_any_age_but_for_the_configuration() {
    for case in cases() {
        let is_configuration = case.operation.path().ends_with("/configurations");
        let success = case.success;
        let network = vendor(move |request, call| match (call, authorization(request)) {
            (1.., "Bearer EXAMPLE.TOKEN.1") => refusal(401, "unauthorized"),
            _ => FakeAnswer::json(success),
        });
        let client = client(&network);
        (case.send)(client.clone()).await.unwrap();
        let again = (case.send)(client.clone()).await;
        assert_eq!(again.is_ok(), !is_configuration, "{}", case.operation);
        if let Err(error) = again {
            let expected = (
                "permission_denied",
                Some(401),
                Some("unauthorized"),
                1,
                "answered",
            );
            assert_eq!(told(&error), expected);
            assert_eq!(logins(&network), 1);
            advance(Duration::from_secs(61)).await;
            (case.send)(client).await.unwrap();
        }
        assert_eq!(logins(&network), 2, "{}", case.operation);
    }
}

#[tokio::test(start_paused = true)]
async fn a_401_that_a_new_login_does_not_help_is_the_end() {
    for case in cases() {
        let network = always(|| refusal(401, "unauthorized"));
        let client = client(&network);
        client.sessions().open().send().await.unwrap();
        advance(Duration::from_secs(61)).await;
        let error = (case.send)(client).await.unwrap_err();
        let kind = if case.operation.path().ends_with("/configurations") {
            "permission_denied"
        } else {
            "unauthenticated"
        };
        assert_eq!(
            told(&error),
            (kind, Some(401), Some("unauthorized"), 2, "answered")
        );
        assert_eq!(
            (logins(&network), calls(&network).len()),
            (2, 2),
            "{}",
            case.operation
        );
    }
}
