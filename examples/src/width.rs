//! Text that fits the terminal.

use std::borrow::Cow;

use console::{Term, measure_text_width, truncate_str};

/// The width of a terminal that does not say its own, and of help that goes elsewhere.
pub const USUAL: usize = 80;

/// The columns of this terminal; `None` if it is something else, for example a file.
#[must_use]
pub fn of(terminal: &Term) -> Option<usize> {
    terminal.is_term().then(|| match terminal.size_checked() {
        Some((_, columns)) if columns > 0 => columns.into(),
        _ => USUAL,
    })
}

/// The text with its long lines broken between words.
///
/// What follows the last gap in the first half, as in a list of options, stays in its column. A word
/// that is longer than the line is kept whole, so that it can be copied.
#[must_use]
pub fn fold(text: &str, width: usize) -> String {
    let lines: Vec<_> = text
        .split('\n')
        .map(|line| fold_line(line, width))
        .collect();
    lines.join("\n")
}

fn fold_line(line: &str, width: usize) -> Cow<'_, str> {
    if measure_text_width(line) <= width {
        return line.into();
    }
    let body = line.trim_start_matches(' ');
    let indent = (line.len() - body.len()).min(width / 4);
    let gaps = body
        .match_indices("  ")
        .map(|(start, gap)| start + gap.len());
    let columns = gaps
        .filter(|end| !body[*end..].starts_with(' '))
        .map(|end| indent + measure_text_width(&body[..end]));
    let hanging = columns.filter(|column| *column <= width / 2).last();
    let hanging = hanging.unwrap_or(indent + 2);
    let (mut folded, mut length) = (" ".repeat(indent), indent);
    let mut starts = true;
    for word in body.split(' ') {
        let room = measure_text_width(word);
        if !starts && length + 1 + room > width {
            folded.truncate(folded.trim_end().len());
            folded.push('\n');
            folded.push_str(&" ".repeat(hanging));
            length = hanging;
            starts = true;
        }
        if !starts {
            folded.push(' ');
            length += 1;
        }
        folded.push_str(word);
        length += room;
        starts = false;
    }
    folded.into()
}

/// The text, or its start and `…` if it is wider.
#[must_use]
pub fn cut(text: &str, width: usize) -> Cow<'_, str> {
    truncate_str(text, width, "…")
}

/// The widths of a table's columns, of which the widest give up what the table has too much.
#[must_use]
pub fn share<const N: usize>(mut widths: [usize; N], gap: usize, width: usize) -> [usize; N] {
    let room = width.saturating_sub(gap * N.saturating_sub(1));
    while widths.iter().sum::<usize>() > room {
        match widths.iter_mut().max() {
            Some(widest) if *widest > 1 => *widest -= 1,
            _ => break,
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::{cut, fold, share};

    #[test]
    fn a_line_is_broken_between_words() {
        for (text, folded) in [
            ("one two three", "one two\n  three"),
            ("  one two three", "  one two\n    three"),
            ("one two\nthree four six", "one two\nthree four\n  six"),
            ("onetwothree four", "onetwothree\n  four"),
            ("fit", "fit"),
            ("", ""),
            // What follows a gap has a column of its own.
            ("ab  one two three", "ab  one\n    two\n    three"),
            ("abcdefg  one two", "abcdefg\n  one two"),
            ("a  b  one two three", "a  b  one\n   two\n   three"),
            ("\u{1b}[1mone\u{1b}[0m two", "\u{1b}[1mone\u{1b}[0m two"),
        ] {
            assert_eq!(fold(text, 10), folded, "{text:?}");
        }
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(fold("日本 日本 日本", 10), "日本 日本\n  日本");
        assert_eq!(cut("日本日本", 6), "日本…");
    }

    #[test]
    fn the_widest_columns_give_way() {
        assert_eq!(share([3, 20, 8], 2, 80), [3, 20, 8]);
        assert_eq!(share([3, 20, 8], 2, 25), [3, 10, 8]);
        assert_eq!(share([3, 20, 8], 2, 15), [3, 4, 4]);
        assert_eq!(share([3, 20, 8], 2, 1), [1, 1, 1]);
    }
}
