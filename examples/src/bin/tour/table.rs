//! Text tables.

use console::{Alignment, measure_text_width, pad_str};
use examples::{output, width};

/// A table with a head and `N` columns, each as wide as its widest cell.
pub(crate) struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(head: [&str; N]) -> Self {
        Self {
            rows: vec![head.map(str::to_owned)],
        }
    }

    /// Adds a row. A missing cell shows a dash; control characters are replaced.
    pub(crate) fn row(&mut self, cells: [Option<String>; N]) {
        let cell = |cell: Option<String>| output::one_line(cell.as_deref().unwrap_or("-"));
        self.rows.push(cells.map(cell));
    }

    /// The lines of the table, without trailing spaces. Cells are cut where `room` is too narrow.
    pub(crate) fn lines(&self, room: usize) -> Vec<String> {
        let mut widths = [0; N];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = measure_text_width(cell).max(*width);
            }
        }
        let widths = width::share(widths, 2, room);
        let line = |row: &[String; N]| {
            let cells = row.iter().zip(widths);
            let line: String = cells
                .map(|(cell, width)| {
                    let cell = width::cut(cell, width);
                    pad_str(&cell, width + 2, Alignment::Left, None).into_owned()
                })
                .collect();
            line.trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(["a", "name"]);
        table.row([Some("é\u{1b}1".to_owned()), None]);
        table.row([None, Some("EXAMPLE".to_owned())]);
        let expected = ["a    name", "é\u{fffd}1  -", "-    EXAMPLE"];
        assert_eq!(table.lines(80), expected);
        assert_eq!(table.lines(8)[2], "-    EX…");
    }
}
