//! Tests the ERP client against third-party software.
//!
//! Real object stores check the signed addresses, a certified OAuth2 server issues the tokens, and
//! a real reverse proxy terminates TLS. `tests/components/install` installs them. If one is
//! missing, its tests say so on stderr and are skipped, unless `REQUIRE_COMPONENTS=1`.

#![cfg(test)]

mod azurite;
mod component;
mod nginx;
mod oauth2;
mod s3;
mod support;
