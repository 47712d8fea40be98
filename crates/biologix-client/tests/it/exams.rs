//! The list of exams: its requests, its pages, and the walk through all of them.

mod changes;
mod drift;
mod ends;
mod faults;
mod pages;
mod privacy;
mod rejected;
mod requests;
mod server;
mod throttling;
