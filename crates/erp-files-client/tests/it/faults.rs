//! Each operation under each fault on a real socket: what the vendor did, the number of attempts,
//! and that the error's delivery agrees with both.

use common_http::{Body, CallOptions, Delivery, Error, ErrorKind};
use erp_files_client::files::{Files, UploadTarget};
use erp_files_client::sandbox::{Fault, Sandbox};
use erp_files_client::{ErpFilesClient, FileId};
use futures_util::{StreamExt, stream};
use http::StatusCode;

use crate::support::{NAME, Op, PDF, client, eager, files};
use ErrorKind::{Decode, Interrupted, RateLimited, Rejected};
use Of::{Answer, Lost, LostWithItsBody, Readable, Refused};
use testing::time::soon;

/// What a fault means for a call.
#[derive(Debug, Clone, Copy)]
enum Of {
    /// The answer is lost, and nothing of it came.
    Lost,
    /// The same, but the status came.
    LostWithItsBody,
    /// Refused before it acted, so it is repeated.
    Refused(ErrorKind),
    /// A final answer.
    Answer(ErrorKind),
    /// An answer that is of no use only if its content is needed.
    Readable(ErrorKind),
}

#[derive(Debug, Clone)]
struct Row {
    fault: Fault,
    means: Of,
    /// Whether the vendor still acts on the request.
    acts: bool,
}

fn rows() -> Vec<Row> {
    let row = |fault, means, acts| Row { fault, means, acts };
    let soon = || Some("0".to_owned());
    let redirect = |status| Fault::Redirect {
        status,
        // To the sandbox itself: its log would show a redirect that is followed.
        location: "/api/erp/v1/elsewhere".to_owned(),
    };
    vec![
        row(Fault::ResetBeforeEffect, Lost, false),
        row(Fault::ResetAfterRequest, Lost, true),
        row(Fault::Garbage, Lost, true),
        row(Fault::CutBody { after: 0 }, LostWithItsBody, true),
        row(Fault::CutBody { after: usize::MAX }, LostWithItsBody, true),
        row(Fault::BadJson, Readable(Decode), true),
        row(Fault::ContentEncoding, Answer(Decode), true),
        row(redirect(StatusCode::FOUND), Answer(Rejected), false),
        row(
            redirect(StatusCode::TEMPORARY_REDIRECT),
            Answer(Rejected),
            false,
        ),
        row(
            Fault::Throttled {
                retry_after: soon(),
            },
            Refused(RateLimited),
            false,
        ),
        row(
            Fault::Throttled { retry_after: None },
            Refused(RateLimited),
            false,
        ),
        row(
            Fault::Unavailable {
                retry_after: soon(),
            },
            Refused(ErrorKind::Server),
            false,
        ),
    ]
}

/// Each row has an analysis of its own, so that none sees what another has left.
struct Place<'a> {
    sandbox: &'a Sandbox,
    analysis: String,
}

impl Place<'_> {
    fn files(&self, client: &ErpFilesClient) -> Files {
        client.files(&7.into(), &self.analysis.as_str().into())
    }

    /// Prepares what a call of the operation needs, and empties the log.
    async fn prepare(&self, op: Op, helper: &ErpFilesClient) -> (UploadTarget, FileId) {
        let files = self.files(helper);
        let mut file = FileId::from(1);
        match op {
            Op::SetSend | Op::Delete => {
                file = self.sandbox.add_file("7", &self.analysis, NAME, PDF).into();
            }
            Op::Finalize => {
                let target = files.initialize(NAME).send().await.unwrap();
                let transfer = files.transfer(&target, Body::from(PDF));
                transfer.send().await.unwrap();
            }
            _ => {}
        }
        let other = files.initialize("other.pdf").send().await.unwrap();
        self.sandbox.clear_requests();
        (other, file)
    }

    /// Whether the vendor did it. A list and a token leave nothing behind.
    async fn happened(&self, op: Op, helper: &ErpFilesClient) -> Option<bool> {
        let listed = self.sandbox.files("7", &self.analysis);
        let file = listed.into_iter().find(|file| file.name == NAME);
        Some(match op {
            Op::Token | Op::List => return None,
            Op::Initialize => {
                let begun = self.sandbox.unfinished("7", &self.analysis);
                begun.contains(&NAME.to_owned())
            }
            // What the storage has can be finalized.
            Op::Transfer => self
                .files(helper)
                .finalize("other.pdf")
                .send()
                .await
                .is_ok(),
            Op::Finalize => file.is_some(),
            Op::SetSend => file.is_some_and(|file| file.is_send),
            Op::Delete => file.is_none(),
        })
    }
}

fn is_effectful(op: Op) -> bool {
    matches!(op, Op::Initialize | Op::Finalize | Op::SetSend)
}

/// How a call ends that always meets the fault: attempts, and the kind of the error if it fails.
fn end(row: &Row, op: Op) -> (u32, Option<ErrorKind>) {
    let needs_the_answer = matches!(op, Op::Token | Op::Initialize | Op::List);
    match row.means {
        // The second attempt does not find the file, and so knows that the first deleted it.
        LostWithItsBody if op == Op::Delete => (2, None),
        Lost | LostWithItsBody if is_effectful(op) => (1, Some(Interrupted)),
        Lost | LostWithItsBody => (op.attempts(), Some(Interrupted)),
        Refused(RateLimited) if op == Op::Token => (1, Some(RateLimited)),
        Refused(kind) => (op.attempts(), Some(kind)),
        Readable(_) if !needs_the_answer => (1, None),
        Answer(kind) | Readable(kind) => (1, Some(kind)),
    }
}

fn delivery(row: &Row, op: Op) -> Delivery {
    match row.means {
        _ if op == Op::Token => Delivery::NotSent,
        Lost | LostWithItsBody => Delivery::Unknown,
        Refused(_) | Answer(_) | Readable(_) => Delivery::Answered,
    }
}

/// An error's delivery must agree with what the sandbox saw.
fn assert_sound(error: &Error, op: Op, sandbox: &Sandbox, what: &str) {
    let seen = match op {
        // The call that needed the token is a list.
        Op::Token => sandbox.requests_for(Op::List.id()),
        _ => sandbox.requests_for(op.id()),
    };
    match error.delivery() {
        Delivery::NotSent => assert_eq!(seen.len(), 0, "{what}"),
        Delivery::Answered => assert!(
            seen.last().is_some_and(|last| last.status.is_some()),
            "{what}"
        ),
        Delivery::Unknown => assert!(!seen.is_empty(), "{what}"),
    }
}

/// All rows of an operation in turn.
async fn check_all(op: Op) {
    let sandbox = Sandbox::start().await.unwrap();
    let mut made = client(&sandbox, eager());
    let mut analyses = 100..;
    let mut place = || Place {
        sandbox: &sandbox,
        analysis: analyses.next().unwrap().to_string(),
    };
    for row in rows() {
        let what = format!("{op:?}, {row:?}");
        let (attempts, kind) = end(&row, op);
        for always in [true, false] {
            // A token that is there is not requested again.
            if op == Op::Token {
                made = client(&sandbox, eager());
            }
            let (place, helper) = (place(), sandbox.client());
            let (target, file) = place.prepare(op, &helper).await;
            let times = if always { attempts } else { 1 };
            let times = times as usize;
            sandbox
                .fail_times(op.id(), times, row.fault.clone())
                .unwrap();
            let options = CallOptions::default();
            let call = op.call_with(place.files(&made), &target, &file, options);
            let result = soon(Box::pin(call)).await;

            let survives = kind.is_none() || (attempts > 1 && !always);
            let expected = kind.filter(|_| !survives);
            assert_eq!(
                result.as_ref().err().map(Error::kind),
                expected,
                "{what}: {result:?}"
            );
            if let Err(error) = &result {
                let is = (error.operation(), error.attempts(), error.delivery());
                assert_eq!(is, (Some(op.id()), attempts, delivery(&row, op)), "{what}");
                assert_sound(error, op, &sandbox, &what);
            }
            let expected = if survives && attempts > 1 { 2 } else { times };
            assert_eq!(sandbox.count(op.id()), expected, "{what}");
            let requests = sandbox.requests();
            assert!(
                requests.iter().all(|request| request.operation.is_some()),
                "{what}: no redirect is followed"
            );
            let expected = row.acts || (survives && !always);
            if let Some(happened) = place.happened(op, &helper).await {
                assert_eq!(happened, expected, "{what}");
            }
            sandbox.clear_faults();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_under_every_fault_of_a_socket() {
    // A few at a time: the test is not about a machine under load.
    let checks = stream::iter(Op::ALL.map(|op| Box::pin(check_all(op))));
    checks.buffer_unordered(4).collect::<()>().await;
}

/// Undocumented fields, and dates that are null.
#[tokio::test]
async fn drift_does_no_harm() {
    let sandbox = Sandbox::start().await.unwrap();
    let helper = sandbox.client();
    for (analysis, op) in Op::ALL.into_iter().enumerate() {
        let analysis = analysis.to_string();
        let place = Place {
            sandbox: &sandbox,
            analysis,
        };
        let (target, file) = place.prepare(op, &helper).await;
        sandbox.fail_always(op.id(), Fault::Drift).unwrap();
        let client = if op == Op::Token {
            client(&sandbox, eager())
        } else {
            sandbox.client()
        };
        let call = op.call_with(place.files(&client), &target, &file, CallOptions::default());
        soon(Box::pin(call)).await.unwrap();
        assert_ne!(place.happened(op, &helper).await, Some(false), "{op:?}");
        sandbox.clear_faults();
    }
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let helper = sandbox.client();
    let target = files(&helper).initialize(NAME).send().await.unwrap();
    let client = client(&sandbox, eager());
    sandbox.clear_requests();
    sandbox.stop().await;
    for op in Op::ALL {
        let error = soon(Box::pin(op.call(&client, &target))).await.unwrap_err();
        let is = (error.kind(), error.delivery());
        assert_eq!(is, (ErrorKind::Connect, Delivery::NotSent));
        // All but the transfer need a token first.
        let operation = if op == Op::Transfer {
            op.id()
        } else {
            Op::Token.id()
        };
        assert_eq!((error.operation(), error.attempts()), (Some(operation), 3));
    }
    assert!(sandbox.requests().is_empty());
}
