//! The Markdown table.

use std::collections::BTreeMap;

use crate::measure::Costs;
use crate::sides::Name;
use crate::work::Cost;

pub(crate) fn heading() {
    println!("| figure | plain reqwest | + middleware + retry | limit | ours | ours / plain |");
    println!("| --- | --- | --- | --- | --- | --- |");
}

/// A figure of what was measured.
pub(crate) struct Figure {
    name: &'static str,
    of: fn(&Cost) -> f64,
    shown: fn(f64) -> String,
}

pub(crate) const TIME: Figure = Figure {
    name: "time",
    of: |cost| cost.wall,
    shown: seconds,
};

pub(crate) const CPU: Figure = Figure {
    name: "CPU",
    of: |cost| cost.cpu,
    shown: seconds,
};

pub(crate) const MEMORY: Figure = Figure {
    name: "memory",
    of: |cost| cost.peak,
    shown: mib,
};

pub(crate) const GROWN: Figure = Figure {
    name: "memory",
    of: |cost| cost.grown,
    shown: kib,
};

pub(crate) const RATE: Figure = Figure {
    name: "number a second (more is better)",
    of: |cost| 1.0 / cost.wall,
    shown: count,
};

/// Prints a row for each figure.
pub(crate) fn rows(what: &str, costs: &Costs, figures: &[Figure]) {
    for Figure { name, of, shown } in figures {
        row(&format!("{what}: {name}"), &costs.each(of), *shown);
    }
}

/// Prints a row with a value of each side. Plain is the one that syncs and renames, and ours
/// the program, if there is one.
pub(crate) fn row(figure: &str, values: &BTreeMap<Name, f64>, shown: fn(f64) -> String) {
    let of = |name| values.get(&name).copied();
    let cell = |value: Option<f64>| value.map_or("–".to_owned(), shown);
    let plain = of(Name::Synced).or(of(Name::Plain));
    let limit = match (of(Name::Connection), of(Name::Pool)) {
        (Some(connection), Some(pool)) => format!("{}; pool {}", shown(connection), shown(pool)),
        (connection, pool) => cell(connection.or(pool)),
    };
    let ours = of(Name::Program).or(of(Name::Ours));
    let ratio = ours.zip(plain).map(|(ours, plain)| ours / plain);
    println!(
        "| {figure} | {} | {} | {limit} | {} | {} |",
        cell(plain),
        cell(of(Name::Retrying)),
        cell(ours),
        ratio.map_or("–".to_owned(), times),
    );
}

fn times(ratio: f64) -> String {
    if ratio < 0.01 {
        "< 0.01 ×".to_owned()
    } else {
        format!("{ratio:.2} ×")
    }
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

fn seconds(seconds: f64) -> String {
    if seconds < 0.01 {
        format!("{:.1} µs", seconds * 1e6)
    } else {
        format!("{seconds:.2} s")
    }
}

fn kib(bytes: f64) -> String {
    format!("{:.0} KiB", bytes / 1024.0)
}

fn mib(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / (1024.0 * 1024.0))
}
