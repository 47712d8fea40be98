//! The ERP client against software of others: a real object store behind the signed address, a certified OAuth2 server, a real
//! reverse proxy with TLS. `tests/components/install` installs them; where one is missing its tests say so on stderr and are
//! skipped, unless `REQUIRE_COMPONENTS=1`.

#![cfg(test)]

mod azurite;
mod component;
mod nginx;
mod oauth2;
mod s3;
mod support;
