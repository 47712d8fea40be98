//! Access tokens: how they are asked for, how long they serve, and what a refused one means.

mod login;
mod providers;
mod refusals;
mod renewal;
mod store;
