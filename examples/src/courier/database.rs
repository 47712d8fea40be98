//! The database: SQLite or Postgres, one SQL for both but for a few words.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use common_http::{Error, ErrorKind, Result};
use sqlx::any::{AnyArguments, AnyConnectOptions, AnyPoolOptions, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor};

use super::address::{file_address, path_of, with_tls, wrong_address};
use crate::settings;

/// How long opening is tried again while another process creates the same database, or locks it. The
/// last try may take 10 s more.
const OPENING: Duration = Duration::from_secs(15);

/// A query whose arguments are bound.
pub(super) type Bound<'q> = Query<'q, Any, AnyArguments<'q>>;

/// A database. Cheap to clone.
#[derive(Clone)]
pub(super) struct Database {
    pool: AnyPool,
    dialect: Dialect,
}

#[derive(Clone, Copy, PartialEq)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    fn of(url: &str) -> Result<Self> {
        match url.split(':').next() {
            Some("sqlite") => Ok(Self::Sqlite),
            Some("postgres" | "postgresql") => Ok(Self::Postgres),
            _ => Err(wrong_address()),
        }
    }

    /// The words of this dialect, in place of ours.
    fn speak(self, sql: &str) -> String {
        let words = match self {
            Self::Sqlite => [
                ("{now}", "CAST(unixepoch('subsec') * 1000 AS INTEGER)"),
                ("{skip locked}", ""),
                ("{id}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
                ("{bytes}", "BLOB"),
                ("{lock}", "SELECT 1"),
            ],
            // The database's clock, because those of several machines differ.
            Self::Postgres => [
                (
                    "{now}",
                    "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
                ),
                ("{skip locked}", "FOR UPDATE OF j SKIP LOCKED"),
                ("{id}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
                ("{bytes}", "BYTEA"),
                // Creating a table twice at once fails, even if it need not exist.
                ("{lock}", "SELECT pg_advisory_xact_lock(4846738217091)"),
            ],
        };
        let speak = |sql: String, (ours, theirs): (&str, &str)| sql.replace(ours, theirs);
        words.into_iter().fold(sql.to_owned(), speak)
    }
}

const SCHEMA: &str = "
BEGIN;
{lock};
CREATE TABLE IF NOT EXISTS courier_jobs (
    id {id},
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    -- What the job is about. Removed when it is done, as it names a patient.
    task TEXT,
    content {bytes},
    lane TEXT,
    -- What tells this job from another one under the same key.
    digest TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    after_key TEXT,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Milliseconds since 1970, as all times here.
    due BIGINT NOT NULL,
    claim TEXT,
    lease_until BIGINT,
    upload_key TEXT,
    upload_state TEXT,
    error TEXT,
    outcome TEXT,
    remote_id TEXT,
    ended BIGINT
);
CREATE INDEX IF NOT EXISTS courier_waiting ON courier_jobs (due, id) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS courier_sending ON courier_jobs (lease_until) WHERE state = 'sending';
CREATE INDEX IF NOT EXISTS courier_lanes ON courier_jobs (lane, id) WHERE lane IS NOT NULL;
CREATE INDEX IF NOT EXISTS courier_done ON courier_jobs (ended) WHERE state = 'done';
COMMIT;
";

/// Each end of a transaction is on the disk before it is reported. What is removed is overwritten.
const SQLITE: &str = "
PRAGMA busy_timeout = 10000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
";

/// As above, where an administrator has turned it off.
const POSTGRES: &str = "
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') = 'off'
";

impl Database {
    /// Opens the database, and creates the file and the tables that are missing.
    pub(super) async fn open(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url)?;
        let (connections, setup) = match dialect {
            // SQLite has one writer at a time.
            Dialect::Sqlite => (1, SQLITE),
            Dialect::Postgres => (8, POSTGRES),
        };
        let url = match dialect {
            Dialect::Sqlite => file_address(url)?,
            Dialect::Postgres => with_tls(url, settings::allow_plain_http())?,
        };
        let options: AnyConnectOptions = url.parse().map_err(|_| wrong_address())?;
        if dialect == Dialect::Sqlite {
            create_file(&path_of(&url)?)?;
        }
        create(&options, setup, &dialect.speak(SCHEMA)).await?;
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(setup).await.map(drop) })
            });
        Ok(Self {
            pool: pool.connect_lazy_with(options),
            dialect,
        })
    }

    /// SQL in the words of this database. `{now}` is the time in milliseconds since 1970.
    pub(super) fn sql(&self, sql: &str) -> String {
        self.dialect.speak(sql)
    }

    /// Runs a statement to its end, and returns the number of rows that it changed.
    pub(super) async fn run(&self, query: Bound<'_>) -> Result<u64> {
        let done = query.execute(&self.pool).await.map_err(translate)?;
        Ok(done.rows_affected())
    }

    /// Runs a statement to its end, and returns its rows.
    ///
    /// A change that returns rows is committed only at its end: never use `fetch_optional` here.
    pub(super) async fn rows(&self, query: Bound<'_>) -> Result<Vec<AnyRow>> {
        query.fetch_all(&self.pool).await.map_err(translate)
    }

    /// Removes from SQLite's journal what was removed from the database.
    ///
    /// It waits for nobody: while it waited for a reader, nothing could be written. What somebody
    /// still reads is removed the next time.
    pub(super) async fn tidy(&self) -> Result<()> {
        if self.dialect == Dialect::Sqlite {
            let mut connection = self.pool.acquire().await.map_err(translate)?;
            let at_once = "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)";
            let removed = connection.execute(at_once).await;
            connection.execute(SQLITE).await.map_err(translate)?;
            match removed {
                Err(error) if !is_busy(&error) => return Err(translate(error)),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
        // A connection that came back meanwhile was left open: with what was removed in its journal.
        self.pool.close().await;
    }
}

/// Creates the tables that are missing, on a connection of its own: a pool would try for long.
async fn create(options: &AnyConnectOptions, setup: &str, schema: &str) -> Result<()> {
    let started = Instant::now();
    loop {
        let created = async {
            let mut connection = AnyConnection::connect_with(options).await?;
            connection.execute(setup).await?;
            // Where it is there, the user need not have the right to create it.
            let look = connection.execute("SELECT 1 FROM courier_jobs WHERE 1 = 0");
            if look.await.is_err() {
                connection.execute(schema).await?;
            }
            connection.close().await
        };
        match created.await {
            // SQLite does not wait for another process that changes the journal's mode.
            Err(error) if is_busy(&error) && started.elapsed() < OPENING => {}
            done => return done.map_err(translate),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Creates SQLite's file for this user only. Its journal gets the same mode.
fn create_file(path: &Path) -> Result<()> {
    let failed = |error: io::Error| {
        let (kind, what) = (ErrorKind::LocalIo, "the database's file cannot be created");
        match error.kind() {
            io::ErrorKind::NotFound => {
                Error::new(kind).with_detail("the database's folder does not exist")
            }
            _ => Error::new(kind).with_detail(what),
        }
    };
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(failed)?;
    // One that is empty has nothing yet that others may read.
    #[cfg(unix)]
    if file.metadata().map_err(failed)?.len() == 0 {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        file.set_permissions(mode).map_err(failed)?;
    }
    Ok(())
}

fn is_busy(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| matches!(&*code, "5" | "6" | "261" | "262" | "517"))
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

/// The error without its text, which quotes values.
fn translate(error: sqlx::Error) -> Error {
    let code = code(&error);
    let why = match &error {
        _ if is_busy(&error) => "the database is busy",
        sqlx::Error::Configuration(_) => return wrong_address(),
        sqlx::Error::Tls(_) => "no TLS connection to the database",
        // A certificate that is refused, for example.
        sqlx::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            "no TLS connection to the database"
        }
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => "the database cannot be reached",
        sqlx::Error::Database(_) => match code.as_deref() {
            Some("28000" | "28P01") => "the database refused the user or the password",
            Some("3D000") => "the server has no such database",
            Some("42501" | "8" | "1032") => "this user may not write to the database",
            Some("13" | "53100") => "the database's disk is full",
            Some("14") => "the database's file cannot be opened",
            Some("11") => "the database's file is damaged",
            Some("26") => "the file is not an SQLite database",
            // SQLite has one code for all that is wrong with a statement.
            Some("1" | "42703" | "42P01") => "the database is of another version",
            Some("57P01" | "57P02" | "57P03" | "53300") => "the database is not available",
            _ => "the database failed",
        },
        _ => "the database failed",
    };
    Error::new(ErrorKind::LocalIo).with_detail(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_databases_are_refused() {
        for url in [
            "",
            "courier.db",
            "mysql://localhost/courier",
            "/tmp/courier.db",
        ] {
            assert!(Dialect::of(url).is_err(), "{url}");
        }
    }

    /// What waited for a reader kept everybody else from writing.
    #[tokio::test]
    async fn what_somebody_reads_is_tidied_up_later() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("courier.db");
        let url = format!("sqlite://{}", file.display());
        let database = Database::open(&url).await.unwrap();
        let insert = "INSERT INTO courier_jobs (key, kind, digest, sha256, bytes, state, attempts, due) \
                      VALUES ('k', 'k', 'd', 's', 1, 'waiting', 0, 0)";
        let mut reader = AnyConnection::connect(&url).await.unwrap();
        reader.execute("BEGIN").await.unwrap();
        reader
            .fetch_all("SELECT key FROM courier_jobs")
            .await
            .unwrap();
        database.run(sqlx::query(insert)).await.unwrap();
        let started = Instant::now();
        database.tidy().await.unwrap();
        // It is the time that a writer waits for another one.
        assert!(started.elapsed() < Duration::from_secs(10));
        let journal = || {
            fs::metadata(folder.path().join("courier.db-wal"))
                .unwrap()
                .len()
        };
        assert!(journal() > 0);
        reader.execute("COMMIT").await.unwrap();
        database.tidy().await.unwrap();
        assert_eq!(journal(), 0);
        let timeout = database
            .rows(sqlx::query("PRAGMA busy_timeout"))
            .await
            .unwrap();
        assert_eq!(sqlx::Row::get::<i64, _>(&timeout[0], 0), 10_000);
    }

    #[tokio::test]
    async fn a_table_of_another_version_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/courier.db?mode=rwc", folder.path().display());
        sqlx::any::install_default_drivers();
        let mut other = AnyConnection::connect(&url).await.unwrap();
        let create = "CREATE TABLE courier_jobs (id INTEGER)";
        other.execute(create).await.unwrap();
        let database = Database::open(&url).await.unwrap();
        let select = sqlx::query("SELECT key FROM courier_jobs");
        let error = database.rows(select).await.map(drop).unwrap_err();
        assert!(error.to_string().contains("another version"), "{error}");
    }
}
