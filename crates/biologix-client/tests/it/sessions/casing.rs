//! The token's header on a real connection, where the server chooses its case.

use biologix_client::BiologixClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::partner;

/// Reads one request, head and body.
async fn read(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.unwrap();
        assert!(read > 0, "the request is cut off");
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        if body.len() >= length {
            return text;
        }
    }
}

/// Serves a login and a list, each on its own connection, and returns the list's request.
async fn serve(listener: TcpListener, header: &'static [u8]) -> String {
    let mut last = String::new();
    for (headers, body) in [(header, r#"{"userId":"0000001AA"}"#), (b"", "[]")] {
        let (mut stream, _) = listener.accept().await.unwrap();
        last = read(&mut stream).await;
        let length = body.len();
        let mut answer =
            format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n")
                .into_bytes();
        answer.extend_from_slice(headers);
        answer.extend_from_slice(format!("\r\n{body}").as_bytes());
        stream.write_all(&answer).await.unwrap();
        stream.shutdown().await.unwrap();
    }
    last
}

#[tokio::test]
async fn the_token_header_is_found_in_any_case() {
    let cases: [(&[u8], &str); 4] = [
        (
            b"Bx-Session-Token: EXAMPLETOKEN0001\r\n",
            "basic MDAwMDAwMUFBOkVYQU1QTEVUT0tFTjAwMDE=",
        ),
        (
            b"bx-session-token:EXAMPLETOKEN0001\r\n",
            "basic MDAwMDAwMUFBOkVYQU1QTEVUT0tFTjAwMDE=",
        ),
        (
            b"BX-SESSION-TOKEN:   EXAMPLETOKEN0001 \r\n",
            "basic MDAwMDAwMUFBOkVYQU1QTEVUT0tFTjAwMDE=",
        ),
        // Not text: the bytes are used as they came.
        (b"bX-sEsSiOn-ToKeN: \xff\x80\r\n", "basic MDAwMDAwMUFBOv+A"),
    ];
    for (sent, expected) in cases {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let client = BiologixClient::builder()
            .base_url(url)
            .credentials("c|EXAMPLE|000001", "EXAMPLE-PASSWORD")
            .build()
            .unwrap();
        let partner = partner();
        let (request, page) =
            tokio::join!(serve(listener, sent), client.exams(&partner).list().send());
        assert!(page.unwrap().items.is_empty());
        let line = request.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("authorization").then_some(value)
        });
        assert_eq!(line, Some(expected));
    }
}
