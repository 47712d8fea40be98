//! The engine under the health-vendor clients.
