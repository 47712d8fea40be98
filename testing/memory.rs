//! Measures the memory of the process.

/// The peak memory of this process in KiB, as Linux reports it.
///
/// # Panics
/// It cannot be read, as on any other system.
pub fn peak_kib() -> u64 {
    status("VmHWM:")
}

/// The memory that this process has now in KiB, as Linux reports it.
///
/// # Panics
/// It cannot be read, as on any other system.
pub fn resident_kib() -> u64 {
    status("VmRSS:")
}

fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a file that Linux has");
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = value.and_then(|value| value.trim().strip_suffix(" kB"));
    kib.expect("a number of kB").parse().expect("a number")
}
