//! What the published crates show to their users: one list a crate, beside this file.
