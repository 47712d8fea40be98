//! Waiting for a result by its id.

use std::time::Duration;

use common_http::transport::{FakeAnswer, FakeTransport, TransportError};
use futures_util::{StreamExt, stream};
use medreader_client::AnalysisId;
use medreader_client::prescriptions::{Arrival, GetResult, Prompt, ResultStatus, WaitOptions};
use tokio::time::{Instant, timeout};

use crate::support::{UPLOAD, answers, calls, client, refusal, told, vendor};

pub(super) fn status(word: &str) -> FakeAnswer {
    FakeAnswer::json(format!(r#"{{"id":"{UPLOAD}","status":"{word}"}}"#))
}

pub(super) fn unknown() -> FakeAnswer {
    refusal(404, "prescription_file_not_found")
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn result(network: &std::sync::Arc<FakeTransport>) -> GetResult {
    client(network).prescriptions().result(&UPLOAD.into())
}

/// When the calls were made, in seconds after the first.
fn times(network: &FakeTransport) -> Vec<f64> {
    let calls = calls(network);
    calls
        .iter()
        .map(|call| (call.at - calls[0].at).as_secs_f64())
        .collect()
}

/// The timers of a runtime tick once a millisecond.
fn assert_times(network: &FakeTransport, expected: &[f64]) {
    let times = times(network);
    let is_close = |(a, b): (&f64, &f64)| (a - b).abs() < 0.02;
    assert!(
        times.len() == expected.len() && times.iter().zip(expected).all(is_close),
        "{times:?}, not {expected:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_final_status_ends_it_at_once() {
    for (word, known) in [
        ("completed", ResultStatus::Completed),
        ("error", ResultStatus::Error),
    ] {
        let network = answers(vec![if word == "error" {
            || status("error")
        } else {
            || status("completed")
        }]);
        let began = Instant::now();
        let read = result(&network).wait(WaitOptions::default()).await.unwrap();
        assert_eq!(read.status, Some(known));
        assert_eq!(
            (calls(&network).len(), began.elapsed()),
            (1, Duration::ZERO)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn it_starts_fast_and_slows_down() {
    let network = vendor(|_, call| status(if call < 10 { "processing" } else { "completed" }));
    result(&network).wait(WaitOptions::default()).await.unwrap();
    assert_times(
        &network,
        &[
            0.0, 0.5, 1.25, 2.375, 4.063, 6.594, 10.391, 16.086, 24.629, 34.629, 44.629,
        ],
    );
}

#[tokio::test(start_paused = true)]
async fn a_pause_begins_when_the_poll_has_ended() {
    let network = vendor(|_, call| {
        let word = if call < 3 { "processing" } else { "completed" };
        status(word).after(seconds(2.0))
    });
    result(&network).wait(WaitOptions::default()).await.unwrap();
    assert_times(&network, &[0.0, 2.5, 5.25, 8.375]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_can_run_on_a_task_of_its_own() {
    let network = answers(vec![|| status("completed")]);
    let waiting = result(&network).wait_or_event(WaitOptions::default(), stream::pending());
    let arrival = tokio::spawn(waiting).await.unwrap().unwrap();
    assert!(arrival.found.is_final());
    let upload = client(&network).prescriptions().result_of(&UPLOAD.into());
    let waiting = upload.wait(WaitOptions::default());
    let found = tokio::spawn(waiting).await.unwrap().unwrap();
    assert!(found.result().is_some());
}

#[test]
fn an_arrival_can_be_built_for_tests() {
    let arrival = Arrival::new(7, Prompt::Event("a".into()));
    assert_eq!(
        (arrival.found, arrival.prompt),
        (7, Prompt::Event(AnalysisId::from("a")))
    );
}

#[tokio::test(start_paused = true)]
async fn the_pauses_are_settable() {
    let network = vendor(|_, call| status(if call < 4 { "processing" } else { "completed" }));
    let options = WaitOptions::default()
        .first_pause(seconds(2.0))
        .longest_pause(seconds(4.0));
    result(&network).wait(options).await.unwrap();
    assert_times(&network, &[0.0, 2.0, 5.0, 9.0, 13.0]);

    // No pause at all would be a flood.
    let network = vendor(|_, call| status(if call < 3 { "processing" } else { "completed" }));
    let options = WaitOptions::default()
        .first_pause(Duration::ZERO)
        .longest_pause(Duration::ZERO);
    result(&network).wait(options).await.unwrap();
    assert_times(&network, &[0.0, 0.05, 0.1, 0.15]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_final_is_waited_for() {
    let network = answers(vec![
        unknown,
        || FakeAnswer::status(404),
        || status("queued"),
        || FakeAnswer::json(format!(r#"{{"id":"{UPLOAD}"}}"#)),
        || status("processing"),
        unknown,
        || status("completed"),
    ]);
    result(&network).wait(WaitOptions::default()).await.unwrap();
    assert_eq!(calls(&network).len(), 7);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_kept() {
    for (deadline, longest) in [(120.0, 120.0), (5.0, 5.0), (0.5, 0.5), (0.0, 0.0)] {
        let network = answers(vec![|| status("processing")]);
        let began = Instant::now();
        let options = WaitOptions::default().deadline(seconds(deadline));
        let error = result(&network).wait(options).await.unwrap_err();
        assert_eq!(error.kind().as_str(), "timeout");
        assert_eq!(error.operation(), Some("medreader.prescriptions.result"));
        let took = began.elapsed().as_secs_f64();
        assert!(took <= longest + 0.01 && took >= longest - 1.01, "{took}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_poll_is_right_before_the_deadline() {
    let network = answers(vec![|| status("processing")]);
    let options = WaitOptions::default().deadline(seconds(10.0));
    let error = result(&network).wait(options).await.unwrap_err();
    assert_eq!(told(&error), ("timeout", Some(200), None, 1, "answered"));
    assert_times(&network, &[0.0, 0.5, 1.25, 2.375, 4.063, 6.594, 9.0]);

    let network = answers(vec![unknown]);
    let options = WaitOptions::default().deadline(seconds(2.0));
    let error = result(&network).wait(options).await.unwrap_err();
    assert_eq!(
        told(&error),
        (
            "timeout",
            Some(404),
            Some("prescription_file_not_found"),
            1,
            "answered"
        )
    );
    assert_times(&network, &[0.0, 0.5, 1.25, 1.8]);
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_hangs_does_not_hold_it() {
    let network = vendor(|_, call| {
        if call == 0 {
            status("processing")
        } else {
            FakeAnswer::never()
        }
    });
    let began = Instant::now();
    let options = WaitOptions::default().deadline(seconds(5.0));
    let error = result(&network).wait(options).await.unwrap_err();
    assert_eq!(error.kind().as_str(), "timeout");
    assert!(began.elapsed() <= seconds(5.01), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn throttling_is_honoured() {
    let network = answers(vec![
        || FakeAnswer::status(429).header("retry-after", "30"),
        || status("completed"),
    ]);
    result(&network).wait(WaitOptions::default()).await.unwrap();
    assert_times(&network, &[0.0, 30.0]);

    // One that does not fit is reported at once.
    let network = answers(vec![|| {
        FakeAnswer::status(429).header("retry-after", "130")
    }]);
    let began = Instant::now();
    let error = result(&network)
        .wait(WaitOptions::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind().as_str(), "rate_limited");
    assert_eq!(error.retry_after(), Some(seconds(130.0)));
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_hiccup_is_not_the_end() {
    type Step = fn() -> FakeAnswer;
    for hiccup in [
        (|| FakeAnswer::status(502)) as Step,
        || FakeAnswer::status(503).header("retry-after", "70"),
        || FakeAnswer::status(429),
        || FakeAnswer::error(TransportError::Connect),
        || FakeAnswer::error(TransportError::Interrupted),
        FakeAnswer::never,
    ] {
        // For longer than the attempts of one call.
        let network = vendor(move |request, call| match call {
            0 => status("processing"),
            1..6 => hiccup(),
            _ => {
                assert_eq!(request.method, "GET");
                status("completed")
            }
        });
        let options = WaitOptions::default().deadline(seconds(900.0));
        let read = result(&network).wait(options).await.unwrap();
        assert_eq!(read.status, Some(ResultStatus::Completed));
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_stays_is_told_when_the_time_is_up() {
    type Step = fn() -> FakeAnswer;
    for (step, kind, code) in [
        ((|| FakeAnswer::status(500)) as Step, "server", Some(500)),
        (
            || FakeAnswer::error(TransportError::Connect),
            "connect",
            None,
        ),
        (|| FakeAnswer::status(429), "rate_limited", Some(429)),
    ] {
        let network = answers(vec![|| status("processing"), step]);
        let began = Instant::now();
        let error = result(&network)
            .wait(WaitOptions::default())
            .await
            .unwrap_err();
        let told = (error.kind().as_str(), error.status().map(|s| s.as_u16()));
        assert_eq!(told, (kind, code));
        let took = began.elapsed().as_secs_f64();
        assert!((110.0..=120.01).contains(&took), "{kind}: {took}");
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_that_names_no_time_slows_it_down() {
    let network = vendor(|_, call| match call {
        0 => status("processing"),
        1..5 => FakeAnswer::status(429),
        _ => status("completed"),
    });
    let events = stream::unfold((), |()| async {
        tokio::time::sleep(seconds(0.2)).await;
        Some((AnalysisId::from(UPLOAD), ()))
    });
    let waiting = result(&network).wait_or_event(WaitOptions::default(), Box::pin(events));
    waiting.await.unwrap();
    let times = times(&network);
    assert_eq!(times.len(), 6, "{times:?}");
    assert!(times[5] - times[4] > 9.9, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lockout_ends_it() {
    let network = FakeTransport::new(|_| refusal(429, "too_many_attempts"));
    let began = Instant::now();
    let error = result(&network)
        .wait(WaitOptions::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind().as_str(), "rate_limited");
    assert_eq!(error.operation(), Some("medreader.sessions.open"));
    assert_eq!((network.count(), began.elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_fails_for_good_ends_it() {
    type Step = fn() -> FakeAnswer;
    for (step, kind) in [
        ((|| refusal(403, "erro")) as Step, "permission_denied"),
        (|| refusal(401, "unauthorized"), "unauthenticated"),
        (|| FakeAnswer::json("[]"), "decode"),
    ] {
        let network = answers(vec![|| status("processing"), step]);
        let error = result(&network)
            .wait(WaitOptions::default())
            .await
            .unwrap_err();
        assert_eq!(error.kind().as_str(), kind);
    }
    let network = answers(vec![|| status("processing")]);
    let wrong = client(&network).prescriptions().result(&"..".into());
    let error = wrong.wait(WaitOptions::default()).await.unwrap_err();
    assert_eq!(told(&error), ("invalid_input", None, None, 0, "not_sent"));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_sends_nothing_further() {
    let network = answers(vec![|| status("processing")]);
    let waiting = result(&network).wait(WaitOptions::default());
    timeout(seconds(3.0), waiting).await.unwrap_err();
    let sent = network.count();
    tokio::time::sleep(seconds(300.0)).await;
    assert_eq!(network.count(), sent);
}

/// Events that arrive at these seconds after now.
pub(super) fn events_at(
    events: Vec<(f64, &'static str)>,
) -> impl futures_util::Stream<Item = AnalysisId> + Send {
    let began = Instant::now();
    stream::iter(events).then(move |(at, id)| async move {
        tokio::time::sleep_until(began + seconds(at)).await;
        AnalysisId::from(id)
    })
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_comes_first_ends_it() {
    for id in [UPLOAD, "another-id"] {
        let began = Instant::now();
        let network = vendor(move |_, _| {
            status(if began.elapsed() >= seconds(20.0) {
                "completed"
            } else {
                "processing"
            })
        });
        let waiting =
            result(&network).wait_or_event(WaitOptions::default(), events_at(vec![(20.0, id)]));
        let arrival = waiting.await.unwrap();
        assert_eq!(arrival.prompt, Prompt::Event(AnalysisId::from(id)));
        assert_eq!(arrival.found.status, Some(ResultStatus::Completed));
        assert!(began.elapsed() <= seconds(20.01), "{:?}", began.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_moves_nothing_is_not_what_made_it_poll() {
    for id in [UPLOAD, "another-id"] {
        let network = vendor(|_, call| status(if call < 3 { "processing" } else { "completed" }));
        // Just before a poll that is due.
        let events = events_at(vec![(2.3, id)]);
        let waiting = result(&network).wait_or_event(
            WaitOptions::default()
                .first_pause(seconds(1.0))
                .longest_pause(seconds(1.0)),
            events,
        );
        assert_eq!(waiting.await.unwrap().prompt, Prompt::Poll, "{id}");
        assert_times(&network, &[0.0, 1.0, 2.0, 3.0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_comes_first_ends_it() {
    let network = vendor(|_, call| status(if call < 3 { "processing" } else { "completed" }));
    let waiting =
        result(&network).wait_or_event(WaitOptions::default(), events_at(vec![(60.0, UPLOAD)]));
    assert_eq!(waiting.await.unwrap().prompt, Prompt::Poll);
    assert_times(&network, &[0.0, 0.5, 1.25, 2.375]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_leaves_the_polling_as_it_is() {
    let network = vendor(|_, call| status(if call < 3 { "processing" } else { "completed" }));
    let waiting = result(&network).wait_or_event(WaitOptions::default(), stream::empty());
    assert_eq!(waiting.await.unwrap().prompt, Prompt::Poll);
    assert_times(&network, &[0.0, 0.5, 1.25, 2.375]);
}

#[tokio::test(start_paused = true)]
async fn after_its_own_webhook_it_polls_close_together_again() {
    let began = Instant::now();
    let network = vendor(move |_, _| {
        status(if began.elapsed() >= seconds(30.9) {
            "completed"
        } else {
            "processing"
        })
    });
    let events = events_at(vec![
        (30.0, "another-id"),
        (30.0, UPLOAD),
        (30.0, "another-id"),
    ]);
    result(&network)
        .wait_or_event(WaitOptions::default(), events)
        .await
        .unwrap();
    let last: Vec<f64> = times(&network)
        .into_iter()
        .filter(|at| *at >= 29.0)
        .collect();
    assert_eq!(last.len(), 3, "{last:?}");
    assert!(last[2] < 31.5, "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_webhooks_is_not_a_flood_of_polls() {
    let network = answers(vec![|| status("processing")]);
    let began = Instant::now();
    let events = stream::unfold((), move |()| async move {
        tokio::time::sleep(seconds(0.01)).await;
        Some((AnalysisId::from("another-id"), ()))
    });
    let waiting = result(&network).wait_or_event(WaitOptions::default(), Box::pin(events));
    waiting.await.unwrap_err();
    assert!(began.elapsed() <= seconds(120.01));
    let times = times(&network);
    assert!(times.len() < 100, "{}", times.len());
    let pauses = times.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(
        pauses.clone().take(20).all(|pause| pause > 0.49),
        "{times:?}"
    );
    assert!(
        pauses.rev().skip(1).take(5).all(|pause| pause > 4.0),
        "{times:?}"
    );
}
