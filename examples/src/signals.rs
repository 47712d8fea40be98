//! The signals that ask a program to stop: SIGINT (Ctrl-C) and SIGTERM; on Windows, Ctrl-C.

use std::io;

/// Waits for a signal. While it exists, signals do not end the program by themselves.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Starts to listen. Call it before you announce that the program is ready.
    ///
    /// # Errors
    /// The system refuses the signal handlers.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Returns when a signal has come, with the exit status that says so. Cancel-safe: no signal is
    /// lost.
    pub async fn wait(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => 130,
            _ = self.terminate.recv() => 143,
        }
    }
}

/// Waits for a signal. While it exists, signals do not end the program by themselves.
#[cfg(windows)]
#[derive(Debug)]
pub struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    /// Starts to listen. Call it before you announce that the program is ready.
    ///
    /// # Errors
    /// The system refuses the signal handlers.
    pub fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    /// Returns when a signal has come, with the exit status that says so. Cancel-safe: no signal is
    /// lost.
    pub async fn wait(&mut self) -> u8 {
        self.0.recv().await;
        130
    }
}
