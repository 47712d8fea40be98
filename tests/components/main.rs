//! Tests clients, sandboxes and documents against third-party software.
//!
//! Real object stores check the signed addresses, a certified OAuth2 server issues the tokens, and
//! a real reverse proxy terminates TLS, buffers files, decodes paths and ends connections. Prism
//! and Schemathesis compare clients and sandboxes with the OpenAPI documents, four parsers read our
//! forms, mountebank breaks connections, Redis keeps what clients share, and Postgres the courier's
//! jobs.
//!
//! `tests/components/install` installs them. If one is missing, its tests say so on stderr and are
//! skipped, unless `REQUIRE_COMPONENTS=1`.

#![cfg(test)]

mod azurite;
mod buffered;
mod clients;
mod component;
#[path = "../../examples/tests/courier/crowd.rs"]
mod crowd;
mod ends;
mod forms;
mod late;
mod mountebank;
mod nginx;
mod oauth2;
mod paths;
#[path = "../../examples/tests/courier/points.rs"]
mod points;
mod postgres;
mod prism;
mod proxy;
mod redis;
mod s3;
mod schemathesis;
mod support;
#[path = "../../examples/tests/courier/town.rs"]
mod town;
