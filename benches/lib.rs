//! Compares the speed of the clients with plain reqwest, as ratios.
