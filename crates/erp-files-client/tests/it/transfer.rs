//! The second step: what goes to the storage and what does not, and what its answers mean.

mod blob_type;
mod expired;
mod repeated;
mod wire;
