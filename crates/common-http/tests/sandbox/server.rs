//! Start, stop and the format on the wire.

use std::io::ErrorKind;

use common_http::sandbox::{Fault, HeaderCase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::{BIG, GET, ask, connect, example, read_all, request, soon, start};

#[tokio::test]
async fn stop_finishes_and_frees_the_port() {
    let (server, _) = start().await;
    let mut idle = connect(&server).await;
    assert_eq!(ask(&mut idle, "GET /things/a", "").await.status, 200);
    soon(server.stop()).await;
    assert_eq!(server.open_connections(), 0);
    assert_eq!(idle.read(&mut [0; 8]).await.unwrap(), 0);
    let address = server.url().strip_prefix("http://").unwrap();
    assert_eq!(
        TcpStream::connect(address).await.unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
    soon(server.stop()).await;
    let (builder, _) = example();
    let port = address.rsplit(':').next().unwrap().parse().unwrap();
    let again = builder.port(port).start().await.unwrap();
    assert_eq!(again.url(), server.url());
}

#[tokio::test]
async fn stop_does_not_wait_for_a_client_that_does_not_read() {
    let (server, _) = start().await;
    server
        .fail_next(GET, Fault::StallBody { after: BIG })
        .unwrap();
    let mut stream = connect(&server).await;
    stream
        .write_all(request("GET /things/big", "").as_bytes())
        .await
        .unwrap();
    soon(server.wait_for(GET, 1)).await.unwrap();
    soon(server.stop()).await;
    let (read, _) = read_all(&mut stream).await;
    assert!(read.starts_with("HTTP/1.1 200 OK\r\n") && read.len() < BIG);
}

#[tokio::test]
async fn drop_closes_idle_connections_and_the_listener() {
    let (server, _) = start().await;
    let mut idle = connect(&server).await;
    ask(&mut idle, "GET /things/a", "").await;
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    drop(server);
    assert_eq!(soon(idle.read(&mut [0; 8])).await.unwrap(), 0);
    assert_eq!(
        TcpStream::connect(address).await.unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_many_connections_in_a_threaded_runtime() {
    let (server, added) = start().await;
    let server = std::sync::Arc::new(server);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let server = std::sync::Arc::clone(&server);
        tasks.spawn(async move {
            ask(&mut connect(&server).await, "POST /things", "")
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
    assert_eq!(added.load(std::sync::atomic::Ordering::SeqCst), 50);
    assert_eq!(server.connections(), 50);
}

#[test]
fn a_handle_outlives_its_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    let (server, _) = runtime.block_on(start());
    drop(runtime);
    assert_eq!((server.count(GET), server.open_connections()), (0, 0));
    drop(server);
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let (server, _) = start().await;
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    let (builder, _) = example();
    assert_eq!(
        builder.port(port).start().await.unwrap_err().kind(),
        ErrorKind::AddrInUse
    );
}

#[tokio::test]
async fn header_names_are_written_as_wanted_also_by_faults() {
    let (builder, _) = example();
    let server = builder
        .header_case(HeaderCase::Title)
        .start()
        .await
        .unwrap();
    let got = ask(&mut connect(&server).await, "GET /things/a", "").await;
    assert_eq!(got.header("X-Example-Header"), Some("1"));
    server.fail_next(GET, Fault::CutBody { after: 1 }).unwrap();
    let mut stream = connect(&server).await;
    stream
        .write_all(request("GET /things/a", "").as_bytes())
        .await
        .unwrap();
    let (read, _) = read_all(&mut stream).await;
    assert!(read.contains("\r\nX-Example-Header: 1\r\n") && read.contains("\r\nContent-Length: "));
}
