//! A store in Redis, for processes on several machines.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind as RedisKind, FromRedisValue, RedisError,
};
use redis::{ServerErrorKind, cmd};

use super::{Store, StoreKey};
use crate::data::redact::Secret;
use crate::error::{Error, ErrorKind, Result};
use crate::lock::lock;

/// What each key begins with, unless the program sets something else.
const PREFIX: &str = "common-http:";
/// How long a connection or an answer may take: less than a client waits for a store.
const PATIENCE: Duration = Duration::from_secs(4);
/// A longer lifetime is endless: Redis refuses times that it cannot count.
const LONGEST: Duration = Duration::from_secs(1000 * 366 * 24 * 60 * 60);

/// A [`Store`] in Redis, shared by the processes of several machines (feature `redis`).
///
/// Making one does no I/O: it connects when a value is needed, and again after the connection was
/// lost. The values are those of `SET` and `GET`, under the prefix `common-http:`. Values are
/// secrets, and the connection is not encrypted: use a server that only your machines can reach,
/// and a user with a password in the URL. Configure it to write to disk and to evict nothing if
/// uploads are to be resumed after it was restarted.
///
/// ```no_run
/// use common_http::RedisStore;
///
/// // Every client of every process that is built with such a store shares one login.
/// let store = RedisStore::new("redis://user:password@redis.internal:6379/0")?;
/// # let _ = store;
/// # Ok::<(), common_http::Error>(())
/// ```
#[derive(Clone)]
pub struct RedisStore {
    client: Client,
    prefix: String,
    connection: Arc<Mutex<Connection>>,
}

/// The connection that all accesses use, and how many there were before.
#[derive(Default)]
struct Connection {
    open: Option<MultiplexedConnection>,
    number: u64,
}

/// Whether a command that may have been carried out can be sent again.
#[derive(Clone, Copy, PartialEq)]
enum Repeat {
    Allowed,
    Never,
}

impl RedisStore {
    /// A store in the Redis at this URL: `redis://[user[:password]@]host[:port][/database]`.
    ///
    /// # Errors
    /// `config` if the URL is malformed, or asks for TLS, which is not built in.
    pub fn new(url: &str) -> Result<Self> {
        let unfit = |_| {
            Error::new(ErrorKind::Config).with_detail("the URL of the Redis store cannot be used")
        };
        Ok(Self {
            client: Client::open(url).map_err(unfit)?,
            prefix: PREFIX.to_owned(),
            connection: Arc::default(),
        })
    }

    /// Sets what each key begins with, to tell these values from others in the same database.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn command(&self, name: &str, key: &StoreKey) -> Cmd {
        let mut command = cmd(name);
        command.arg(format!("{}{}", self.prefix, key.as_str()));
        command
    }

    /// The connection that is open, and its number.
    fn open(&self) -> Option<(MultiplexedConnection, u64)> {
        let connection = lock(&self.connection);
        Some((connection.open.clone()?, connection.number))
    }

    /// The connection, its number, and whether it was open before.
    ///
    /// Accesses at the same time may each open one, of which the last is kept. They do not wait for
    /// each other, because an access that is not polled any more would never let the others go on.
    async fn connection(&self) -> io::Result<(MultiplexedConnection, u64, bool)> {
        if let Some((open, number)) = self.open() {
            return Ok((open, number, true));
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let opening = (self.client).get_multiplexed_async_connection_with_config(&config);
        let open = opening.await.map_err(|error| translated(&error))?;
        let mut connection = lock(&self.connection);
        connection.open = Some(open.clone());
        connection.number += 1;
        Ok((open, connection.number, false))
    }

    /// Opens another connection for the next access, unless that has been done.
    fn close(&self, number: u64) {
        let mut connection = lock(&self.connection);
        if connection.number == number {
            connection.open = None;
        }
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd, repeat: Repeat) -> io::Result<T> {
        loop {
            let (mut open, number, is_old) = self.connection().await?;
            let error = match command.query_async(&mut open).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            // Whatever failed, for example a replica that was promoted: the next access connects
            // again.
            self.close(number);
            // The server may have ended an idle connection long ago.
            let may_be_stale = is_old && error.is_io_error() && !error.is_timeout();
            if !may_be_stale || repeat == Repeat::Never {
                return Err(translated(&error));
            }
        }
    }

    async fn exists(&self, key: &StoreKey) -> io::Result<bool> {
        self.ask(&self.command("EXISTS", key), Repeat::Allowed)
            .await
    }
}

/// A lifetime in Redis' terms.
enum Life {
    Over,
    Endless,
    Milliseconds(u64),
}

impl Life {
    fn of(lifetime: Option<Duration>) -> Self {
        match lifetime {
            None => Self::Endless,
            Some(lifetime) if lifetime > LONGEST => Self::Endless,
            Some(lifetime) => match u64::try_from(lifetime.as_millis()) {
                Ok(0) => Self::Over,
                Ok(milliseconds) => Self::Milliseconds(milliseconds),
                Err(_) => Self::Endless,
            },
        }
    }

    /// Adds it to a `SET`.
    fn add_to(&self, command: &mut Cmd) {
        if let Self::Milliseconds(milliseconds) = self {
            command.arg("PX").arg(*milliseconds);
        }
    }
}

#[async_trait]
impl Store for RedisStore {
    async fn get(&self, key: &StoreKey) -> io::Result<Option<Secret>> {
        let value: Option<Vec<u8>> = self.ask(&self.command("GET", key), Repeat::Allowed).await?;
        let text = value.map(String::from_utf8).transpose();
        let text = text.map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        Ok(text.map(Secret::from))
    }

    async fn put(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<()> {
        let life = Life::of(lifetime);
        if let Life::Over = life {
            return self.remove(key).await;
        }
        let mut command = self.command("SET", key);
        command.arg(value.expose());
        life.add_to(&mut command);
        self.ask(&command, Repeat::Allowed).await
    }

    async fn put_if_absent(
        &self,
        key: &StoreKey,
        value: &Secret,
        lifetime: Option<Duration>,
    ) -> io::Result<bool> {
        let life = Life::of(lifetime);
        if let Life::Over = life {
            return self.exists(key).await.map(|exists| !exists);
        }
        let mut command = self.command("SET", key);
        command.arg(value.expose());
        life.add_to(&mut command);
        command.arg("NX");
        // If the answer is lost, a repetition would find our own value.
        let set: Option<String> = self.ask(&command, Repeat::Never).await?;
        Ok(set.is_some())
    }

    async fn remove(&self, key: &StoreKey) -> io::Result<()> {
        let command = self.command("DEL", key);
        self.ask::<u64>(&command, Repeat::Allowed).await.map(drop)
    }
}

/// The kind of an error alone, because its text can quote values.
fn translated(error: &RedisError) -> io::Error {
    io::Error::from(match error.kind() {
        _ if error.is_timeout() => io::ErrorKind::TimedOut,
        _ if error.is_connection_refusal() => io::ErrorKind::ConnectionRefused,
        _ if error.is_connection_dropped() => io::ErrorKind::ConnectionReset,
        RedisKind::Io => io::ErrorKind::NotConnected,
        RedisKind::AuthenticationFailed | RedisKind::Server(ServerErrorKind::NoPerm) => {
            io::ErrorKind::PermissionDenied
        }
        _ => io::ErrorKind::Other,
    })
}

/// Prints no URL, because it can have a password.
impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisStore(..)")
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    #[test]
    fn a_url_that_cannot_be_used_is_an_error_of_the_settings() {
        for url in ["", "MARKER", "http://MARKER:6379", "rediss://MARKER:6379"] {
            let error = RedisStore::new(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{url}");
            assert!(!format!("{error} {error:?}").contains("MARKER"));
        }
        let store = RedisStore::new("redis://MARKER:MARKER@localhost/7").unwrap();
        assert_eq!(format!("{store:?}"), "RedisStore(..)");
    }

    #[test]
    fn lifetimes_are_counted_in_milliseconds() {
        let seconds = |seconds| Life::of(Some(Duration::from_secs(seconds)));
        assert!(matches!(seconds(0), Life::Over));
        assert!(matches!(seconds(30), Life::Milliseconds(30_000)));
        assert!(matches!(Life::of(Some(Duration::MAX)), Life::Endless));
        assert!(matches!(Life::of(None), Life::Endless));
    }

    /// A call that is cancelled can leave its login, and with it an access, for a later call to
    /// continue.
    #[tokio::test]
    async fn an_access_that_nobody_continues_stops_no_other() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (silent, _) = listener.accept().unwrap();
            drop(listener);
            silent
        });
        let store = RedisStore::new(&format!("redis://{address}/")).unwrap();
        let key = StoreKey::of(&["a"]);
        let mut left = store.get(&key);
        let moment = Duration::from_millis(200);
        timeout(moment, &mut left).await.unwrap_err();
        let _silent = server.join().unwrap();
        let other = timeout(PATIENCE, store.get(&key)).await;
        other.expect("an end").unwrap_err();
        drop(left);
    }

    /// Nobody listens there.
    #[tokio::test]
    async fn errors_have_a_kind_and_no_values() {
        let store = RedisStore::new("redis://127.0.0.1:1/").unwrap();
        let error = store.get(&StoreKey::of(&["a"])).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert_eq!(error.to_string(), io::Error::from(error.kind()).to_string());
    }
}
