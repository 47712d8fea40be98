//! The clients' speed as ratios against plain reqwest.
