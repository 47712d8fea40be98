//! A large file in flat memory, sent again from its start when the connection breaks.
//! It is a binary of its own, because the peak is the process's. Linux reports it.

// Clippy's exception for tests does not cover their helper functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common_http::{Body, CallOptions, HttpOptions, RetryPolicy};
use erp_files_client::ErpFilesClient;
use testing::memory::peak_kib;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How much the storage has taken.
#[derive(Default)]
struct Storage {
    /// In attempts that were interrupted, and in total.
    broken: AtomicU64,
    taken: AtomicU64,
    /// After how many bytes the next attempt is interrupted. 0: it is not.
    break_after: AtomicU64,
}

/// The ERP and its storage in one, which count what they get and drop it.
async fn serve(mut stream: TcpStream, host: String, storage: Arc<Storage>) -> Option<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut head = Vec::new();
    loop {
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut left: u64 = length.map_or(0, |length| length.parse().unwrap());
        let (method, target) = text.split_once(' ').unwrap();
        let mut taken = 0;
        let break_after = match method {
            "PUT" => storage.break_after.swap(0, Ordering::Relaxed),
            _ => 0,
        };
        while left > 0 {
            let count = stream
                .read(&mut buffer)
                .await
                .ok()
                .filter(|count| *count > 0)? as u64;
            left -= count;
            taken += count;
            if break_after > 0 && taken > break_after {
                storage.broken.fetch_add(taken, Ordering::Relaxed);
                return None;
            }
        }
        storage.taken.fetch_add(taken, Ordering::Relaxed);
        let body = match (method, target.contains("/initialize/")) {
            ("POST", true) => format!("http://{host}/container/large.bin?sv=1&sig=EXAMPLE"),
            ("GET", _) => r#"[{"Id":1,"FileName":"large.bin"}]"#.to_owned(),
            _ => String::new(),
        };
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

#[tokio::test]
async fn a_large_file_takes_no_more_memory_than_a_small_one() {
    // Without optimisation, a gibibyte takes long.
    let length: u64 = if cfg!(debug_assertions) {
        256 << 20
    } else {
        1 << 30
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let storage = Arc::new(Storage::default());
    let (serving, url) = (Arc::clone(&storage), format!("http://{host}"));
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, host.clone(), Arc::clone(&serving)));
        }
    });
    let retry = RetryPolicy::default().base(std::time::Duration::from_millis(1));
    let client = ErpFilesClient::builder()
        .base_url(url)
        .access_token("EXAMPLE-TOKEN")
        .http(HttpOptions::default().retry(retry))
        .build()
        .unwrap();

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.bin");
    let upload = async |length: u64| {
        // Sparse: it takes no space on the disk.
        std::fs::File::create(&path)
            .unwrap()
            .set_len(length)
            .unwrap();
        let attempts = Arc::new(AtomicU64::new(0));
        let latest = Arc::clone(&attempts);
        let options = CallOptions::default().on_progress(move |progress| {
            latest.store(progress.attempt.into(), Ordering::Relaxed);
        });
        let body = Body::from_path(&path).await.unwrap();
        let files = client.files(&7.into(), &12.into());
        let outcome = files
            .upload("large.bin", body)
            .options(options)
            .send()
            .await
            .unwrap();
        assert_eq!(outcome.as_str(), "uploaded");
        assert_eq!(outcome.file_id(), Some(&1.into()));
        (
            storage.taken.swap(0, Ordering::Relaxed),
            attempts.load(Ordering::Relaxed),
        )
    };
    assert_eq!(upload(1 << 20).await, (1 << 20, 1));
    let before = peak_kib();
    assert_eq!(upload(length).await, (length, 1));
    storage.break_after.store(length / 2, Ordering::Relaxed);
    assert_eq!(upload(length).await, (length, 2));
    assert!(storage.broken.load(Ordering::Relaxed) > length / 2);
    let after = peak_kib();
    assert!(after - before < 24 * 1024, "{before} KiB, then {after}");
    server.abort();
}
