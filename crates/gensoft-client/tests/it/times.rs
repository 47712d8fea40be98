//! No call waits forever, and none that makes progress is ended. A scripted network, paused time.

use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport};
use gensoft_client::attendances::{Attachment, Attendance, Moment};
use gensoft_client::{Body, CallOptions, Delivery, Error, ErrorKind, HttpOptions};
use serde_json::json;
use tokio::time::Instant;

use crate::support::over;

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn timed<T>(call: impl Future<Output = Result<T, Error>>) -> (Option<Error>, Duration) {
    let started = Instant::now();
    (call.await.err(), started.elapsed())
}

/// The source is read before anything is sent: for at most 30 s, or until the deadline.
#[tokio::test(start_paused = true)]
async fn a_report_that_never_begins_times_out() {
    let network = FakeTransport::new(|_| FakeAnswer::json("{}"));
    let by = |limit| CallOptions::default().deadline(seconds(limit));
    let short = HttpOptions::default().deadline(seconds(6));
    for (http, options, limit) in [
        (HttpOptions::default(), CallOptions::default(), 30),
        (HttpOptions::default(), by(5), 5),
        (short.clone(), CallOptions::default(), 6),
        (short, by(9), 9),
    ] {
        let client = over(&network, http);
        let (silent, _open) = tokio::io::duplex(16);
        let upload = client
            .reports()
            .upload(&10.into(), Body::single_pass(silent, 100));
        let (error, took) = timed(upload.options(options).send()).await;
        let error = error.expect("nothing was there to be sent");
        assert_eq!(
            (error.kind(), error.delivery(), error.operation()),
            (
                ErrorKind::Timeout,
                Delivery::NotSent,
                Some("gensoft.reports.upload")
            )
        );
        assert_eq!((took, error.attempts()), (seconds(limit), 0));
    }
    assert_eq!(network.count(), 0);
}

/// An attendance with attachments over a slow line takes two and a half minutes.
#[tokio::test(start_paused = true)]
async fn an_attendance_that_makes_progress_has_no_time_limit() {
    let network =
        FakeTransport::new(|_| FakeAnswer::json("{}").read_slowly(64 * 1024, seconds(10)));
    let client = over(&network, HttpOptions::default());
    let file = Attachment::from_bytes("pedido.pdf", "application/pdf", &vec![b'x'; 750_000]);
    let attendance = Attendance::new(Moment::AttachmentsChanged).attachment(file);
    let (error, took) = timed(client.attendances().send(&attendance).send()).await;
    assert!(error.is_none(), "{error:?}");
    assert!(took > seconds(120), "{took:?}");
    assert_eq!(network.count(), 1);

    // The caller's deadline still holds.
    let options = CallOptions::default().deadline(seconds(45));
    let (error, took) = timed(
        client
            .attendances()
            .send(&attendance)
            .options(options)
            .send(),
    )
    .await;
    let error = error.expect("the deadline passed");
    assert_eq!(
        (error.kind(), error.delivery(), took),
        (ErrorKind::Timeout, Delivery::Unknown, seconds(45))
    );
}

/// A proxy may pass on what it has whole only then, so the answer takes its time.
#[tokio::test(start_paused = true)]
async fn a_late_answer_is_waited_for() {
    let network = FakeTransport::new(|_| FakeAnswer::json("{}").after(seconds(110)));
    let client = over(&network, HttpOptions::default());
    let pdf = Body::from([b"%PDF-1.7".to_vec(), vec![b'x'; 1 << 20]].concat());
    let (error, took) = timed(client.reports().upload(&10.into(), pdf).send()).await;
    assert!(error.is_none() && took >= seconds(110), "{error:?}");
    let large = json!({ "campo": "x".repeat(1 << 20) });
    let (error, _) = timed(client.attendances().send(&large).send()).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(network.count(), 2);
}
