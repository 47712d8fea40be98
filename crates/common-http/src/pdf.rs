//! Recognises PDF files.

/// Whether a file that starts with these bytes is a PDF: `%PDF-` is within its first 1,024 bytes.
///
/// PDF readers accept other bytes before that mark.
///
/// ```
/// assert!(common_http::looks_like_pdf(b"%PDF-1.7\n"));
/// assert!(!common_http::looks_like_pdf(b"{\"error\":\"notFound\"}"));
/// ```
#[must_use]
pub fn looks_like_pdf(start: &[u8]) -> bool {
    const MARK: &[u8] = b"%PDF-";
    let start = &start[..start.len().min(1024)];
    start.windows(MARK.len()).any(|window| window == MARK)
}

#[cfg(test)]
mod tests {
    use super::looks_like_pdf;

    #[test]
    fn the_mark_may_come_late_but_not_too_late() {
        let at = |place: usize| [&vec![b' '; place][..], b"%PDF-1.4"].concat();
        assert!(looks_like_pdf(&at(0)));
        assert!(looks_like_pdf(&at(1019)));
        assert!(!looks_like_pdf(&at(1020)));
        assert!(!looks_like_pdf(b""));
        assert!(!looks_like_pdf(b"%PDF"));
    }
}
