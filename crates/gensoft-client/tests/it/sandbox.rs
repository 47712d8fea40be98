//! The sandbox, seen from a bare socket: what it says must be what the vendor's document and our readings have, whatever the
//! client thinks of it.

mod attendances;
mod keys;
mod plumbing;
mod reports;
mod shapes;
mod wire;
