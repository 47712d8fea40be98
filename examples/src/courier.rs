//! Durable delivery that knows [`Delivery`](common_http::Delivery): the program `courier` as a
//! library.
//!
//! A job is handed in under a key, and kept in a database until it is done. A worker marks it as
//! being sent before the first byte leaves, and records the end as soon as it is known. Whatever
//! dies in between, a job that has an effect is not sent a second time unless the vendor's list
//! shows that it did not arrive, or a person says so; and one that was not sent is not forgotten.
//!
//! [`decision`] is the table: how an attempt ended, how the kind may be repeated, what follows.
//! `queue` and `desk` have the SQL of workers and of people, one for SQLite and Postgres;
//! `database` has the few words that differ. `worker` takes jobs, `attempt` makes one attempt,
//! `heart` keeps leases, and `upload_state` is a `Store` in a job's row.
//!
//! The page `docs/courier.md` says how to run it. To use it in another program, copy this folder or
//! call it:
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use examples::courier::{Courier, NewJob, State, Task, Vendors, WorkOptions};
//!
//! # let sandbox = gensoft_client::sandbox::Sandbox::start().await?;
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}", folder.path().join("courier.db").display());
//! let courier = Courier::open(&url).await?;
//! let order = NewJob::new("order-17", Task::GensoftAttendance, r#"{"pedido": "EXEMPLO"}"#)?;
//! assert!(courier.enqueue(&order).await?);
//! assert!(!courier.enqueue(&order).await?, "the same key is the same job");
//!
//! let vendors = Vendors::default().gensoft(sandbox.client());
//! let options = WorkOptions { until_idle: true, ..WorkOptions::default() };
//! let worked = courier.work(&vendors, options, std::future::pending()).await?;
//! assert_eq!(worked.done, 1);
//! let job = courier.job("order-17").await?.expect("it is kept");
//! assert_eq!(job.state, State::Done);
//! println!("{:?}", job.receipt);
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```

mod address;
mod attempt;
mod database;
pub mod decision;
mod desk;
mod heart;
mod job;
mod queue;
mod send;
mod steps;
mod task;
mod upload_state;
mod vendors;
mod worker;

use common_http::{Result, safe_debug};

use self::database::Database;
pub use self::desk::Answer;
pub use self::job::{Job, NewJob, Receipt, State};
pub use self::steps::Steps;
pub use self::task::{Kind, Task};
pub use self::vendors::Vendors;
use self::worker::Worker;
pub use self::worker::{OnEnd, WorkOptions, Worked};

/// Jobs in a database, and the workers that send them.
///
/// Cheap to clone. The [module's page](self) has an example.
#[derive(Clone)]
pub struct Courier {
    database: Database,
}

safe_debug!(Courier {});

impl Courier {
    /// Opens the database: `sqlite://FILE`, or `postgres://...` for any number of machines.
    ///
    /// What is missing is created: the file (for this user only) and the tables.
    ///
    /// # Errors
    /// - `config`: the address is wrong
    /// - `local_io`: the database cannot be reached, read or written
    pub async fn open(url: &str) -> Result<Self> {
        let database = Database::open(url).await?;
        Ok(Self { database })
    }

    /// Hands a job in. Returns whether it is new; the same key with the same job is not.
    ///
    /// # Errors
    /// - `conflict`: the key has another job
    /// - `not_found`: the job is to wait for one that is not there
    /// - `local_io`: the database failed
    pub async fn enqueue(&self, job: &NewJob) -> Result<bool> {
        desk::enqueue(&self.database, job).await
    }

    /// All jobs, in the order in which they were handed in.
    ///
    /// # Errors
    /// `local_io`: the database failed.
    pub async fn jobs(&self) -> Result<Vec<Job>> {
        desk::jobs(&self.database).await
    }

    /// The job of this key.
    ///
    /// # Errors
    /// `local_io`: the database failed.
    pub async fn job(&self, key: &str) -> Result<Option<Job>> {
        desk::find(&self.database, key).await
    }

    /// Takes a person's answer about a job in doubt, or one that the vendor refused.
    ///
    /// [`Answer::NotArrived`] has it sent again. [`Answer::Arrived`] ends it, also one that waits.
    /// The same answer once more changes nothing.
    ///
    /// # Errors
    /// - `not_found`: there is no such job
    /// - `conflict`: it is being sent, or done already
    /// - `local_io`: the database failed
    pub async fn settle(&self, key: &str, answer: Answer) -> Result<Job> {
        desk::settle(&self.database, key, answer).await
    }

    /// Sends what is due, with these vendors' clients.
    ///
    /// It ends when it is idle, if the options say so, or once `stop` is ready and what is being
    /// sent has ended. Dropping it is like the death of its process.
    ///
    /// # Errors
    /// `local_io`: it was to end when idle, and the database failed again and again.
    pub async fn work(
        &self,
        vendors: &Vendors,
        options: WorkOptions,
        stop: impl Future<Output = ()>,
    ) -> Result<Worked> {
        let worker = Worker::new(self.database.clone(), vendors, options);
        worker.work(stop).await
    }

    /// Closes the connections. SQLite's journal is then in the file.
    pub async fn close(&self) {
        self.database.close().await;
    }
}
