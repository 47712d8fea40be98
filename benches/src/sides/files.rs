//! Whole files by hand: to the disk and from it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Response, request};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::{Frame, Incoming};
use reqwest::multipart::{Form, Part};
use reqwest_middleware::ClientWithMiddleware;
use tokio::io::AsyncWriteExt;

use crate::sides::by_hand::UPLOAD;

/// A body for hyper.
pub(crate) type UploadBody = BoxBody<Bytes, io::Error>;

/// Of the sizes from 16 KiB to 1 MiB the one that cost least.
const CHUNK: usize = 512 << 10;

pub(crate) fn nothing() -> UploadBody {
    UploadBody::new(Empty::new().map_err(|never| match never {}))
}

/// Copies an answer into a file: under its final name at once, or synced and renamed.
pub(crate) async fn save(mut response: reqwest::Response, target: &Path, synced: bool) -> u64 {
    let announced = response.content_length().unwrap();
    let part = if synced {
        target.with_extension("part")
    } else {
        target.to_owned()
    };
    let mut file = tokio::fs::File::create(&part).await.unwrap();
    let mut length = 0;
    while let Some(chunk) = response.chunk().await.unwrap() {
        file.write_all(&chunk).await.unwrap();
        length += chunk.len() as u64;
    }
    file.flush().await.unwrap();
    assert_eq!(length, announced);
    if synced {
        file.sync_all().await.unwrap();
        tokio::fs::rename(&part, target).await.unwrap();
    }
    length
}

/// Streams a file, the way reqwest's documentation shows it.
pub(crate) async fn upload(client: &reqwest::Client, url: &str, path: &Path, form: bool) -> Bytes {
    let file = tokio::fs::File::open(path).await.unwrap();
    let length = file.metadata().await.unwrap().len();
    let request = client.put(format!("{url}{UPLOAD}"));
    let request = if form {
        let part = Part::stream_with_length(file, length)
            .file_name("laudo.pdf")
            .mime_str("application/pdf");
        request.multipart(Form::new().part("file", part.unwrap()))
    } else {
        request
            .header(CONTENT_TYPE, "application/pdf")
            .header(CONTENT_LENGTH, length)
            .body(file)
    };
    let response = request.send().await.unwrap().error_for_status().unwrap();
    response.bytes().await.unwrap()
}

/// Only a body in memory can be sent again by the middleware.
pub(crate) async fn upload_from_memory(
    client: &ClientWithMiddleware,
    url: &str,
    path: &Path,
) -> Bytes {
    let content = tokio::fs::read(path).await.unwrap();
    let request = client
        .put(format!("{url}{UPLOAD}"))
        .header(CONTENT_TYPE, "application/pdf")
        .body(content);
    let response = request.send().await.unwrap().error_for_status().unwrap();
    response.bytes().await.unwrap()
}

/// Writes hyper's frames into a file as they come. A write to the page cache hardly ever waits.
pub(crate) async fn save_frames(response: Response<Incoming>, target: &Path) -> u64 {
    assert!(response.status().is_success());
    let mut body = response.into_body();
    let mut file = File::create(target).unwrap();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let data = frame.unwrap().into_data().unwrap();
        file.write_all(&data).unwrap();
        length += data.len() as u64;
    }
    length
}

/// A request of hyper with a file in large chunks, as it is or in a form.
pub(crate) fn streamed(
    request: request::Builder,
    path: &Path,
    form: bool,
) -> (request::Builder, UploadBody) {
    let file = File::open(path).unwrap();
    let length = file.metadata().unwrap().len();
    let (head, tail, content_type) = match form {
        true => (
            "--EXAMPLE\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"laudo.pdf\"\r\nContent-Type: application/pdf\r\n\r\n",
            "\r\n--EXAMPLE--\r\n",
            "multipart/form-data; boundary=EXAMPLE",
        ),
        false => ("", "", "application/pdf"),
    };
    let length = length + (head.len() + tail.len()) as u64;
    let request = request
        .method("PUT")
        .header(CONTENT_TYPE, content_type)
        .header(CONTENT_LENGTH, length);
    let reader = head.as_bytes().chain(file).chain(tail.as_bytes());
    let frames = stream::try_unfold(reader, async |mut reader| {
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = reader.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
        let frame = (read > 0).then(|| Frame::data(chunk.into()));
        Ok(frame.map(|frame| (frame, reader)))
    });
    (request, UploadBody::new(StreamBody::new(frames)))
}
