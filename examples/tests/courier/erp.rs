//! Files of the ERP: what happens to one whose name exists, and whose file is whose.

use common_http::HttpOptions;
use common_http::transport::{FakeAnswer, FakeTransport};
use erp_files_client::ErpFilesClient;
use erp_files_client::files::OnConflict;
use erp_files_client::sandbox::Sandbox;
use examples::courier::{Courier, Job, NewJob, State, Task, Vendors};

use crate::run::Desk;
use crate::town::{let_time_pass, open, until_idle};

fn file(key: &str, text: &str, on_conflict: OnConflict) -> NewJob {
    let task = Task::ErpFile {
        patient: "7".to_owned(),
        analysis: "12".to_owned(),
        name: "result.pdf".to_owned(),
        on_conflict,
    };
    NewJob::new(key, task, text.to_owned()).unwrap()
}

async fn send(courier: &Courier, sandbox: &Sandbox, job: &NewJob) -> Job {
    send_to(courier, sandbox.client(), job).await
}

async fn send_to(courier: &Courier, client: ErpFilesClient, job: &NewJob) -> Job {
    courier.enqueue(job).await.unwrap();
    let vendors = Vendors::default().erp(client);
    let worked = courier.work(&vendors, until_idle(), std::future::pending());
    worked.await.unwrap();
    courier.jobs().await.unwrap().pop().unwrap()
}

fn contents(sandbox: &Sandbox) -> Vec<Vec<u8>> {
    let files = sandbox.files("7", "12").into_iter();
    files
        .map(|file| sandbox.stored_bytes(&file.id).unwrap().to_vec())
        .collect()
}

#[tokio::test]
async fn a_file_of_somebody_else_is_treated_as_the_job_says() {
    for (on_conflict, state, outcome, content) in [
        (OnConflict::Error, State::Refused, None, "theirs"),
        (OnConflict::Skip, State::Done, Some("skipped"), "theirs"),
        (OnConflict::Replace, State::Done, Some("replaced"), "ours"),
    ] {
        let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
        sandbox.add_file("7", "12", "result.pdf", "theirs");
        let courier = open(&desk.url()).await;
        let job = send(&courier, &sandbox, &file("file", "ours", on_conflict)).await;
        assert_eq!(job.state, state, "{on_conflict:?}");
        let receipt = job.receipt.map(|receipt| receipt.outcome);
        assert_eq!(receipt.as_deref(), outcome);
        assert_eq!(contents(&sandbox), [content.as_bytes()]);
        if on_conflict == OnConflict::Error {
            assert_eq!(job.error.unwrap()["code"], "file_exists");
        }
    }
}

/// The second is not sent while the first is, nor taken for it.
#[tokio::test]
async fn two_jobs_of_one_name_are_two_files() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let courier = open(&desk.url()).await;
    let first = file("first", "first", OnConflict::Error);
    courier.enqueue(&first).await.unwrap();
    let second = file("second", "second", OnConflict::Error);
    let job = send(&courier, &sandbox, &second).await;
    assert_eq!(job.error.unwrap()["code"], "file_exists");
    assert_eq!(contents(&sandbox), [b"first"]);

    let third = file("third", "third", OnConflict::Replace);
    let job = send(&courier, &sandbox, &third).await;
    assert_eq!(
        (job.state, contents(&sandbox)),
        (State::Done, vec![b"third".to_vec()])
    );
}

#[tokio::test]
async fn a_refused_file_is_sent_when_a_person_has_made_room() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    let theirs = sandbox.add_file("7", "12", "result.pdf", "theirs");
    let courier = open(&desk.url()).await;
    let ours = file("file", "ours", OnConflict::Error);
    assert_eq!(send(&courier, &sandbox, &ours).await.state, State::Refused);
    let_time_pass(&desk.url()).await;
    assert_eq!(send(&courier, &sandbox, &ours).await.state, State::Refused);
    sandbox.remove_file(&theirs).unwrap();
    let answer = examples::courier::Answer::NotArrived;
    courier.settle("file", answer).await.unwrap();
    assert_eq!(send(&courier, &sandbox, &ours).await.state, State::Done);
    assert_eq!(contents(&sandbox), [b"ours"]);
}

/// A second finalize might make a second file.
#[tokio::test]
async fn a_file_that_the_list_does_not_show_is_in_doubt_and_finalized_once() {
    for (list, finalize) in [
        ("[]", 200),
        (r#"[{"Id":1,"FileName":"RESULT.PDF"}]"#, 200),
        (r#"[{"Id":1,"Titulo":"result.pdf"}]"#, 200),
        (r#"[{"Id":1,"Titulo":"result.pdf"}]"#, 500),
    ] {
        let erp = FakeTransport::new(move |request| match request.target.as_str() {
            target if target.contains("/initialize/") => {
                FakeAnswer::json(r#""https://storage.example/c/result.pdf?sig=EXAMPLE""#)
            }
            target if target.ends_with("/files/result.pdf") => FakeAnswer::status(finalize),
            target if target.ends_with("/files") => FakeAnswer::json(list),
            _ => FakeAnswer::status(201),
        });
        let client = || {
            let builder = ErpFilesClient::builder().base_url("https://clinic.example");
            let builder = builder.access_token("EXAMPLE");
            let http = HttpOptions::default().transport(erp.clone());
            builder.http(http).build().unwrap()
        };
        let desk = Desk::new();
        let courier = open(&desk.url()).await;
        let ours = file("file", "ours", OnConflict::Error);
        let mut job = send_to(&courier, client(), &ours).await;
        for _ in 0..2 {
            let_time_pass(&desk.url()).await;
            job = send_to(&courier, client(), &ours).await;
        }
        assert_eq!(job.state, State::Doubt, "{list}");
        assert_eq!(job.error.unwrap()["code"], "unconfirmed");
        let requests = erp.requests();
        let mut targets = requests.iter().map(|request| request.target.as_str());
        assert_eq!(
            targets
                .by_ref()
                .filter(|target| target.ends_with("/files/result.pdf"))
                .count(),
            1
        );
    }
}
