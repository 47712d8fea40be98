//! The ways of doing the same work that are compared.

mod by_hand;
mod exam;
mod files;
mod http;
mod ours;

use std::path::Path;

use clap::ValueEnum;

pub(crate) use self::by_hand::ByHand;
pub(crate) use self::exam::Exam as PlainExam;
pub(crate) use self::http::{
    Connections, Pool, Reqwest, Retrying, reqwest_client, retrying_client,
};
pub(crate) use self::ours::{Ours, biologix};

/// The exams on a page.
pub(crate) const PAGE: usize = 100;

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Name {
    /// Our clients.
    Ours,
    /// reqwest, by hand.
    Plain,
    /// The same, with downloads that are synced and renamed.
    Synced,
    /// reqwest with reqwest-middleware and reqwest-retry.
    Retrying,
    /// The limit: a connection of hyper for each worker.
    Connection,
    /// The limit with a pool: hyper-util's.
    Pool,
    /// `biologix-archive`, for the task `archive`.
    Program,
}

/// One way of doing it. All of them log in, and assert that they got what they asked for.
pub(crate) trait Side {
    /// Gets a page of a centre's exams and decodes it; returns how many it has.
    async fn exams(&self, worker: usize, partner: &str, offset: usize, limit: usize) -> usize;

    /// Goes through a centre's whole list in pages of 100; returns how many exams it has.
    async fn list(&self, partner: &str, total: usize) -> usize {
        let mut count = 0;
        while count < total {
            count += self.exams(0, partner, count, PAGE).await;
        }
        count
    }

    /// Saves a report as this file; returns its length.
    async fn download(&self, worker: usize, key: &str, target: &Path) -> u64;

    /// Uploads a report from this file, as it is or in a form; returns how much the server received.
    async fn upload(&self, file: &Path, form: bool) -> u64;
}
