//! The second step: what is sent to the storage and what is not, and what its answers mean.

mod blob_type;
mod codes;
mod expired;
mod there;
mod wire;
