//! Access tokens: how they are requested, how long they live, and what a refusal means.

mod login;
mod providers;
mod refusals;
mod renewal;
mod store;
