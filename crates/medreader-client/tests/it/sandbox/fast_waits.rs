//! A client that waits by the sandbox's clock.

use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use futures_util::stream;
use medreader_client::prescriptions::{GetResult, PrescriptionFile, Prompt, WaitOptions};
use medreader_client::sandbox::{Fault, Processing, Sandbox, Settings};
use medreader_client::{AnalysisId, ErrorKind, HttpOptions};

const RESULT: &str = "medreader.prescriptions.result";

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A prescription whose result is final after this time by the sandbox's clock.
async fn final_after(delay: Duration) -> (Sandbox, GetResult) {
    let settings = Settings {
        processing: Processing::Delay(delay),
        ..Settings::default()
    };
    let sandbox = Sandbox::with(settings).await.unwrap();
    sandbox.clock().freeze();
    let http = HttpOptions::default().fast_waits(sandbox.clock());
    let client = sandbox.client_builder().http(http).build().unwrap();
    let folder = sandbox.folder("Pacientes Exemplo").unwrap().into();
    let file = PrescriptionFile::from_bytes("receita.pdf", "%PDF-1.7 EXAMPLE");
    let upload = client.prescriptions().upload(&folder, file).await.unwrap();
    let id = upload.id.assume_prescription_id();
    (sandbox, client.prescriptions().result(&id))
}

#[tokio::test]
async fn a_wait_for_a_result_moves_the_clock() {
    let (sandbox, waiting) = final_after(seconds(90)).await;
    let began = sandbox.clock().now();
    assert!(
        waiting
            .wait(WaitOptions::default())
            .await
            .unwrap()
            .is_final()
    );
    let waited = sandbox.clock().now().duration_since(began).unwrap();
    assert!((seconds(90)..seconds(101)).contains(&waited), "{waited:?}");
    assert!(sandbox.count(RESULT) < 20);
}

#[tokio::test]
async fn it_ends_at_its_deadline() {
    let (sandbox, waiting) = final_after(seconds(3600)).await;
    let began = sandbox.clock().now();
    let error = waiting.wait(WaitOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let waited = sandbox.clock().now().duration_since(began).unwrap();
    assert!(
        (seconds(119)..=seconds(120)).contains(&waited),
        "{waited:?}"
    );
}

#[tokio::test]
async fn a_poll_that_is_throttled_longer_than_is_left_ends_it() {
    let (sandbox, waiting) = final_after(seconds(3600)).await;
    let fault = Fault::Throttled {
        retry_after: Some("300".to_owned()),
    };
    sandbox.fail_always(RESULT, fault).unwrap();
    let error = waiting.wait(WaitOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(seconds(300)));
}

#[tokio::test]
async fn an_event_leads_to_a_poll_as_it_does_by_real_time() {
    let (sandbox, waiting) = final_after(Duration::from_millis(1_800)).await;
    let event = AnalysisId::from("EXAMPLE-OTHER");
    let inbox = Arc::new(Mutex::new(None));
    let (came, put) = (event.clone(), Arc::clone(&inbox));
    let arrive = move |_: &_| *put.lock().unwrap() = Some(came.clone());
    sandbox.on_request(RESULT, 2, arrive).unwrap();
    let events = stream::poll_fn(move |_| match inbox.lock().unwrap().take() {
        Some(event) => Poll::Ready(Some(event)),
        None => Poll::Pending,
    });
    let began = sandbox.clock().now();
    let patience = WaitOptions::default().first_pause(seconds(1));
    let arrival = waiting.wait_or_event(patience, events).await.unwrap();
    assert_eq!(arrival.prompt, Prompt::Event(event));
    // Without the event the third poll would come half a second later.
    assert_eq!(
        sandbox.clock().now().duration_since(began).unwrap(),
        seconds(2)
    );
}
