//! A download as the stream and the reader that other libraries expect.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};

use super::Download;
use crate::error::Result;

impl Stream for Download {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.told {
            return Poll::Ready(None);
        }
        let next = ready!(self.poll_chunk(cx));
        self.told = next.is_err();
        Poll::Ready(next.transpose())
    }
}

impl AsyncRead for Download {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if into.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        if let Some(mut chunk) = ready!(self.poll_chunk(cx))? {
            let fits = chunk.len().min(into.remaining());
            into.put_slice(&chunk[..fits]);
            chunk.advance(fits);
            // What does not fit is the next piece.
            self.reply.start = chunk;
        }
        Poll::Ready(Ok(()))
    }
}
