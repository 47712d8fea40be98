//! The signals that ask a program to come to its end: SIGINT (Ctrl-C) and SIGTERM; elsewhere than on Unix, Ctrl-C alone.

use std::io;

/// Waits for a signal. From its making on, the signals no longer end the program by themselves.
#[cfg(unix)]
#[derive(Debug)]
pub struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// To be made before anyone is told that the program is ready, so that no signal finds it unprepared.
    ///
    /// # Errors
    /// The system lets nobody wait for them.
    pub fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Returns when there was one. May be dropped and called again: no signal is lost.
    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Waits for a signal. From its making on, the signals no longer end the program by themselves.
#[cfg(windows)]
#[derive(Debug)]
pub struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    /// To be made before anyone is told that the program is ready, so that no signal finds it unprepared.
    ///
    /// # Errors
    /// The system lets nobody wait for them.
    pub fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    /// Returns when there was one. May be dropped and called again: no signal is lost.
    pub async fn wait(&mut self) {
        self.0.recv().await;
    }
}
