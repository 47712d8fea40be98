//! The program is killed with `kill -9`, or asked to stop, and a person reads what happened.

use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gensoft_client::sandbox::Sandbox;
use serde_json::json;
use tokio::time::timeout;

use crate::run::{Desk, Run};
use crate::town::let_time_pass;

const SEND: &str = "gensoft.attendances.send";

fn work(desk: &Desk, sandbox: &Sandbox, args: &[&str]) -> Command {
    let mut command = desk.command(&["work"]);
    command
        .args(args)
        .env("GENSOFT_BASE_URL", sandbox.url())
        .env("GENSOFT_API_KEY", sandbox.api_key());
    command
}

async fn sent(sandbox: &Sandbox, count: usize) {
    let sent = sandbox.wait_for(SEND, count);
    timeout(Duration::from_secs(60), sent)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_killed_while_it_sends() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    desk.order("order-17").is(0);
    let child = Arc::new(Mutex::new(None::<Child>));
    let victim = Arc::clone(&child);
    let kill = move || victim.lock().unwrap().as_mut().unwrap().kill().unwrap();
    sandbox.on_request(SEND, 1, move |_| kill()).unwrap();
    {
        let mut place = child.lock().unwrap();
        *place = Some(work(&desk, &sandbox, &[]).spawn().unwrap());
    }
    sent(&sandbox, 1).await;
    let mut child = child.lock().unwrap().take().unwrap();
    assert_eq!(child.wait().unwrap().code(), None);

    // It is not known yet that the worker died.
    assert_eq!(desk.state("order-17"), "sending");
    let settle = desk
        .run(&["settle", "order-17", "--arrived", "--json"])
        .is(1);
    assert_eq!(settle.json()["error"]["kind"], "conflict");
    let_time_pass(&desk.url()).await;
    let run = Run::of(&mut work(&desk, &sandbox, &["--until-idle"])).is(1);
    for words in ["order-17 (in doubt)", "courier settle order-17 --arrived"] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    assert_eq!(desk.state("order-17"), "doubt");
    let text = desk.run(&["status"]).is(0).stdout;
    assert!(text.contains("courier settle order-17 --arrived"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    assert_eq!(sandbox.attendances().len(), 1, "it was not sent again");

    desk.run(&["settle", "order-17", "--arrived"]).is(0);
    assert_eq!(desk.state("order-17"), "done");
    assert_eq!(desk.jobs()[0]["receipt"]["outcome"], "settled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_asked_to_stop_sends_to_the_end() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    desk.order("order-17").is(0);
    let child = Arc::new(Mutex::new(None::<Child>));
    let asked = Arc::clone(&child);
    let stop = move || {
        let id = asked.lock().unwrap().as_ref().unwrap().id().to_string();
        let kill = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(kill.unwrap().success());
    };
    sandbox.on_request(SEND, 1, move |_| stop()).unwrap();
    {
        let mut place = child.lock().unwrap();
        *place = Some(work(&desk, &sandbox, &["--json"]).spawn().unwrap());
    }
    sent(&sandbox, 1).await;
    let child = child.lock().unwrap().take().unwrap();
    let run = Run::from(child.wait_with_output().unwrap()).is(0);
    let expected = json!({"done": 1, "refused": 0, "doubt": 0, "later": 0});
    assert_eq!(run.json(), expected);
    assert_eq!(desk.state("order-17"), "done");
    assert_eq!(desk.jobs()[0]["receipt"]["outcome"], "delivered");
}

/// Only some vendors have settings: never a sandbox for the others.
#[tokio::test(flavor = "multi_thread")]
async fn no_job_is_lost_in_a_sandbox() {
    let (desk, sandbox) = (Desk::new(), Sandbox::start().await.unwrap());
    desk.file("a.pdf", "%PDF-1.7");
    let scan = [
        "enqueue",
        "--key",
        "scan",
        "medreader-prescription",
        "--folder",
        "1",
        "a.pdf",
    ];
    desk.run(&scan).is(0);
    let run = Run::of(&mut work(&desk, &sandbox, &["--until-idle"])).is(0);
    assert!(
        run.stderr.contains("MEDREADER_BASE_URL is not set"),
        "{}",
        run.stderr
    );
    assert_eq!(desk.state("scan"), "waiting");
}
