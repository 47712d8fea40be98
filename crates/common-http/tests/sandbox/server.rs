//! Start, stop and the format on the wire.

use std::io::ErrorKind;
use std::sync::Arc;

use common_http::sandbox::{Fault, HeaderCase, Listen};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::task::JoinSet;

use crate::wire::{
    BIG, GET, Sandbox, Settings, ask, connect, listening, read_all, request, soon, start,
};

fn at_port(port: u16) -> Settings {
    listening(Listen {
        port,
        ..Listen::default()
    })
}

#[tokio::test]
async fn stop_finishes_and_frees_the_port() {
    let sandbox = start().await;
    let mut idle = connect(&sandbox).await;
    assert_eq!(ask(&mut idle, "GET /things/a", "").await.status, 200);
    soon(sandbox.stop()).await;
    assert_eq!(sandbox.open_connections(), 0);
    assert_eq!(idle.read(&mut [0; 8]).await.unwrap(), 0);
    let address = sandbox.url().strip_prefix("http://").unwrap();
    assert_eq!(
        TcpStream::connect(address).await.unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
    soon(sandbox.stop()).await;
    let port = address.rsplit(':').next().unwrap().parse().unwrap();
    let again = Sandbox::with(at_port(port)).await.unwrap();
    assert_eq!(again.url(), sandbox.url());
}

#[tokio::test]
async fn stop_does_not_wait_for_a_client_that_does_not_read() {
    let sandbox = start().await;
    sandbox
        .fail_next(GET, Fault::StallBody { after: BIG })
        .unwrap();
    let mut stream = connect(&sandbox).await;
    stream
        .write_all(request("GET /things/big", "").as_bytes())
        .await
        .unwrap();
    soon(sandbox.wait_for(GET, 1)).await.unwrap();
    soon(sandbox.stop()).await;
    let (read, _) = read_all(&mut stream).await;
    assert!(read.starts_with("HTTP/1.1 200 OK\r\n") && read.len() < BIG);
}

#[tokio::test]
async fn drop_closes_idle_connections_and_the_listener() {
    let sandbox = start().await;
    let mut idle = connect(&sandbox).await;
    ask(&mut idle, "GET /things/a", "").await;
    let address = sandbox.url().strip_prefix("http://").unwrap().to_owned();
    drop(sandbox);
    assert_eq!(soon(idle.read(&mut [0; 8])).await.unwrap(), 0);
    assert_eq!(
        TcpStream::connect(address).await.unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_many_connections_in_a_threaded_runtime() {
    let sandbox = start().await;
    let sandbox = Arc::new(sandbox);
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let sandbox = Arc::clone(&sandbox);
        tasks.spawn(async move {
            ask(&mut connect(&sandbox).await, "POST /things", "")
                .await
                .status
        });
    }
    assert!(
        soon(tasks.join_all())
            .await
            .iter()
            .all(|status| *status == 201)
    );
    assert_eq!(sandbox.added(), 50);
    assert_eq!(sandbox.connections(), 50);
}

#[test]
fn a_handle_outlives_its_runtime() {
    let runtime = runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    let sandbox = runtime.block_on(start());
    drop(runtime);
    assert_eq!((sandbox.count(GET), sandbox.open_connections()), (0, 0));
    drop(sandbox);
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let sandbox = start().await;
    let port = sandbox.url().rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(
        Sandbox::with(at_port(port)).await.unwrap_err().kind(),
        ErrorKind::AddrInUse
    );
}

#[tokio::test]
async fn header_names_are_written_as_wanted_also_by_faults() {
    let listen = Listen {
        header_case: HeaderCase::Title,
        ..Listen::default()
    };
    let sandbox = Sandbox::with(listening(listen)).await.unwrap();
    let got = ask(&mut connect(&sandbox).await, "GET /things/a", "").await;
    assert_eq!(got.header("X-Example-Header"), Some("1"));
    sandbox.fail_next(GET, Fault::CutBody { after: 1 }).unwrap();
    let mut stream = connect(&sandbox).await;
    stream
        .write_all(request("GET /things/a", "").as_bytes())
        .await
        .unwrap();
    let (read, _) = read_all(&mut stream).await;
    assert!(read.contains("\r\nX-Example-Header: 1\r\n") && read.contains("\r\nContent-Length: "));
}
