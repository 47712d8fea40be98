//! Tests of whole flows, faults and privacy across the crates.
