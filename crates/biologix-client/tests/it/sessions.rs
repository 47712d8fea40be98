//! Sessions: the login on the wire, the forms of its answer, and when it is repeated.

mod answers;
mod casing;
mod login;
mod refusals;
mod renewal;
mod store;
