//! Prescriptions: uploads, results, and waiting for them.

mod file;
mod result_of;
mod results;
mod upload;
mod wait;
