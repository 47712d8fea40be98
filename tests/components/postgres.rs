//! The courier on a real Postgres, over TLS: kills, faults, two workers, a lost database.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use examples::courier::{Courier, NewJob, State, Task, Vendors, WorkOptions};
use gensoft_client::sandbox::Sandbox;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sqlx::any::AnyPoolOptions;
use tokio::sync::{Semaphore, mpsc};

use crate::component::{BUSY, Running, bare_command, program};
use crate::crowd::{each_order_is_sent_once, front};
use crate::points::{Databases, at_each_point, under_each_fault};
use crate::support::soon;
use crate::town::{open, until_idle};

/// Of the test's server only.
const PASSWORD: &str = "EXAMPLE-SECRET";

struct Postgres {
    running: Running<1>,
    schemas: AtomicUsize,
}

/// Postgres refuses to run as root.
fn as_its_user(program: &Path) -> Command {
    if fs::metadata("/proc/self").is_ok_and(|process| is_root(&process)) {
        let mut command = bare_command("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        command.arg(program);
        return command;
    }
    bare_command(program)
}

fn is_root(process: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(process) == 0
}

#[track_caller]
fn done(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// A certificate for the server, which its own authority has signed.
fn certificates(folder: &Path) {
    let mut authority = CertificateParams::new([]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&key).unwrap();
    let issuer = Issuer::new(authority, key);
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let server = server.signed_by(&key, &issuer).unwrap();
    fs::write(folder.join("root.crt"), root.pem()).unwrap();
    fs::write(folder.join("server.crt"), server.pem()).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
    let mode = fs::Permissions::from_mode(0o600);
    fs::set_permissions(folder.join("server.key"), mode).unwrap();
}

/// Makes the server's folder, and the command that starts it.
fn server(postgres: &Path, folder: &Path, port: u16, auth: &str) -> Command {
    certificates(folder);
    fs::write(folder.join("password"), PASSWORD).unwrap();
    if fs::metadata(folder).is_ok_and(|folder| is_root(&folder)) {
        done(
            Command::new("chown")
                .args(["-R", "postgres:postgres"])
                .arg(folder),
        );
    }
    let data = folder.join("data");
    let mut initdb = as_its_user(&postgres.with_file_name("initdb"));
    initdb.arg("-D").arg(&data).arg("--pwfile");
    initdb.arg(folder.join("password"));
    done(initdb.args(["-U", "courier", auth, "--no-locale", "-E", "UTF8"]));
    let mut command = as_its_user(postgres);
    command.arg("-D").arg(data).args(["-p", &port.to_string()]);
    for setting in [
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        "max_connections=300".to_owned(),
        "ssl=on".to_owned(),
        format!("ssl_cert_file={}", folder.join("server.crt").display()),
        format!("ssl_key_file={}", folder.join("server.key").display()),
    ] {
        command.args(["-c", &setting]);
    }
    command
}

impl Postgres {
    /// A server that asks for the password. `None` if it is not installed.
    async fn start() -> Option<Self> {
        Self::with("--auth=scram-sha-256").await
    }

    /// A server for many connections: unoptimised, a password takes long to check.
    async fn trusting() -> Option<Self> {
        Self::with("--auth=trust").await
    }

    async fn with(auth: &str) -> Option<Self> {
        // A link leads to a folder without the other programs.
        let postgres = fs::canonicalize(program("postgres")?).unwrap();
        let is_ready = postgres.with_file_name("pg_isready");
        let running = Running::start(
            |folder, [port]| server(&postgres, folder, port, auth),
            async |[port]: [u16; 1]| {
                let mut ask = bare_command(&is_ready);
                ask.args(["-q", "-h", &Ipv4Addr::LOCALHOST.to_string()]);
                ask.args(["-p", &port.to_string()])
                    .status()
                    .unwrap()
                    .success()
            },
        );
        Some(Self {
            running: running.await,
            schemas: AtomicUsize::new(0),
        })
    }

    /// The address of a schema, over TLS with the server's certificate checked.
    fn url(&self, schema: &str) -> String {
        let ([port], root) = (self.running.ports, self.root());
        format!(
            "postgres://courier:{PASSWORD}@localhost:{port}/postgres?sslmode=verify-full\
             &sslrootcert={}&options=-c%20search_path%3D{schema}",
            root.display()
        )
    }

    fn root(&self) -> PathBuf {
        self.running.folder.path().join("root.crt")
    }

    async fn ask(&self, sql: &str) {
        sqlx::any::install_default_drivers();
        let pool = AnyPoolOptions::new()
            .connect(&self.url("public"))
            .await
            .unwrap();
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        pool.close().await;
    }
}

impl Drop for Postgres {
    /// A killed server would leave shared memory in the system.
    fn drop(&mut self) {
        self.running.end("QUIT");
    }
}

impl Databases for Postgres {
    async fn empty(&self) -> String {
        let number = self.schemas.fetch_add(1, Ordering::Relaxed);
        self.ask(&format!("CREATE SCHEMA run_{number}")).await;
        self.url(&format!("run_{number}"))
    }
}

#[tokio::test]
async fn killed_at_each_step_and_request() {
    let _busy = BUSY.lock().await;
    let Some(postgres) = Postgres::trusting().await else {
        return;
    };
    at_each_point(&postgres).await;
}

#[tokio::test]
async fn killed_at_some_steps_under_each_fault() {
    let _busy = BUSY.lock().await;
    let Some(postgres) = Postgres::trusting().await else {
        return;
    };
    under_each_fault(&postgres, 13).await;
}

#[tokio::test]
#[ignore = "takes minutes: see CONTRIBUTING"]
async fn killed_at_each_step_under_each_fault() {
    let Some(postgres) = Postgres::trusting().await else {
        return;
    };
    under_each_fault(&postgres, 1).await;
}

#[tokio::test]
async fn two_workers_send_each_order_once() {
    let _busy = BUSY.lock().await;
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    each_order_is_sent_once(&postgres.empty().await, 200).await;
}

#[tokio::test]
async fn a_worker_needs_few_rights_and_the_right_certificate() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    let url = postgres.empty().await;
    open(&url).await.close().await;
    let role = format!(
        "CREATE ROLE clinic LOGIN PASSWORD '{PASSWORD}';
         GRANT USAGE ON SCHEMA run_0 TO clinic;
         GRANT SELECT, INSERT, UPDATE, DELETE ON run_0.courier_jobs TO clinic"
    );
    postgres.ask(&role).await;
    let url = url.replace("//courier:", "//clinic:");
    each_order_is_sent_once(&url, 5).await;

    let root = format!("&sslrootcert={}", postgres.root().display());
    let error = Courier::open(&url.replace(&root, "")).await.unwrap_err();
    assert!(error.to_string().contains("no TLS connection"), "{error}");
    let error = Courier::open(&url.replace(PASSWORD, "ANOTHER"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("the password"), "{error}");
    let error = Courier::open(&url.replace("/postgres?", "/absent?"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no such database"), "{error}");
}

/// The connections to the database end while a job is sent, and cannot be made again for a time.
#[tokio::test]
async fn a_receipt_waits_for_the_database() {
    let Some(postgres) = Postgres::start().await else {
        return;
    };
    postgres.ask("CREATE DATABASE courier").await;
    let url = postgres.url("public").replace("/postgres?", "/courier?");
    let sandbox = Sandbox::start().await.unwrap();
    let (asked, answer) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let client = gensoft_client::GensoftClient::builder()
        .base_url(front(&sandbox, &asked, &answer).await)
        .api_key(sandbox.api_key())
        .build()
        .unwrap();
    let courier = open(&url).await;
    let job = NewJob::new("order", Task::GensoftAttendance, "{}").unwrap();
    courier.enqueue(&job).await.unwrap();
    let (trouble, mut troubled) = mpsc::unbounded_channel();
    let options = WorkOptions {
        trouble: Arc::new(move |_| trouble.send(()).unwrap_or_default()),
        ..until_idle()
    };
    let vendors = Vendors::default().gensoft(client);
    let work = courier.work(&vendors, options, std::future::pending());
    let database = async {
        asked.acquire().await.unwrap().forget();
        postgres
            .ask(
                "ALTER DATABASE courier ALLOW_CONNECTIONS false;
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = 'courier'",
            )
            .await;
        answer.add_permits(1);
        // The vendor has it, and the database does not know yet.
        sandbox
            .wait_for("gensoft.attendances.send", 1)
            .await
            .unwrap();
        troubled.recv().await.unwrap();
        postgres
            .ask("ALTER DATABASE courier ALLOW_CONNECTIONS true")
            .await;
    };
    let (worked, ()) = soon(async { tokio::join!(work, database) }).await;
    assert_eq!(worked.unwrap().done, 1);
    let job = courier.job("order").await.unwrap().unwrap();
    assert_eq!((job.state, job.attempts), (State::Done, 1));
    assert_eq!(sandbox.attendances().len(), 1);
}
