//! Compares the clients with plain reqwest. The program is the bench target, `src/main.rs`.
