//! Whole flows, faults and privacy, seen from outside.
