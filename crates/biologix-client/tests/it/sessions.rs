//! Sessions: the login on the wire, what its answer may look like, when it is repeated and when it is not.

mod answers;
mod casing;
mod login;
mod refusals;
mod renewal;
mod store;
