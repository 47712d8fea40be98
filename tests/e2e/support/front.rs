//! Servers between a client and its sandbox.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use biologix_client::sandbox::Sandbox;
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A listener on a free port of the loopback interface. Its connections end when it is dropped.
pub(crate) struct Front {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Front {
    pub(crate) async fn start<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream));
            }
        });
        Self { address, task }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) fn address(sandbox: &Sandbox) -> SocketAddr {
    let address = sandbox.url().strip_prefix("http://").unwrap();
    address.parse().unwrap()
}

/// An address where no server listens.
pub(crate) fn nobody() -> SocketAddr {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

/// Forwards bytes both ways until both ends close or one fails.
pub(crate) async fn tunnel(
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    to: SocketAddr,
) -> io::Result<()> {
    let mut server = TcpStream::connect(to).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
