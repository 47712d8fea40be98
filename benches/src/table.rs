//! The Markdown table.

use std::collections::BTreeMap;

use crate::sides::Name;

pub(crate) fn heading() {
    println!("| figure | plain reqwest | + middleware + retry | limit | ours | ours / plain |");
    println!("| --- | --- | --- | --- | --- | --- |");
}

/// Prints a row with a value of each side. Plain is the one that syncs and renames, if there is one.
pub(crate) fn row(figure: &str, values: &BTreeMap<Name, f64>, shown: fn(f64) -> String) {
    let of = |name| values.get(&name).copied();
    let cell = |value: Option<f64>| value.map_or("–".to_owned(), shown);
    let plain = of(Name::Synced).or(of(Name::Plain));
    let limit = match (of(Name::Connection), of(Name::Pool)) {
        (Some(connection), Some(pool)) => format!("{}; pool {}", shown(connection), shown(pool)),
        (connection, pool) => cell(connection.or(pool)),
    };
    let ratio = of(Name::Ours).zip(plain).map(|(ours, plain)| ours / plain);
    println!(
        "| {figure} | {} | {} | {limit} | {} | {} |",
        cell(plain),
        cell(of(Name::Retrying)),
        cell(of(Name::Ours)),
        ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.2} ×")),
    );
}

pub(crate) fn count(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

pub(crate) fn millions(value: f64) -> String {
    format!("{:.2} M", value / 1e6)
}

pub(crate) fn micros(seconds: f64) -> String {
    format!("{:.1} µs", seconds * 1e6)
}

pub(crate) fn seconds(seconds: f64) -> String {
    format!("{seconds:.2} s")
}

pub(crate) fn kib(bytes: f64) -> String {
    format!("{:.0} KiB", bytes / 1024.0)
}

pub(crate) fn mib(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / (1024.0 * 1024.0))
}
