//! A storage behind an nginx that buffers: its answer comes long after the file has left.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use common_http::Body;
use erp_files_client::files::UploadOutcome;
use futures_util::future::join_all;
use tokio::io::copy;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};
use tokio::try_join;

use crate::proxy::Proxy;
use crate::support::{content, erp_with_addresses, files_of, soon};

/// How long the storage takes to answer: longer than the answer to a small call may take (30 s).
///
/// It is waited in real time, since nginx knows no paused time.
const LATE: Duration = Duration::from_secs(35);

/// Starts a server that passes connections on, and the answers back only after the delay.
async fn late(to: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((proxy, _)) = listener.accept().await {
            tokio::spawn(pass_on(proxy, to));
        }
    });
    address
}

async fn pass_on(proxy: TcpStream, to: SocketAddr) -> io::Result<()> {
    let (mut requests, mut proxy) = proxy.into_split();
    let (mut answers, mut storage) = TcpStream::connect(to).await?.into_split();
    let request = async { copy(&mut requests, &mut storage).await };
    let answer = async {
        answers.readable().await?;
        sleep(LATE).await;
        copy(&mut answers, &mut proxy).await
    };
    try_join!(request, answer)?;
    Ok(())
}

/// Uploads a file to a port of nginx that listens like this.
async fn upload(how: &str) {
    let base: Arc<OnceLock<String>> = Arc::default();
    let issued = Arc::clone(&base);
    let sandbox = erp_with_addresses(move |own| {
        let (_, path) = own.split_once("/storage/").unwrap();
        format!("{}/storage/{path}", issued.get().unwrap())
    });
    let sandbox = sandbox.await;
    let storage = sandbox.storage_url().strip_prefix("http://").unwrap();
    let late = late(storage.parse().unwrap()).await;
    let nginx = Proxy::start(|[port]| {
        format!(
            "client_max_body_size 8m;
             proxy_request_buffering on;
             server {{ listen 127.0.0.1:{port} {how}; location / {{ proxy_pass http://{late}; }} }}"
        )
    });
    let Some(nginx) = nginx.await else {
        return;
    };
    base.get_or_init(|| nginx.url());
    let client = sandbox.client_builder().http(nginx.trusting()).build();

    let bytes = content(4 << 20);
    let began = Instant::now();
    let upload = files_of(&client.unwrap()).upload("result.pdf", Body::from(bytes.clone()));
    let outcome = soon(upload.send()).await.unwrap();
    assert!(began.elapsed() > LATE, "{how}: {:?}", began.elapsed());
    let UploadOutcome::Uploaded {
        file_id: Some(id), ..
    } = outcome
    else {
        panic!("{how}: {outcome:?}");
    };
    assert!(sandbox.stored_bytes(id.as_str()).unwrap() == bytes, "{how}");
    assert_eq!(sandbox.count("erp.files.transfer"), 1, "{how}");
    assert_eq!(nginx.log(1).await.len(), 1, "{how}");
}

#[tokio::test]
async fn a_file_whose_answer_comes_late_is_sent_once() {
    // Both at the same time, because each takes as long as the storage.
    join_all(["ssl", "ssl http2"].map(upload)).await;
}
