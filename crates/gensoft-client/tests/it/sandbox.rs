//! The sandbox, tested with a bare socket: it must answer as the vendor's document and our readings
//! say, whatever the client makes of it.

mod attendances;
mod keys;
mod plumbing;
mod reports;
mod wire;
