//! Values, errors and logs contain nothing secret or personal, on success and on any fault.

use std::fmt::Write as _;
use std::time::Duration;

use biologix_client::sandbox::Fault;
use biologix_client::{BiologixClient, Credentials, ExamKey, Item, PartnerId};
use common_http::{Error, HttpOptions, Secret};
use http::{HeaderMap, Method, StatusCode};
use testing::journal::Journal;
use testing::privacy::{Printed, TEXT, assert_no_marker};

use self::marked::{client, error_body, start};
use crate::support::{Op, eager, eager_policy, soon};

mod marked;

/// The filter directives of the journal.
const OURS: &str = "common_http=trace,biologix_client=trace";

fn partner() -> PartnerId {
    PartnerId::from("MARKERPARTNER ; MARKER")
}

fn key() -> ExamKey {
    ExamKey::from("MARKERKEY;?%")
}

/// Makes the call and prints its result.
async fn call(op: Op, client: &BiologixClient, printed: &mut Printed) {
    match op {
        Op::Login => printed.result(&soon(client.sessions().open().send()).await),
        Op::List => printed.result(&soon(client.exams(&partner()).list().send()).await),
        Op::Report => {
            let download = soon(client.reports().get(&key()).send()).await;
            printed.result(&download);
            if let Ok(download) = download {
                let folder = tempfile::Builder::new().prefix(TEXT).tempdir().unwrap();
                printed.result(&soon(download.save_to(folder.path().join("MARKER.pdf"))).await);
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_printed_of_what_went_well() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let server = start().await;
    let client = client(&server, eager());
    let mut printed = Printed::default();
    for op in Op::ALL {
        call(op, &client, &mut printed).await;
    }

    let mut exams = client.exams(&partner()).list().items();
    let (mut readable, mut rejected) = (0, 0);
    while let Some(item) = soon(exams.next()).await {
        let item = item.unwrap();
        assert!(item.raw().as_str().contains(TEXT) || item.value().is_none());
        match &item {
            Item::Read(_) => readable += 1,
            Item::Rejected(rejection) => {
                rejected += 1;
                writeln!(printed.text, "{}", rejection.error).unwrap();
            }
        }
        printed.value(&item);
    }
    // An odd field costs itself, so only records without an id are rejected.
    assert_eq!((readable, rejected), (255, 5));
    printed.value(&exams.cursor());

    let any = client
        .request(Method::GET, "/v2/partners/{partnerId}/exams")
        .path("partnerId", TEXT)
        .query("offset", "0")
        .query(TEXT, TEXT)
        .send();
    let any = soon(any).await;
    assert!(any.as_ref().unwrap().header("x-marker") == Some(TEXT));
    printed.result(&any);
    printed.result(&any.unwrap().json::<bool>());

    printed.value(&(&client, partner(), key()));
    printed.value(&(Credentials::new(TEXT, TEXT), Secret::from(TEXT)));
    printed.value(&server.requests());

    // Harmless text shows that the journal was recorded.
    let text = journal.text();
    for word in [
        "answered",
        "biologix.exams.list",
        "biologix.reports.get",
        "biologix.sessions.open",
    ] {
        assert!(text.contains(word), "{word}");
    }
    assert!(text.contains("could not be read") && text.contains("could not be saved"));
    assert!(printed.text.contains("EXAM-7"));
    assert_no_marker(&text);
    assert_no_marker(&printed.text);
}

fn faults() -> Vec<Fault> {
    let with = |status, body: &str| Fault::Status {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::from_iter([
            (http::header::SET_COOKIE, TEXT.parse().unwrap()),
            (http::header::WWW_AUTHENTICATE, TEXT.parse().unwrap()),
            ("x-request-id".parse().unwrap(), TEXT.parse().unwrap()),
        ]),
        body: body.to_owned().into(),
    };
    let mut faults = vec![
        Fault::ResetBeforeEffect,
        Fault::ResetAfterRequest,
        Fault::StallHead,
        Fault::StallBody { after: 0 },
        Fault::StallBody { after: 3_000 },
        Fault::CutBody { after: 0 },
        Fault::CutBody { after: 30 },
        Fault::CutBody { after: 3_000 },
        Fault::BadJson,
        Fault::Garbage,
        Fault::Drift,
        Fault::ContentEncoding,
        Fault::Throttled { retry_after: None },
        Fault::Throttled {
            retry_after: Some(TEXT.to_owned()),
        },
        Fault::Unavailable {
            retry_after: Some("0".to_owned()),
        },
        Fault::Redirect {
            status: StatusCode::FOUND,
            location: "http://MARKER.invalid/MARKER?MARKER".to_owned(),
        },
    ];
    for status in [
        200, 204, 400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503,
    ] {
        for body in [
            error_body().as_str(),
            r#""MARKER""#,
            "<html>MARKER</html>",
            "[{\"MARKER",
        ] {
            faults.push(with(status, if status == 204 { "" } else { body }));
        }
    }
    faults
}

#[tokio::test]
async fn nothing_is_printed_of_what_failed() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let server = start().await;
    let mut printed = Printed::default();
    for fault in faults() {
        for op in Op::ALL {
            let http = eager()
                .head_timeout(Duration::from_millis(200))
                .idle_timeout(Duration::from_millis(200))
                .retry(eager_policy().max_attempts(2).max_transfer_attempts(2));
            server.fail_always(op.id(), fault.clone()).unwrap();
            call(op, &client(&server, http), &mut printed).await;
            server.clear_faults();
        }
    }

    // The hidden values were there to be printed.
    let has = |of: fn(&Error) -> bool| printed.errors.iter().filter(|error| of(error)).count();
    assert!(has(|error| error.body().windows(6).any(|part| part == TEXT.as_bytes())) > 50);
    assert!(has(|error| error.message() == Some(TEXT)) > 20);
    assert!(has(|error| error.code() == Some("markerCode")) > 20);
    assert!(has(|error| error.request_id() == Some(TEXT)) > 50);
    let text = journal.text();
    for word in [
        "repeating",
        "failed",
        "biologix.sessions.open",
        "biologix.exams.list",
        "biologix.reports.get",
        "interrupted",
    ] {
        assert!(text.contains(word), "{word}");
    }
    assert!(printed.text.contains("unrecognised"));
    assert_no_marker(&text);
    assert_no_marker(&printed.text);
}

/// Local refusals, and failures of the disk.
#[tokio::test]
async fn nothing_is_printed_of_what_never_left() {
    let journal = Journal::default();
    let _kept = journal.keep(OURS);
    let server = start().await;
    let client = client(&server, eager());
    let mut printed = Printed::default();
    for id in ["MARKER\n", "MARKER\u{7f}", "MARKER/..", "MARKER\\"] {
        printed.result(&soon(client.exams(&id.into()).list().send()).await);
        printed.result(&soon(client.reports().get(&id.into()).send()).await);
    }
    let nowhere = tempfile::tempdir()
        .unwrap()
        .path()
        .join("MARKER/MARKER.pdf");
    let download = soon(client.reports().get(&key()).send()).await.unwrap();
    printed.result(&soon(download.save_to(nowhere)).await);

    let settings = |base: &str, http: HttpOptions| {
        let builder = BiologixClient::builder().base_url(base);
        builder.credentials(TEXT, TEXT).http(http).build()
    };
    let proxy = |url: &str| HttpOptions::default().proxy(url);
    for result in [
        settings("MARKER", eager()),
        settings("https://MARKER:MARKER@127.0.0.1", eager()),
        settings("https://127.0.0.1/?MARKER", eager()),
        settings("http://127.0.0.1", proxy("ftp://MARKER:MARKER@[MARKER")),
        settings("http://127.0.0.1", eager().user_agent("MARKER\n")),
        settings("http://127.0.0.1", eager().add_root_certificate(TEXT)),
        settings(
            "http://127.0.0.1",
            eager().client_certificate(TEXT, Secret::from(TEXT)),
        ),
    ] {
        printed.error(&result.unwrap_err());
    }
    printed.value(&proxy("http://MARKER:MARKER@167.0.0.1:1").user_agent(TEXT));

    assert_eq!(printed.errors.len(), 16);
    assert_no_marker(&journal.text());
    assert_no_marker(&printed.text);
}
